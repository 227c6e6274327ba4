import { onAbort } from './abort.ts'

/** Bounds how many hold something at the same time. First come, first served. */
export class Semaphore {
  readonly capacity: number
  #held = 0
  readonly #queue = new Set<() => void>()

  /** @throws RangeError when the capacity is not a whole number of at least 1: nobody could ever enter. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(
        `Cannot make a semaphore of capacity ${capacity}: expected a whole number of at least 1`,
      )
    }
    this.capacity = capacity
  }

  get held(): number {
    return this.#held
  }

  get waiting(): number {
    return this.#queue.size
  }

  /** Resolves with a permit when it is this caller's turn; rejects with `signal.reason` on abort. */
  async acquire(options: { signal: AbortSignal }): Promise<Permit> {
    options.signal.throwIfAborted()
    if (this.#held < this.capacity) {
      this.#held += 1
      return this.#permit()
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#queue.add(resolve)
    using _ = onAbort(options.signal, () => {
      // A turn that was already given is kept: the caller gets its permit and sees the abort itself.
      if (this.#queue.delete(resolve)) reject(options.signal.reason)
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
    const [next] = this.#queue
    if (next === undefined) {
      this.#held -= 1
      return
    }
    this.#queue.delete(next)
    next()
  }
}

/** The right to hold one place. Releasing twice is the same as once. */
export interface Permit extends Disposable {
  release(): void
}
