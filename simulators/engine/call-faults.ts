import { isNamed, type ContainerIdentity } from '../wire/container-identity.ts'
import { Hold } from '../wire/hold.ts'

/** Requests a client can make. */
export type EngineOperation = 'info' | 'list' | 'inspect' | 'events' | 'logs'

/**
 * What a request gets instead of its answer.
 * - `status`: an error with this HTTP status
 * - `malformed`: JSON that is none
 * - `held`: nothing at all; with `head`, the head of an answer without its body, which in process is the same
 * - `late`: its answer, so many milliseconds later
 * - `empty`: a list without anything in it; other requests are not concerned
 */
export type CallFault =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'held'; readonly head: boolean }
  | { readonly kind: 'late'; readonly delayMs: number }
  | { readonly kind: 'empty' }

/** What went wrong with one request, and until when it is held back where that is what went wrong. */
export interface DisturbedCall {
  readonly fault: CallFault
  readonly hold: Hold
}

export interface CallScope {
  /** Default every operation. */
  readonly operation?: EngineOperation | undefined
  /** Id, prefix of an id, or name of the container that is asked about. Default any, and requests about none. */
  readonly container?: string | undefined
  /** How many requests it is for. Default all. */
  readonly times?: number | undefined
}

/** The faults that wait for requests. */
export class CallFaults {
  readonly #orders = new Set<Order>()
  readonly #onChange: () => void

  /** @param onChange called when requests that were held back may go on */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  order(fault: CallFault, scope: CallScope): Disposable {
    const order: Order = { fault, scope, left: scope.times ?? Infinity, holds: new Set() }
    this.#orders.add(order)
    return { [Symbol.dispose]: () => this.#end([order]) }
  }

  /** Whether one of them is for requests about a certain container. */
  get areAboutContainers(): boolean {
    return [...this.#orders].some(({ scope }) => scope.container !== undefined)
  }

  /** Ends every fault that was ordered. */
  clear(): void {
    this.#end([...this.#orders])
  }

  /** What goes wrong with the request that arrives now, or null. @param container which it is about */
  take(operation: EngineOperation, container?: ContainerIdentity): DisturbedCall | null {
    for (const order of this.#orders) {
      const { scope } = order
      if (order.left <= 0 || (scope.operation ?? operation) !== operation) continue
      if (!isAbout(scope, container)) continue
      order.left -= 1
      const hold = new Hold(1)
      if (order.fault.kind === 'held') order.holds.add(hold)
      else if (order.left === 0) this.#orders.delete(order)
      return { fault: order.fault, hold }
    }
    return null
  }

  #end(orders: readonly Order[]): void {
    for (const order of orders) {
      this.#orders.delete(order)
      for (const hold of order.holds) hold.release()
      order.holds.clear()
    }
    this.#onChange()
  }
}

function isAbout({ container: wanted }: CallScope, container: ContainerIdentity | undefined): boolean {
  return wanted === undefined || (container !== undefined && isNamed(wanted, container))
}

interface Order {
  readonly fault: CallFault
  readonly scope: CallScope
  left: number
  readonly holds: Set<Hold>
}
