/**
 * How many of the bytes from `start` on make a record of at most `max` bytes, given that there are more. Where the line is UTF-8 no character
 * is cut, unless it is longer than `max`.
 */
export function cutLength(bytes: Uint8Array, start: number, max: number): number {
  for (let back = 0; back < Math.min(max, LONGEST_CHARACTER); back++) {
    const at = start + max - back
    if (!isContinuation(bytes[at]!))
      return back === 0 || back < characterLength(bytes[at]!) ? max - back : max
  }
  return max
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

/** Bytes of the character that begins with this one; 1 where none does. */
function characterLength(first: number): number {
  if (first >= 0xf0 && first <= 0xf4) return 4
  if (first >= 0xe0) return first <= 0xef ? 3 : 1
  return first >= 0xc2 ? 2 : 1
}

const LONGEST_CHARACTER = 4
