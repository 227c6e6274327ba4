import type { Random } from '../ports/random.ts'

export interface BackOffOptions {
  /** First delay, milliseconds. */
  readonly initialMs: number
  /** Longest delay, milliseconds. */
  readonly maxMs: number
}

/**
 * Exponential back-off with jitter: the n-th delay lies between half and all of `initialMs * 2^n`, at most `maxMs`.
 * Half is kept so that a retry never becomes a busy loop; the rest is chance so that many do not return at once.
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
    const { initialMs, maxMs } = this.#options
    const ceiling = Math.min(maxMs, initialMs * 2 ** Math.min(this.#attempts, 30))
    this.#attempts += 1
    return ceiling * (0.5 + 0.5 * this.#random.next())
  }

  /** The operation succeeded: start from the first delay again. */
  reset(): void {
    this.#attempts = 0
  }
}
