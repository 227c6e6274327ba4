import { isNamed, type ContainerIdentity } from './container-identity.ts'
import { Hold } from './hold.ts'
import type { StreamFault } from './stream-fault.ts'
import { StreamFaultOrder, type StreamTarget } from './stream-fault-order.ts'
import type { Wire } from './wire.ts'

/** The faults of an engine's streams: those at work, and those that wait for streams to be opened. */
export class StreamFaults {
  #orders: StreamFaultOrder[] = []
  readonly #onChange: () => void

  /** @param onChange called when requests that were held back may go on */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** @param open the streams that are open now, each with its container */
  order(
    fault: StreamFault,
    target: StreamTarget,
    open: Iterable<readonly [ContainerIdentity, Wire]>,
  ): Disposable {
    const order = new StreamFaultOrder(fault, target)
    if (target.streams !== 'next' && fault.holdsRequest !== true) {
      for (const [of, wire] of open) if (order.concerns(of, wire.follow)) order.actOn(wire)
    }
    this.#orders = [...this.#orders.filter(({ isOver }) => !isOver), order]
    return { [Symbol.dispose]: () => this.#end([order]) }
  }

  /** Whether one of them holds requests back. */
  get holdsRequests(): boolean {
    return this.#orders.some(({ fault, awaits }) => awaits && fault.holdsRequest === true)
  }

  /** Set when a request that arrives now is to be held back; the same request asks once. */
  holdRequest(container: ContainerIdentity, follow: boolean): Hold | null {
    const orders = this.#awaiting(container, follow, true)
    if (orders.length === 0) return null
    const hold = new Hold(orders.length)
    for (const order of orders) order.keep(hold)
    return hold
  }

  /** A stream was opened. */
  opened(container: ContainerIdentity, wire: Wire): void {
    for (const order of this.#awaiting(container, wire.follow, false)) order.actOn(wire)
  }

  /** A stream was closed. */
  closed(wire: Wire): void {
    for (const order of this.#orders) order.forget(wire)
  }

  /** Ends every fault that was ordered for this container, or every fault there is. */
  calm(container?: ContainerIdentity): void {
    const isCalmed = ({ target }: StreamFaultOrder): boolean =>
      container === undefined || (target.container !== null && isNamed(target.container, container))
    this.#end(this.#orders.filter(isCalmed))
  }

  #awaiting(container: ContainerIdentity, follow: boolean, holding: boolean): StreamFaultOrder[] {
    const awaiting = this.#orders.filter(
      (order) =>
        order.awaits && (order.fault.holdsRequest ?? false) === holding && order.concerns(container, follow),
    )
    for (const order of awaiting) order.noteOpened()
    return awaiting
  }

  #end(orders: readonly StreamFaultOrder[]): void {
    this.#orders = this.#orders.filter((order) => !orders.includes(order))
    for (const order of orders) order[Symbol.dispose]()
    this.#onChange()
  }
}
