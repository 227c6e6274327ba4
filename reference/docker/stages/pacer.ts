import type { Clock } from '../../ports/clock.ts'
import type { Rate } from './rate-limit.ts'

/**
 * Has reading wait where more is read than a rate allows. What was read is never held back: it is a debt that time pays, so nothing of it depends on how long that
 * takes, and a wait may end at any time.
 */
export class Pacer {
  readonly #rate: Rate
  readonly #clock: Clock
  #tokens: number
  #atMs: number

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
    this.#tokens = rate.burst
    this.#atMs = clock.monotonic()
  }

  /** So much was read. */
  took({ lines, bytes }: { readonly lines: number; readonly bytes: number }): void {
    this.#refill()
    this.#tokens -= this.#rate.unit === 'lines' ? lines : bytes
  }

  /** Resolves when something may be read again. @returns how long that took, milliseconds */
  async wait(options: { signal: AbortSignal }): Promise<number> {
    this.#refill()
    const ms = Math.ceil((-this.#tokens * 1000) / this.#rate.perSecond)
    if (ms <= 0) return 0
    await this.#clock.sleep(ms, options)
    return ms
  }

  #refill(): void {
    const nowMs = this.#clock.monotonic()
    const { burst, perSecond } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#atMs) * perSecond) / 1000)
    this.#atMs = nowMs
  }
}
