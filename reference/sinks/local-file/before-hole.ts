import { readFully } from '../../dispatch/files.ts'
import type { FileHandle } from '../../ports/file-system.ts'

/**
 * Where the last whole line before the NULs ends that a file ends with; the file's size when it does not end with any. A power cut leaves NULs where it took a
 * write that was not synced, and no line ends with the last byte of a file unless that is a newline.
 * @param from the end of a line; what lies before it is not looked at
 * @param size of the file
 */
export async function endBeforeHole(file: FileHandle, from: number, size: number): Promise<number> {
  let end = size
  let isHole = false
  while (end > from) {
    const start = Math.max(from, end - CHUNK_BYTES)
    const piece = Buffer.alloc(end - start)
    // eslint-disable-next-line no-await-in-loop -- one piece after the other, from the end
    if ((await readFully(file, piece, start)) < piece.byteLength) return size
    if (!isHole && piece.at(-1) !== NUL) return size
    isHole = true
    const newline = piece.lastIndexOf(NEWLINE)
    if (newline !== -1) return start + newline + 1
    end = start
  }
  return from
}

const CHUNK_BYTES = 64 * 1024
const NUL = 0
const NEWLINE = 0x0a
