import { onAbort } from './abort.ts'

export interface AcquireOptions {
  readonly signal: AbortSignal
  /** Comes before everyone who waits without it; among those who wait with it, first come, first served. Default false. */
  readonly urgent?: boolean
}

/** Bounds how many hold something at the same time. First come, first served, the urgent before the others. */
export class Semaphore {
  #capacity: number
  #held = 0
  readonly #urgent = new Set<() => void>()
  readonly #usual = new Set<() => void>()

  /** @throws RangeError when the capacity is not a whole number of at least 1: nobody could ever enter. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(
        `Cannot make a semaphore of capacity ${capacity}: expected a whole number of at least 1`,
      )
    }
    this.#capacity = capacity
  }

  get capacity(): number {
    return this.#capacity
  }

  /** From now on so many, at least 1. What is held beyond that is not taken away: nobody enters until it was given back. */
  resize(capacity: number): void {
    this.#capacity = capacity
    while (this.#held < capacity && this.waiting > 0) {
      this.#held += 1
      this.#passOn()
    }
  }

  get held(): number {
    return this.#held
  }

  get waiting(): number {
    return this.#urgent.size + this.#usual.size
  }

  /** Those of the waiting that are urgent. */
  get waitingUrgently(): number {
    return this.#urgent.size
  }

  /** Resolves with a permit when it is this caller's turn; rejects with `signal.reason` on abort. */
  async acquire(options: AcquireOptions): Promise<Permit> {
    options.signal.throwIfAborted()
    if (this.#held < this.#capacity) {
      this.#held += 1
      return this.#permit()
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const queue = options.urgent === true ? this.#urgent : this.#usual
    queue.add(resolve)
    using _ = onAbort(options.signal, () => {
      // A turn that was already given is kept: the caller gets its permit and sees the abort itself.
      if (queue.delete(resolve)) reject(options.signal.reason)
    })
    await promise
    return this.#permit()
  }

  #permit(): Permit {
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      this.#passOn()
    }
    return { release, [Symbol.dispose]: release }
  }

  /** Hands the place to the first in the queue, or frees it. */
  #passOn(): void {
    const queue = this.#urgent.size > 0 ? this.#urgent : this.#usual
    const [next] = queue
    if (next === undefined || this.#held > this.#capacity) {
      this.#held -= 1
      return
    }
    queue.delete(next)
    next()
  }
}

/** The right to hold one place. Releasing twice is the same as once. */
export interface Permit extends Disposable {
  release(): void
}
