import type { SeededRandom } from '../world/seeded-random.ts'
import { Occurrence } from './occurrence.ts'
import type { RequestFault, SinkFaultScope } from './sink-fault.ts'

/** A fault that was ordered. */
export interface SinkFaultOrder<Fault = RequestFault> {
  readonly fault: Fault
  /** The fault is taken away. */
  readonly end: Occurrence
}

interface PendingOrder<Fault> extends SinkFaultOrder<Fault> {
  readonly chance: number
  timesLeft: number
}

/** The faults of single requests that were ordered for a sink. */
export class SinkFaults<Fault = RequestFault> {
  readonly #random: SeededRandom
  #orders: PendingOrder<Fault>[] = []

  constructor(random: SeededRandom) {
    this.#random = random
  }

  add(fault: Fault, { times = Infinity, chance = 1 }: SinkFaultScope): Disposable {
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
   * @param canStrike whether a fault can strike this request; default every fault can
   */
  strike(canStrike: (fault: Fault) => boolean = () => true): SinkFaultOrder<Fault> | null {
    for (const order of this.#orders) {
      if (!canStrike(order.fault)) continue
      if (order.timesLeft <= 0 || !this.#random.chance(order.chance)) continue
      order.timesLeft -= 1
      return order
    }
    return null
  }
}
