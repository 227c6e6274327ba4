/**
 * Whether these bytes, of one message without its stamp, are a whole chunk of a longer line. A log that is stored as JSON has U+FFFD, of three
 * bytes, for each byte that belongs to no whole character, such as one that was cut at the end of a chunk: its chunks are longer by two bytes for each.
 * @param chunkBytes of the chunk as it was written
 */
export function isWholeChunk(data: Uint8Array, chunkBytes: number): boolean {
  const excess = data.length - chunkBytes
  if (excess < 0 || excess % GROWTH !== 0) return false
  return excess === 0 || excess / GROWTH <= replacements(data)
}

/** The longest that a chunk can be as it is stored. */
export function longestChunk(chunkBytes: number): number {
  return chunkBytes * REPLACEMENT.length
}

/** The engine stores longer lines in chunks of this size. */
export const CHUNK_BYTES: number = 16 * 1024

function replacements(data: Uint8Array): number {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  let count = 0
  for (
    let at = buffer.indexOf(REPLACEMENT);
    at !== -1;
    at = buffer.indexOf(REPLACEMENT, at + REPLACEMENT.length)
  ) {
    count += 1
  }
  return count
}

const REPLACEMENT = Buffer.from('\u{fffd}')
/** What a byte that is replaced grows by. */
const GROWTH: number = REPLACEMENT.length - 1
