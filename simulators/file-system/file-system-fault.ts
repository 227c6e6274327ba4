import type { SeededRandom } from '../seeded-random.ts'

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
 * - `error`: the operation has no effect and fails with this code
 * - `short`: a read or write of more than one byte stops somewhere before its end
 * - `slow`: takes `delayMs` longer
 * - `hang`: never ends, until the fault is taken away
 */
export type FileFault =
  | { readonly kind: 'error'; readonly code: FileErrorCode }
  | { readonly kind: 'short' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'hang' }

export type FileErrorCode = 'ENOSPC' | 'EMFILE' | 'EIO' | 'EACCES'

export interface FileFaultScope {
  /** Operations it concerns. Default all. */
  readonly operations?: readonly FileOperation[]
  /** Paths it concerns. Default all. */
  readonly path?: RegExp
  /** How often it strikes before it is over. Default without limit. */
  readonly times?: number
  /** Chance that it strikes an operation it concerns. Default 1. */
  readonly chance?: number
}

interface Order {
  readonly fault: FileFault
  readonly scope: FileFaultScope
  timesLeft: number
}

/** The faults ordered for a file system. */
export class FileFaults {
  readonly #random: SeededRandom
  #orders: Order[] = []

  constructor(random: SeededRandom) {
    this.#random = random
  }

  add(fault: FileFault, scope: FileFaultScope): Disposable {
    const order = { fault, scope, timesLeft: scope.times ?? Infinity }
    this.#orders.push(order)
    return { [Symbol.dispose]: () => (this.#orders = this.#orders.filter((other) => other !== order)) }
  }

  clear(): void {
    this.#orders = []
  }

  /** The fault that strikes this operation, if one does. */
  strike(operation: FileOperation, path: string): FileFault | null {
    for (const order of this.#orders) {
      if (order.timesLeft <= 0 || !concerns(order.scope, operation, path)) continue
      if (!this.#random.chance(order.scope.chance ?? 1)) continue
      order.timesLeft -= 1
      return order.fault
    }
    return null
  }
}

function concerns(scope: FileFaultScope, operation: FileOperation, path: string): boolean {
  if (scope.operations !== undefined && !scope.operations.includes(operation)) return false
  return scope.path?.test(path) ?? true
}

/** An error as Node's file system makes it. */
export function fileError(code: string, operation: FileOperation, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, syscall: operation, path })
}
