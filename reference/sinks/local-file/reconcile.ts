import { readFully } from '../../dispatch/files.ts'
import type { FileHandle } from '../../ports/file-system.ts'
import { endBeforeHole } from './before-hole.ts'
import { endBeforeRecords } from './before-records.ts'
import { beginningOf, commonPrefix, isHole } from './compare.ts'
import { findLine } from './find-line.ts'

export interface Reconciled {
  /** How many of the bytes the file holds already: these must not be written again. Whole records, or up to the end of the file. */
  readonly present: number
  /** Up to where the file holds what it should; beyond it may lie what comes later, or what somebody else wrote. */
  readonly length: number
  /** The file's size now. */
  readonly size: number
  /**
   * What the file held instead of the next record, if anything. `foreign`: something of somebody else, which was left as it is. `hole`: what a power
   * cut leaves of writes that were not synced; it was cut.
   */
  readonly found: 'foreign' | 'hole' | null
}

export interface ReconcileOptions {
  /** Where in the file the comparison begins. */
  readonly from: number
  /** The file's size. */
  readonly size: number
  /** The file was begun, or cut, somewhere among what comes now: what it begins with is looked for there, and what comes before that was written elsewhere. */
  readonly search: boolean
}

/**
 * Compares what a file holds from an offset on with what is about to be written there. After a `kill -9`
 * that tail is what was written and not yet committed, so the same records come again:
 *
 *     file       |......committed......|record A|a line of somebody else|record B|rec|
 *     expected                         |record A|record B|record C|
 *                                       skipped           skipped  completed: torn
 *
 * NULs instead of a record are what a power cut leaves where it took a write that was not synced: they are cut, with what lies behind them, for all of
 * the tail is such (also what somebody else appended since the power cut: nothing tells it from later records). Where the lines before the NULs do not come
 * again, because the engine has lost them, the NULs that the file ends with are cut, with the line they lie in, and later records behind NULs, which come again, with the NULs in the line
 * before them. Anything else is somebody's data and is kept; the records go on behind it.
 */
export async function reconcile(
  file: FileHandle,
  expected: Uint8Array,
  { from, size, search }: ReconcileOptions,
): Promise<Reconciled> {
  let length = from
  let found: Reconciled['found'] = null
  let held = await readUpTo(file, length, Math.min(size - length, expected.byteLength))
  let present = search ? beginningOf(held, expected) : 0
  for (;;) {
    const rest = expected.subarray(present)
    const same = commonPrefix(held, rest)
    if (same === held.byteLength || same === rest.byteLength)
      return { present: present + same, length: length + same, size, found }
    // A record is present only as a whole: the file is compared, and cut, at the end of a line.
    const whole = rest.subarray(0, same).lastIndexOf(NEWLINE) + 1
    present += whole
    length += whole
    if (isHole(held.subarray(same), rest.subarray(same))) {
      await cut(file, length)
      return { present, length, size: length, found: 'hole' }
    }
    found = 'foreign'
    const missing = expected.subarray(present)
    const next = await findLine(file, missing.subarray(0, missing.indexOf(NEWLINE) + 1), length, size)
    if (next === null) return { present, length, ...(await withoutHole(file, missing, length, size)) }
    length = next
    held = await readUpTo(file, length, Math.min(size - length, missing.byteLength))
  }
}

/** The first record is not in the file, and is to be appended: what a power cut left may lie before later ones, or at the end of lines that nobody has any more. */
async function withoutHole(
  file: FileHandle,
  records: Uint8Array,
  from: number,
  size: number,
): Promise<Pick<Reconciled, 'size' | 'found'>> {
  const whole = await endBeforeHole(file, from, size)
  const end = (await endBeforeRecords(file, records, from, whole)) ?? whole
  if (end === size) return { size, found: 'foreign' }
  await cut(file, end)
  return { size: end, found: 'hole' }
}

/** For good: the file may be one of another name by now, which nobody syncs any more, and the next power cut would bring back what was cut. */
async function cut(file: FileHandle, length: number): Promise<void> {
  await file.truncate(length)
  await file.sync()
}

async function readUpTo(file: FileHandle, from: number, bytes: number): Promise<Uint8Array> {
  const held = new Uint8Array(Math.max(0, bytes))
  return held.subarray(0, await readFully(file, held, from))
}

const NEWLINE = 0x0a
