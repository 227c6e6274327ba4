import type { SeededRandom } from '../world/seeded-random.ts'
import type { CrashKind } from './crash-kind.ts'

/** What can be done to a file system. */
export type FileOperation =
  | 'open'
  | 'mkdir'
  | 'rename'
  | 'unlink'
  | 'stat'
  | 'readdir'
  | 'syncDirectory'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'close'

/**
 * What can be wrong with it.
 * - `error`: the operation has no effect and fails with this code; a `close` has its effect all the same, as on Linux.
 *   A `sync` that failed may be tried again here, and then has its effect; Linux would take for clean what it could not write
 * - `no-space`: once `afterBytes` more bytes were written (default 0), a write is cut short there and then fails with `ENOSPC`
 * - `short`: a read or write of more than one byte stops somewhere before its end, and says so
 * - `torn`: a write stops somewhere before its end and fails with `EIO`, without saying where
 * - `slow`: takes `delayMs` longer
 * - `hang`: never ends, until the fault is taken away
 * - `unlink`, `rename`, `truncate`: before the operation somebody else removes the file, renames it (by default to its path with `.1`
 *   behind it) or cuts it (by default to nothing), under whoever has it open
 * - `crash`: the moment of the operation is the moment of a crash, of every process of the world
 */
export type FileFault =
  | { readonly kind: 'error'; readonly code: FileErrorCode }
  | { readonly kind: 'no-space'; readonly afterBytes?: number }
  | { readonly kind: 'short' }
  | { readonly kind: 'torn' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'unlink' }
  | { readonly kind: 'rename'; readonly to?: string }
  | { readonly kind: 'truncate'; readonly length?: number }
  | { readonly kind: 'crash'; readonly crash: CrashKind }

export type FileErrorCode = 'ENOSPC' | 'EMFILE' | 'EIO' | 'EACCES'

export interface FileFaultScope {
  /**
   * Operations it concerns. Default all that it befalls in life: `read` and `write` for `short`, `write` for `torn` and `no-space`, those of open
   * files for `unlink`, `rename` and `truncate`, `open` for `EMFILE`, those of names for `EACCES`, those that need room for `ENOSPC`.
   */
  readonly operations?: readonly FileOperation[] | undefined
  /** Paths it concerns, as they were when the file was opened. Default all. */
  readonly path?: RegExp | undefined
  /** How often it strikes before it is over. Default without limit. */
  readonly times?: number | undefined
  /** Chance that it strikes an operation it concerns. Default 1. */
  readonly chance?: number | undefined
}

/** A fault that was ordered. */
export interface FileFaultOrder {
  readonly fault: FileFault
  readonly scope: FileFaultScope
  timesLeft: number
  /** Of `no-space`: what may still be written. */
  bytesLeft: number
}

/** The faults ordered for a file system. */
export class FileFaults {
  readonly #random: SeededRandom
  #orders: FileFaultOrder[] = []

  constructor(random: SeededRandom) {
    this.#random = random
  }

  add(fault: FileFault, scope: FileFaultScope): Disposable {
    const bytesLeft = fault.kind === 'no-space' ? (fault.afterBytes ?? 0) : Infinity
    const order = { fault, scope, timesLeft: scope.times ?? Infinity, bytesLeft }
    this.#orders.push(order)
    return { [Symbol.dispose]: () => (this.#orders = this.#orders.filter((other) => other !== order)) }
  }

  clear(): void {
    this.#orders = []
  }

  /** The fault that strikes this operation, if one does. */
  strike(operation: FileOperation, path: string): FileFaultOrder | null {
    for (const order of this.#orders) {
      if (order.timesLeft <= 0 || !concerns(order, operation, path)) continue
      if (!this.#random.chance(order.scope.chance ?? 1)) continue
      order.timesLeft -= 1
      return order
    }
    return null
  }
}

function concerns({ fault, scope }: FileFaultOrder, operation: FileOperation, path: string): boolean {
  const operations = scope.operations ?? operationsOf(fault)
  if (operations !== undefined && !operations.includes(operation)) return false
  return scope.path?.test(path) ?? true
}

/** What a fault befalls unless it is told otherwise; undefined for everything. */
function operationsOf(fault: FileFault): readonly FileOperation[] | undefined {
  switch (fault.kind) {
    case 'error':
      return FAILS[fault.code]
    case 'no-space':
    case 'torn':
      return ['write']
    case 'short':
      return ['read', 'write']
    case 'unlink':
    case 'rename':
    case 'truncate':
      return ['read', 'write', 'truncate', 'sync']
    case 'slow':
    case 'hang':
    case 'crash':
      return undefined
  }
}

const FAILS: Readonly<Record<FileErrorCode, readonly FileOperation[] | undefined>> = {
  EMFILE: ['open'],
  EACCES: ['open', 'mkdir', 'rename', 'unlink', 'stat', 'readdir', 'syncDirectory'],
  ENOSPC: ['open', 'mkdir', 'rename', 'write', 'sync', 'syncDirectory'],
  EIO: undefined,
}
