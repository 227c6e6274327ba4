import type { Clock } from '../ports/clock.ts'
import { onAbort } from './abort.ts'

/** Lets tasks wait for a change that others announce. Waiters re-check what they wait for after every wake. */
export class Condition {
  readonly #waiters = new Set<() => void>()

  /** Wakes everyone who waits now. */
  notifyAll(): void {
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const wake of waiters) wake()
  }

  /** Wakes the one who has waited longest, for changes that serve only one. */
  notifyOne(): void {
    const [first] = this.#waiters
    if (first === undefined) return
    this.#waiters.delete(first)
    first()
  }

  /** Resolves when it is woken; rejects with `signal.reason` on abort. Leaves no listener on the signal. */
  async wait(options: { signal: AbortSignal }): Promise<void> {
    await this.#wait(options, () => null)
  }

  /** Resolves when it is woken or after `ms` milliseconds; rejects with `signal.reason` on abort. */
  async waitAtMost(clock: Clock, ms: number, options: { signal: AbortSignal }): Promise<void> {
    await this.#wait(options, (wake) => clock.after(ms, wake))
  }

  /** @param limit what else ends the wait */
  async #wait(
    { signal }: { signal: AbortSignal },
    limit: (wake: () => void) => Disposable | null,
  ): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiters.add(resolve)
    using _limit = limit(resolve)
    using _listener = onAbort(signal, () => reject(signal.reason))
    try {
      await promise
    } finally {
      this.#waiters.delete(resolve)
    }
  }
}
