import { isUtf8 } from 'node:buffer'

/**
 * A message as json-file stores it. JSON is text, so each byte that belongs to no whole character becomes U+FFFD: a character that was cut at the end
 * of a chunk is lost. Other drivers store bytes.
 */
export function storedText(data: Uint8Array): Uint8Array {
  if (isUtf8(data)) return data
  const pieces: Uint8Array[] = []
  for (let from = 0; from < data.length;) {
    const length = characterLength(data, from)
    pieces.push(length === 0 ? REPLACEMENT : data.subarray(from, from + length))
    from += Math.max(1, length)
  }
  return Buffer.concat(pieces)
}

/** Bytes of the character that begins here; 0 for none. */
function characterLength(data: Uint8Array, from: number): number {
  for (let length = 1; length <= CHARACTER_BYTES_MAX && from + length <= data.length; length++) {
    if (isUtf8(data.subarray(from, from + length))) return length
  }
  return 0
}

const REPLACEMENT = Buffer.from('\u{fffd}')
const CHARACTER_BYTES_MAX = 4
