import type { Clock } from '../ports/clock.ts'
import { Condition } from './condition.ts'
import { Semaphore, type AcquireOptions, type Permit } from './semaphore.ts'

export interface SlotPoolOptions {
  /** Hard limit on slots held at the same time. */
  readonly capacity: number
  /** How long a turn lasts after the holder has caught up while others wait, milliseconds. */
  readonly turnMs: number
  readonly clock: Clock
}

/** What a holder does with its turn. */
export interface Slot extends Disposable {
  /** The holder reads at its position now: from here its turn is counted. Later calls change nothing. */
  caughtUp(): void
  /** Called once when others wait and the turn is over; dispose to stop listening. */
  onYield(listener: () => void): Disposable
  /** Idempotent. */
  release(): void
}

/**
 * The slot pool: a hard limit on concurrent streams, with fair turns when there are more containers than slots.
 * Who waits is served first come, first served. While anyone waits, as many of the longest turns that are over as there are waiters are
 * asked to yield; a holder that yields and queues again therefore comes behind everyone who waited before it.
 *
 * Who waits urgently comes first, and for it the longest turn is asked to yield at once, whether it is over or not: the log of a container that
 * lives 20 ms is gone before any turn would be. The limit stays hard. Each container may be urgent once, or those that wait would starve.
 */
export class SlotPool {
  #turnMs: number
  readonly #clock: Clock
  readonly #semaphore: Semaphore
  readonly #changed = new Condition()
  /** Turns being counted, longest first: insertion order is the order of catching up. */
  readonly #turns = new Map<HeldSlot, number>()
  #yielding = 0

  /** @throws RangeError when the capacity is not a whole number of at least 1. */
  constructor(options: SlotPoolOptions) {
    this.#turnMs = options.turnMs
    this.#clock = options.clock
    this.#semaphore = new Semaphore(options.capacity)
  }

  get capacity(): number {
    return this.#semaphore.capacity
  }

  get active(): number {
    return this.#semaphore.held
  }

  get waiting(): number {
    return this.#semaphore.waiting
  }

  /** Other settings from now on. Who holds a slot that there is no more is asked to yield, the longest turns first. */
  reconfigure({ capacity, turnMs }: Pick<SlotPoolOptions, 'capacity' | 'turnMs'>): void {
    this.#turnMs = turnMs
    this.#semaphore.resize(capacity)
    this.#changed.notifyAll()
  }

  /** Held slots / capacity, 0 to 1; more while slots are held that there are no more. */
  get utilization(): number {
    return this.active / this.capacity
  }

  /** Resolves with a slot when it is this caller's turn; rejects with `signal.reason` on abort. */
  async acquire(options: AcquireOptions): Promise<Slot> {
    const permit = this.#semaphore.acquire(options)
    this.#changed.notifyAll()
    return this.#hold(await permit)
  }

  /** Ends turns while others wait. Runs until the signal is aborted; to be spawned once as a task. */
  async keepTurns(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const longest = this.#owed() > 0 ? this.#longestTurn() : undefined
      if (longest === undefined) {
        await this.#changed.wait({ signal })
        continue
      }
      const leftMs = this.#isUrgent() ? 0 : longest.since + this.#turnMs - this.#clock.monotonic()
      if (leftMs <= 0) this.#end(longest.slot)
      else await this.#changed.waitAtMost(this.#clock, leftMs, { signal })
    }
  }

  #hold(permit: Permit): Slot {
    const slot: HeldSlot = { listener: null, yielding: false, released: false }
    const release = (): void => this.#release(slot, permit)
    return {
      caughtUp: () => this.#count(slot),
      onYield: (listener) => {
        slot.listener = listener
        return { [Symbol.dispose]: () => (slot.listener = null) }
      },
      release,
      [Symbol.dispose]: release,
    }
  }

  #count(slot: HeldSlot): void {
    if (slot.released || slot.yielding || this.#turns.has(slot)) return
    this.#turns.set(slot, this.#clock.monotonic())
    this.#changed.notifyAll()
  }

  #release(slot: HeldSlot, permit: Permit): void {
    if (slot.released) return
    slot.released = true
    if (slot.yielding) this.#yielding -= 1
    this.#turns.delete(slot)
    permit.release()
    this.#changed.notifyAll()
  }

  #end(slot: HeldSlot): void {
    slot.yielding = true
    this.#yielding += 1
    this.#turns.delete(slot)
    slot.listener?.()
  }

  /** Waiters for whom nobody was asked to yield yet, and slots beyond the capacity. */
  #owed(): number {
    return this.waiting + this.#surplus - this.#yielding
  }

  get #surplus(): number {
    return Math.max(0, this.active - this.capacity)
  }

  /** Whether someone waits urgently for whom nobody was asked to yield yet: who yields now serves the urgent first. A surplus is as urgent. */
  #isUrgent(): boolean {
    return this.#semaphore.waitingUrgently + this.#surplus > this.#yielding
  }

  #longestTurn(): { slot: HeldSlot; since: number } | undefined {
    for (const [slot, since] of this.#turns) return { slot, since }
    return undefined
  }
}

interface HeldSlot {
  listener: (() => void) | null
  yielding: boolean
  released: boolean
}
