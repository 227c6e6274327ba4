import type { Clock } from '../ports/clock.ts'

/** How many requests are let through: so many a second on average, and at most as many at once. */
export class RequestRate {
  readonly #perSecond: number
  readonly #clock: Pick<Clock, 'monotonic'>
  #left: number
  #atMs: number

  constructor(perSecond: number, clock: Pick<Clock, 'monotonic'>) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#left = perSecond
    this.#atMs = clock.monotonic()
  }

  /** Whether one more may pass now; it is counted when it may. */
  take(): boolean {
    const nowMs = this.#clock.monotonic()
    this.#left = Math.min(this.#perSecond, this.#left + ((nowMs - this.#atMs) / 1000) * this.#perSecond)
    this.#atMs = nowMs
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
