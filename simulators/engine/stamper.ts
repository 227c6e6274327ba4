import type { SeededRandom } from '../seeded-random.ts'

/** Length of a stamp: RFC 3339 with nine decimals in UTC. */
export const STAMP_BYTES = 30

/**
 * Makes the stamps a container engine puts on messages. Two messages within one virtual instant are some hundred nanoseconds apart, as on a
 * real machine; the stamp goes back only when the wall clock was stepped back.
 */
export class Stamper {
  readonly #wallTime: () => number
  readonly #random: SeededRandom
  readonly #second = new Uint8Array(SECOND_BYTES)
  #secondNumber = NaN
  #instant = NaN
  #nanoseconds = 0

  /** @param wallTime milliseconds since the epoch, with their fraction */
  constructor(wallTime: () => number, random: SeededRandom) {
    this.#wallTime = wallTime
    this.#random = random
  }

  /** A new stamp for now, as 30 bytes of ASCII. */
  next(): Uint8Array {
    const instant = this.#wallTime()
    const second = Math.floor(instant / 1000)
    if (instant === this.#instant) this.#nanoseconds += this.#random.integer(150, 1500)
    else this.#nanoseconds = Math.floor((instant - second * 1000) * 1e6)
    this.#instant = instant
    return this.#format(second, Math.min(this.#nanoseconds, 999_999_999))
  }

  #format(second: number, nanoseconds: number): Uint8Array {
    if (second !== this.#secondNumber) {
      this.#secondNumber = second
      SECOND_ENCODER.encodeInto(new Date(second * 1000).toISOString().slice(0, SECOND_BYTES), this.#second)
    }
    const stamp = new Uint8Array(STAMP_BYTES)
    stamp.set(this.#second)
    let rest = nanoseconds
    for (let at = STAMP_BYTES - 2; at >= SECOND_BYTES; at--) {
      stamp[at] = ASCII_ZERO + (rest % 10)
      rest = Math.floor(rest / 10)
    }
    stamp[STAMP_BYTES - 1] = ASCII_Z
    return stamp
  }
}

/** `2026-01-01T00:00:00.` */
const SECOND_BYTES = 20
const SECOND_ENCODER = new TextEncoder()
const ASCII_ZERO = 0x30
const ASCII_Z = 0x5a
