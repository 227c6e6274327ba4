import type { SimulatedContainer } from '../engine/simulated-container.ts'
import type { Simulation } from '../world/simulation.ts'
import { every } from './every.ts'
import type { OutputCheck } from './output-check.ts'

/** What one sink is to have of one container. */
export interface Delivery {
  readonly sink: string
  readonly container: SimulatedContainer
  readonly check: OutputCheck
}

export interface DeliveriesOptions {
  /** What is to be delivered at this moment. */
  readonly expected: () => readonly Delivery[]
  /** Since when the collector could deliver this, milliseconds; Infinity while something keeps it from that. */
  readonly undisturbedSinceMs: (delivery: Delivery) => number
  /** How long a line may wait then, milliseconds. */
  readonly boundMs: () => number
  /** Since when the collector runs; Infinity while it does not. */
  readonly runningSinceMs: () => number
  /** Since when nothing at all is wrong; Infinity while anything is. */
  readonly calmSinceMs: () => number
  /** When something was put right last. */
  readonly mendedMs: () => number
  /** What the collector says of itself. */
  readonly health: () => { readonly isGood: boolean; readonly detail: string }
}

interface Stall {
  readonly reached: number
  readonly sinceMs: number
}

/**
 * I12: health is not good while, for a minute longer than a line may wait, a sink goes without a line that could be read; and it is good again within a
 * minute after everything is.
 * I15: what fails delays nothing else: where nothing is wrong a line waits no longer than its bound.
 */
export function deliveriesGoOn(world: Simulation, options: DeliveriesOptions): Disposable {
  const watch = new DeliveryWatch(world, options)
  const stack = new DisposableStack()
  stack.use(every(world, 'I15 what fails delays nothing else', LOOK_MS, () => watch.delayed()))
  stack.use(every(world, 'I12 health tells the truth', LOOK_MS, () => watch.lie()))
  return stack
}

class DeliveryWatch {
  readonly #world: Simulation
  readonly #options: DeliveriesOptions
  #stalls = new Map<OutputCheck, Stall>()

  constructor(world: Simulation, options: DeliveriesOptions) {
    this.#world = world
    this.#options = options
  }

  delayed(): string | undefined {
    this.#look()
    const boundMs = this.#options.boundMs()
    return this.#longest((delivery) => this.#options.undisturbedSinceMs(delivery), boundMs)
  }

  lie(): string | undefined {
    this.#look()
    const { health, boundMs, runningSinceMs, calmSinceMs, mendedMs } = this.#options
    const limitMs = boundMs() + MINUTE_MS
    const { isGood, detail } = health()
    if (isGood) {
      const waiting = this.#longest(() => Math.max(runningSinceMs(), mendedMs()), limitMs)
      return waiting === undefined ? undefined : `health is good, and ${waiting}`
    }
    const goodSinceMs = Math.max(runningSinceMs(), calmSinceMs())
    return this.#world.nowMs - goodSinceMs < limitMs
      ? undefined
      : `nothing is wrong, and health says: ${detail}`
  }

  #longest(sinceMs: (delivery: Delivery) => number, boundMs: number): string | undefined {
    const { nowMs } = this.#world
    for (const delivery of this.#options.expected()) {
      const stall = this.#stalls.get(delivery.check)
      if (stall === undefined) continue
      const waitsMs = nowMs - Math.max(stall.sinceMs, sinceMs(delivery))
      if (waitsMs <= boundMs) continue
      const { sink, container } = delivery
      return `${sink} waits for line ${stall.reached} of ${container.name} for ${waitsMs.toFixed(0)} ms`
    }
    return undefined
  }

  #look(): void {
    const { nowMs } = this.#world
    const stalls = new Map<OutputCheck, Stall>()
    for (const { check } of this.#options.expected()) {
      const reached = check.owed
      if (reached === null) continue
      const before = this.#stalls.get(check)
      stalls.set(check, before?.reached === reached ? before : { reached, sinceMs: nowMs })
    }
    this.#stalls = stalls
  }
}

const LOOK_MS = 5000
const MINUTE_MS = 60_000
