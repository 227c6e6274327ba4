import type { FileHandle } from '../ports/file-system.ts'
import { readFully } from '../dispatch/files.ts'

export interface Reconciled {
  /** How many of the bytes the file holds already: these must not be written again. */
  readonly present: number
  /** Length of the file up to which it is known to hold what it should. */
  readonly length: number
  /** True when the file holds something else beyond the committed length; it was left as it is. */
  readonly foreign: boolean
}

/**
 * Compares what a file holds beyond its committed length with what is about to be written there. After a `kill -9`
 * that tail is what was written and not yet committed, so the same records come again:
 *
 *     file       |......committed......|record A|record B|rec|
 *     expected                         |record A|record B|record C|
 *                                       skipped            cut: torn
 *
 * A torn last record is cut. Anything else is somebody's data and is kept; what comes is then appended behind it.
 * @param size the file's length now.
 */
export async function reconcile(
  file: FileHandle,
  committed: number,
  size: number,
  expected: Uint8Array,
): Promise<Reconciled> {
  const tail = new Uint8Array(Math.min(size - committed, expected.byteLength))
  const found = tail.subarray(0, await readFully(file, tail, committed))
  const same = commonPrefix(found, expected)
  if (same === found.byteLength) return { present: same, length: committed + same, foreign: false }
  // A record is present only as a whole: the file is compared, and cut, at the end of a line.
  const whole = expected.subarray(0, same).lastIndexOf(NEWLINE) + 1
  const restOfFile = size - committed - whole
  const torn = restOfFile <= found.byteLength - whole && !found.subarray(whole, -1).includes(NEWLINE)
  if (!torn) return { present: whole, length: size, foreign: true }
  await file.truncate(committed + whole)
  return { present: whole, length: committed + whole, foreign: false }
}

function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength)
  let same = 0
  while (same < length && a[same] === b[same]) same++
  return same
}

const NEWLINE = 0x0a
