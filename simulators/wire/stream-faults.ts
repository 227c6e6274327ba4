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

  /** @param open the streams that are open now, by the id of their container */
  order(fault: StreamFault, target: StreamTarget, open: Iterable<readonly [string, Wire]>): Disposable {
    const order = new StreamFaultOrder(fault, target)
    if (target.streams !== 'next' && fault.holdsRequest !== true) {
      for (const [id, wire] of open) if (order.concerns(id, wire.follow)) order.actOn(wire)
    }
    this.#orders = [...this.#orders.filter(({ isOver }) => !isOver), order]
    return { [Symbol.dispose]: () => this.#end([order]) }
  }

  /** Set when a request that arrives now is to be held back; the same request asks once. */
  holdRequest(containerId: string, follow: boolean): Hold | null {
    const orders = this.#awaiting(containerId, follow, true)
    if (orders.length === 0) return null
    const hold = new Hold(orders.length)
    for (const order of orders) order.keep(hold)
    return hold
  }

  /** A stream was opened. */
  opened(containerId: string, wire: Wire): void {
    for (const order of this.#awaiting(containerId, wire.follow, false)) order.actOn(wire)
  }

  /** A stream was closed. */
  closed(wire: Wire): void {
    for (const order of this.#orders) order.forget(wire)
  }

  /** Ends every fault that was ordered for this container, or every fault there is. */
  calm(containerId?: string): void {
    this.#end(
      this.#orders.filter(({ target }) => containerId === undefined || target.containerId === containerId),
    )
  }

  #awaiting(containerId: string, follow: boolean, holding: boolean): StreamFaultOrder[] {
    const awaiting = this.#orders.filter(
      (order) =>
        order.awaits &&
        (order.fault.holdsRequest ?? false) === holding &&
        order.concerns(containerId, follow),
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
