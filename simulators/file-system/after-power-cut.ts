import type { SeededRandom } from '../world/seeded-random.ts'

/** A write or a truncation, with what it replaced. */
export interface FileChange {
  /** Where it begins; for a truncation the new size. */
  readonly position: number
  readonly written: Uint8Array
  /** The bytes that were there. */
  readonly replaced: Uint8Array
  readonly sizeBefore: number
  readonly sizeAfter: number
}

/** What a disk writes whole or not at all. */
export const SECTOR_BYTES = 512

/**
 * What a file holds after a power cut. The kernel writes dirty pages in any order and when it likes, a disk writes sectors, and the size
 * is metadata that is written on its own. So the size is the one after some change, each sector holds what it held after some change,
 * not necessarily the same, and what lies below the size but was not written is NUL:
 *
 *     synced   |aaaaaaaa|aa      |
 *     written  |aaaaaaaa|aabbbbbb|cccccccc|dddd    |
 *     left     |aaaaaaaa|aabb0000|00000000|dd                   kept, lost or torn
 *
 * Sectors and size agree on truncations: none lies between them, because journals order the release of blocks and their use again.
 * One case in three keeps everything, one in three nothing.
 *
 * Sources: fsync(2) and write(2) of Linux ("a successful return from write() does not make any guarantee that data has been committed
 * to disk"); ext4(5) on `data=ordered` (blocks newly allocated are written before the size that reveals them, others are not) and on delayed allocation.
 * File systems allow less than this; what they allow is among what is drawn. Old contents of freed blocks (`data=writeback`) are not.
 */
export function afterPowerCut(
  synced: Uint8Array,
  changes: readonly FileChange[],
  random: SeededRandom,
): Uint8Array {
  const fate = random.integer(0, 2)
  if (fate === 0) return synced.slice()
  const last = changes.length
  const sizeMoment = fate === 1 ? last : random.integer(0, last)
  const { first, end } = momentsAround(changes, sizeMoment)
  const drawMoment = (): number => (fate === 1 ? last : random.integer(first, end))
  const size = sizeMoment === 0 ? synced.byteLength : changes[sizeMoment - 1]!.sizeAfter
  const moments = new Map([...sectorsTouched(changes, size)].map((sector) => [sector, drawMoment()]))
  return compose(
    synced,
    changes,
    size,
    Map.groupBy(moments.keys(), (sector) => moments.get(sector)!),
  )
}

/** The moments around this one between which there is no truncation; moment n is the one after n changes. */
function momentsAround(changes: readonly FileChange[], moment: number): { first: number; end: number } {
  const truncates = ({ sizeBefore, sizeAfter }: FileChange): boolean => sizeAfter < sizeBefore
  const before = changes.slice(0, moment).findLastIndex(truncates)
  const after = changes.slice(moment).findIndex(truncates)
  return { first: before + 1, end: after === -1 ? changes.length : moment + after }
}

/** Numbers of the sectors below `size` that differ, or could. */
function sectorsTouched(changes: readonly FileChange[], size: number): Set<number> {
  const sectors = new Set<number>()
  for (const { position, written, sizeBefore, sizeAfter } of changes) {
    const from = Math.min(position, sizeBefore, sizeAfter)
    const resizedTo = sizeBefore === sizeAfter ? 0 : Math.max(sizeBefore, sizeAfter)
    const to = Math.min(Math.max(position + written.byteLength, resizedTo), size)
    for (let sector = Math.floor(from / SECTOR_BYTES); sector * SECTOR_BYTES < to; sector++)
      sectors.add(sector)
  }
  return sectors
}

/** Goes through the changes once more and takes from every moment the sectors that stayed as they were then. */
function compose(
  synced: Uint8Array,
  changes: readonly FileChange[],
  size: number,
  sectorsByMoment: ReadonlyMap<number, readonly number[]>,
): Uint8Array {
  const left = new Uint8Array(size)
  left.set(synced.subarray(0, size))
  const then = new Uint8Array(Math.max(synced.byteLength, size, ...changes.map((change) => change.sizeAfter)))
  then.set(synced)
  for (let moment = 0; moment <= changes.length; moment++) {
    if (moment > 0) redo(then, changes[moment - 1]!)
    for (const sector of sectorsByMoment.get(moment) ?? []) {
      const from = sector * SECTOR_BYTES
      left.set(then.subarray(from, Math.min(from + SECTOR_BYTES, size)), from)
    }
  }
  return left
}

function redo(bytes: Uint8Array, { position, written, sizeBefore, sizeAfter }: FileChange): void {
  if (sizeAfter < sizeBefore) bytes.fill(0, sizeAfter, sizeBefore)
  bytes.set(written, position)
}
