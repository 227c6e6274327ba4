import type { FileHandle } from '../ports/file-system.ts'
import { readFully } from '../dispatch/files.ts'

export interface Reconciled {
  /** How many of the bytes the file holds already: these must not be written again. */
  readonly present: number
  /** Length of the file up to which it is known to hold what it should; beyond it may lie what comes later. */
  readonly length: number
  /**
   * What the file held instead of the next record, if anything. `foreign`: something of somebody else, which was left as it is. `hole`: what a power
   * cut leaves of writes that were not synced; it was cut.
   */
  readonly found: 'foreign' | 'hole' | null
}

/**
 * Compares what a file holds beyond its committed length with what is about to be written there. After a `kill -9`
 * that tail is what was written and not yet committed, so the same records come again:
 *
 *     file       |......committed......|record A|record B|rec|
 *     expected                         |record A|record B|record C|
 *                                       skipped            cut: torn
 *
 * A torn last record is cut. So is everything from a record on in which the file holds NULs instead of what it should: a power cut leaves them where it
 * took a write that was not synced, and all of the tail is such. Anything else is somebody's data and is kept; what comes is then
 * appended behind it.
 * @param size the file's length now.
 */
export async function reconcile(
  file: FileHandle,
  committed: number,
  size: number,
  expected: Uint8Array,
): Promise<Reconciled> {
  const tail = new Uint8Array(Math.min(size - committed, expected.byteLength))
  const held = tail.subarray(0, await readFully(file, tail, committed))
  const same = commonPrefix(held, expected)
  if (same === held.byteLength) return { present: same, length: committed + same, found: null }
  // A record is present only as a whole: the file is compared, and cut, at the end of a line.
  const whole = expected.subarray(0, same).lastIndexOf(NEWLINE) + 1
  const isHole = held[same] === NUL
  if (!isHole && !isTorn(held.subarray(whole), size - committed - whole))
    return { present: whole, length: size, found: 'foreign' }
  await file.truncate(committed + whole)
  return { present: whole, length: committed + whole, found: isHole ? 'hole' : null }
}

/** Whether what is held is the rest of the file, and no more than one record, which may have been ended. */
function isTorn(held: Uint8Array, restOfFile: number): boolean {
  return restOfFile <= held.byteLength && !held.subarray(0, -1).includes(NEWLINE)
}

function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength)
  let same = 0
  while (same < length && a[same] === b[same]) same++
  return same
}

const NUL = 0
const NEWLINE = 0x0a
