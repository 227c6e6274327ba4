import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { BackOff, type BackOffOptions } from './back-off.ts'
import { Condition } from './condition.ts'

/** The pauses of a task between its tries of something that fails: a back-off, which a stop cuts short, because it cannot wait for the next try. */
export class RetryPause {
  readonly #clock: Clock
  readonly #backOff: BackOff
  readonly #hurry = new Condition()
  #hurried = false

  constructor(clock: Clock, random: Random, options: BackOffOptions = { initialMs: 200, maxMs: 30_000 }) {
    this.#clock = clock
    this.#backOff = new BackOff(options, random)
  }

  /** Resolves when the next try is due; rejects with `signal.reason` on abort. */
  async wait(options: { signal: AbortSignal }): Promise<void> {
    const ms = Math.min(this.#backOff.next(), this.#hurried ? HURRIED_MS : Infinity)
    await this.#hurry.waitAtMost(this.#clock, ms, options)
  }

  /** The next try is due now, and those after it are not far apart. */
  hurry(): void {
    this.#hurried = true
    this.#hurry.notifyAll()
  }

  /** The try succeeded: the next pause is a first one. */
  reset(): void {
    this.#backOff.reset()
  }
}

const HURRIED_MS = 500
