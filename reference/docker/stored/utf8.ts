/**
 * Bytes of the UTF-8 character that begins at `at`, 2 to 4; 0 when none does, or not all of it lies before `end`. Not for ASCII.
 * As the Unicode standard has it (table 3-7): no surrogates, no longer form than needed.
 */
export function characterLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + length > end) return 0
  const second = bytes[at + 1]!
  if (second < lowestSecond(first) || second > highestSecond(first)) return 0
  for (let index = 2; index < length; index++) if ((bytes[at + index]! & 0xc0) !== 0x80) return 0
  return length
}

function lowestSecond(first: number): number {
  if (first === 0xe0) return 0xa0
  return first === 0xf0 ? 0x90 : 0x80
}

function highestSecond(first: number): number {
  if (first === 0xed) return 0x9f
  return first === 0xf4 ? 0x8f : 0xbf
}

/** Writes a character; a surrogate without its other half becomes U+FFFD. @returns where the next one goes */
export function putCharacter(bytes: Uint8Array, at: number, code: number): number {
  let to = at
  if (code < 0x80) bytes[to++] = code
  else if (code < 0x800) {
    bytes[to++] = 0xc0 | (code >> 6)
    bytes[to++] = 0x80 | (code & 0x3f)
  } else if (code >= 0xd800 && code < 0xe000) return putReplacement(bytes, to)
  else {
    if (code < 0x10000) bytes[to++] = 0xe0 | (code >> 12)
    else {
      bytes[to++] = 0xf0 | (code >> 18)
      bytes[to++] = 0x80 | ((code >> 12) & 0x3f)
    }
    bytes[to++] = 0x80 | ((code >> 6) & 0x3f)
    bytes[to++] = 0x80 | (code & 0x3f)
  }
  return to
}

/** Writes U+FFFD, three bytes. @returns where the next character goes */
export function putReplacement(bytes: Uint8Array, at: number): number {
  bytes[at] = 0xef
  bytes[at + 1] = 0xbf
  bytes[at + 2] = 0xbd
  return at + 3
}
