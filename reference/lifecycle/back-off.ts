import type { Random } from '../ports/random.ts'

export interface BackOffOptions {
  /** Longest first delay, milliseconds. */
  readonly initialMs: number
  /** Longest delay, milliseconds. */
  readonly maxMs: number
}

/**
 * Exponential back-off with full jitter: the n-th delay lies anywhere between (nearly) nothing and `initialMs * 2^n`, at most `maxMs`. Of all ways to
 * draw it this one spreads those who failed together best.
 */
export class BackOff {
  readonly #options: BackOffOptions
  readonly #random: Random
  #attempts = 0

  constructor(options: BackOffOptions, random: Random) {
    this.#options = options
    this.#random = random
  }

  /** Delays handed out since the last reset. */
  get attempts(): number {
    return this.#attempts
  }

  /** The next delay, milliseconds. */
  next(): number {
    return fullJitter(this.nextCeiling(), this.#random)
  }

  /** How long the next delay may be, milliseconds: for several that wait together, and draw once. */
  nextCeiling(): number {
    const { initialMs, maxMs } = this.#options
    const ceilingMs = Math.min(maxMs, initialMs * 2 ** Math.min(this.#attempts, 30))
    this.#attempts += 1
    return ceilingMs
  }

  /** The operation succeeded: start from the first delay again. */
  reset(): void {
    this.#attempts = 0
  }
}

/** A delay up to the ceiling, each as likely. */
export function fullJitter(ceilingMs: number, random: Random): number {
  return ceilingMs * (LEAST + (1 - LEAST) * random.next())
}

/** Of the ceiling: what failed is not repeated in the same millisecond. */
const LEAST = 0.01
