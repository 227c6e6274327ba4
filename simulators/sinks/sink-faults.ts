import type { SeededRandom } from '../seeded-random.ts'
import { Gate } from './gate.ts'
import type { RequestFault, SinkFaultScope } from './sink-fault.ts'

/** A fault that was ordered. */
export interface SinkFaultOrder {
  readonly fault: RequestFault
  /** Opened when the fault is taken away. */
  readonly gate: Gate
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
    const order = { fault, gate: new Gate(), chance, timesLeft: times }
    this.#orders.push(order)
    return {
      [Symbol.dispose]: () => {
        this.#orders = this.#orders.filter((other) => other !== order)
        order.gate.open()
      },
    }
  }

  /** The fault that strikes a request that comes now: the first ordered that does; null for none. */
  strike(): SinkFaultOrder | null {
    for (const order of this.#orders) {
      if (order.timesLeft <= 0 || !this.#random.chance(order.chance)) continue
      order.timesLeft -= 1
      return order
    }
    return null
  }
}
