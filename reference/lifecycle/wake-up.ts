import type { Clock } from '../ports/clock.ts'
import { Condition } from './condition.ts'

/** Lets one task sleep between its rounds until somebody wants a round. What is wanted during a round is not lost: the next wait is over at once. */
export class WakeUp {
  readonly #asked = new Condition()
  #wanted = false

  /** Ends the wait, or the next one. */
  ask(): void {
    this.#wanted = true
    this.#asked.notifyAll()
  }

  /** Resolves when it was asked for since the last wait, at most after `ms` milliseconds; rejects with `signal.reason` on abort. */
  async waitAtMost(clock: Clock, ms: number, options: { signal: AbortSignal }): Promise<void> {
    if (!this.#wanted) await this.#asked.waitAtMost(clock, ms, options)
    this.#wanted = false
  }
}
