import type { ScheduledEvent } from './event-queue.ts'
import type { ResourceLedger } from './resource-ledger.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What a simulator needs of where it runs: chance, time and a ledger. A `World` gives virtual time, a `RealTimeHost` real time. */
export interface Host {
  readonly random: SeededRandom
  readonly ledger: Pick<ResourceLedger, 'open' | 'close'>
  readonly clock: {
    /** Milliseconds since the epoch, with their fraction. */
    wallTime(): number
    /**
     * What it showed at a moment of the monotonic clock that is over. Null where nobody knows, as in real time: what happens is then to be
     * stamped when it happens.
     */
    readonly wallTimeAt: ((monotonicMs: number) => number) | null
    /** Milliseconds that never go back, with their fraction. */
    monotonic(): number
    /** Steps it, milliseconds forward or, below 0, back. */
    stepWallTime(byMs: number): void
  }
  /** Runs something once `delayMs` milliseconds have passed. */
  schedule(
    delayMs: number,
    label: string,
    run: () => void,
    options?: { background?: boolean | (() => boolean) },
  ): ScheduledEvent
  /** Reports that whoever uses the engine broke a contract. */
  fail(error: Error): void
}

/** Where code runs that may be killed at any moment: what it waits for and holds open ends then. */
export interface MortalHost extends Host {
  readonly alive: boolean
  /** Has the kernel do this when the process dies, such as closing a socket. Dispose once it is closed. */
  onDeath(disconnect: () => void): Disposable
}
