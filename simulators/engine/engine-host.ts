import type { ScheduledEvent } from '../event-queue.ts'
import type { ResourceLedger } from '../resource-ledger.ts'
import type { SeededRandom } from '../seeded-random.ts'

/** What an engine needs of where it runs: chance, time and a ledger. A `World` gives virtual time, a `RealTimeHost` real time. */
export interface EngineHost {
  readonly random: SeededRandom
  readonly ledger: Pick<ResourceLedger, 'open' | 'close'>
  readonly clock: {
    /** Milliseconds since the epoch, with their fraction. */
    wallTime(): number
    /** Steps it, milliseconds forward or, below 0, back. */
    stepWallTime(byMs: number): void
  }
  /** Runs something once `delayMs` milliseconds have passed. */
  schedule(
    delayMs: number,
    label: string,
    run: () => void,
    options?: { background?: boolean },
  ): ScheduledEvent
  /** Reports that whoever uses the engine broke a contract. */
  fail(error: Error): void
}
