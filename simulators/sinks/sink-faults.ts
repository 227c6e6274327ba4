import type { SeededRandom } from '../seeded-random.ts'
import { Occurrence } from './occurrence.ts'
import type { RequestFault, SinkFaultScope } from './sink-fault.ts'

/** A fault that was ordered. */
export interface SinkFaultOrder {
  readonly fault: RequestFault
  /** The fault is taken away. */
  readonly end: Occurrence
}

interface PendingOrder extends SinkFaultOrder {
  readonly chance: number
  timesLeft: number
}

/** The faults of single requests that were ordered for a sink. */
export class SinkFaults {
  readonly #random: SeededRandom
  #orders: PendingOrder[] = []

  constructor(random: SeededRandom) {
    this.#random = random
  }

  add(fault: RequestFault, { times = Infinity, chance = 1 }: SinkFaultScope): Disposable {
    const order = { fault, end: new Occurrence(), chance, timesLeft: times }
    this.#orders.push(order)
    return {
      [Symbol.dispose]: () => {
        this.#orders = this.#orders.filter((other) => other !== order)
        order.end.happen()
      },
    }
  }

  /**
   * The fault that strikes a request that comes now: the first ordered that does; null for none.
   * @param bytes of its body, as the sender announced them
   */
  strike(bytes: number | null): SinkFaultOrder | null {
    for (const order of this.#orders) {
      const { fault } = order
      if (fault.kind === 'client-error' && (bytes ?? 0) <= (fault.aboveBytes ?? -1)) continue
      if (order.timesLeft <= 0 || !this.#random.chance(order.chance)) continue
      order.timesLeft -= 1
      return order
    }
    return null
  }
}
