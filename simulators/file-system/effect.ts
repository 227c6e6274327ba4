import type { SeededRandom } from '../world/seeded-random.ts'
import { fileError } from './file-error.ts'
import type { FileFaultOrder, FileOperation } from './file-system-fault.ts'
import type { SimulatedDisk } from './simulated-disk.ts'

/** How many bytes of so many a read or a write at `position` takes. */
export type Portion = (length: number, position: number) => number

/** What becomes of an operation. */
export interface Effect {
  readonly portion: Portion
  /** Thrown once the portion is done. */
  readonly failure: Error | null
}

/** What faults act on. */
export interface Sufferer {
  readonly disk: SimulatedDisk
  readonly random: SeededRandom
}

/**
 * Does to an operation what was ordered, short of delaying it: in place of it, by throwing; before it; or to its effect.
 * @param order null when nothing was
 */
export function suffer(
  order: FileFaultOrder | null,
  operation: FileOperation,
  path: string,
  { disk, random }: Sufferer,
): Effect {
  if (order === null) return WHOLE
  const { fault } = order
  switch (fault.kind) {
    case 'error':
      if (operation !== 'close') throw fileError(fault.code, operation, path)
      return { ...WHOLE, failure: fileError(fault.code, operation, path) }
    case 'no-space':
      return { portion: (length) => spend(order, length, path), failure: null }
    case 'short':
      return { portion: (length) => (length > 1 ? random.integer(1, length - 1) : length), failure: null }
    case 'torn':
      return {
        portion: (length) => random.integer(0, length - 1),
        failure: fileError('EIO', operation, path),
      }
    case 'unlink':
      if (disk.find(path) !== null) disk.unlink(path)
      return WHOLE
    case 'rename':
      if (disk.find(path) !== null) disk.rename(path, fault.to ?? `${path}.1`)
      return WHOLE
    case 'truncate':
      if (disk.find(path) !== null) disk.truncate(path, fault.length ?? 0)
      return WHOLE
    case 'slow':
    case 'hang':
    case 'crash':
      return WHOLE
  }
}

/** A write asks the kernel page by page whether its process was killed (`generic_perform_write` of Linux), and ends there. */
export function pagesUntilKilled(random: SeededRandom): Portion {
  return (length, position) => {
    const reached = random.integer(position, position + length)
    const boundary = reached - (reached % PAGE_BYTES)
    return boundary > position ? boundary - position : length
  }
}

function spend(order: FileFaultOrder, length: number, path: string): number {
  if (length > 0 && order.bytesLeft === 0) throw fileError('ENOSPC', 'write', path)
  const taken = Math.min(length, order.bytesLeft)
  order.bytesLeft -= taken
  return taken
}

const WHOLE: Effect = { portion: (length) => length, failure: null }
const PAGE_BYTES = 4096
