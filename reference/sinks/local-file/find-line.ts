import { readFully } from '../../dispatch/files.ts'
import type { FileHandle } from '../../ports/file-system.ts'

/**
 * Offset of the first line behind the one at `from` that is this line, or, at the end of the file, was begun as this line; null when there is none.
 * Reads the file once, in pieces; a long line of somebody else is not held in memory.
 * @param line with its newline
 * @param size of the file
 */
export async function findLine(
  file: FileHandle,
  line: Uint8Array,
  from: number,
  size: number,
): Promise<number | null> {
  const wanted = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES + wanted.byteLength, size - from))
  let at = from
  while (at < size) {
    // eslint-disable-next-line no-await-in-loop -- one piece after the other
    const read = await readFully(file, chunk, at)
    if (read === 0) return null
    const piece = chunk.subarray(0, Math.min(read, size - at))
    const isLast = at + piece.byteLength >= size
    const found = searchLine(piece, wanted, isLast)
    if (found !== null) return at + found
    if (isLast) return null
    // The next piece begins with the last newline whose line this one may not hold whole, else behind all of it.
    const safe = Math.max(1, piece.byteLength - wanted.byteLength)
    const newline = piece.indexOf(NEWLINE, safe)
    at += newline === -1 ? piece.byteLength : newline
  }
  return null
}

/** Looks behind each newline of the piece. */
function searchLine(piece: Buffer, wanted: Buffer, isLast: boolean): number | null {
  for (let newline = piece.indexOf(NEWLINE); newline !== -1; newline = piece.indexOf(NEWLINE, newline + 1)) {
    const begin = newline + 1
    const held = piece.subarray(begin, begin + wanted.byteLength)
    if (held.byteLength === 0) return null
    const isWhole = held.byteLength === wanted.byteLength
    if ((isWhole || isLast) && held.equals(wanted.subarray(0, held.byteLength))) return begin
  }
  return null
}

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 0x0a
