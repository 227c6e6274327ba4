import type { SeededRandom } from '../../world/seeded-random.ts'
import { formatStamp } from './stamp-format.ts'

/**
 * Makes the stamps a container engine puts on messages. Two messages within one virtual instant are some hundred nanoseconds apart, as on a
 * real machine; the stamp goes back only when the wall clock was stepped back.
 */
export class Stamper {
  readonly #wallTime: () => number
  readonly #random: SeededRandom
  #instant = NaN
  #nanoseconds = 0

  /** @param wallTime milliseconds since the epoch, with their fraction */
  constructor(wallTime: () => number, random: SeededRandom) {
    this.#wallTime = wallTime
    this.#random = random
  }

  /** A new stamp for now, as 30 bytes of ASCII. Good until any stamper makes the next one. */
  next(): Uint8Array {
    const instant = this.#wallTime()
    const second = Math.floor(instant / 1000)
    if (instant === this.#instant) this.#nanoseconds += this.#random.integer(150, 1500)
    else this.#nanoseconds = Math.floor((instant - second * 1000) * 1e6)
    this.#instant = instant
    return formatStamp(second, Math.min(this.#nanoseconds, 999_999_999))
  }
}
