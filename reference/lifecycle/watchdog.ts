import type { Clock } from '../ports/clock.ts'
import { linkedController, type LinkedController } from './abort.ts'

/** The reason of a watchdog's signal when nobody fed it in time. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError'
}

/**
 * Aborts its signal when it was not fed for `timeoutMs`, or with the parent. Feeding costs an assignment, not a timer, so that every read of
 * a busy stream can do it; the timer is set again only when it fires early.
 */
export class Watchdog implements Disposable {
  readonly #clock: Clock
  readonly #parent: AbortSignal
  #timeoutMs: number
  #dueMs = 0
  #current: LinkedController

  constructor(clock: Clock, timeoutMs: number, parent: AbortSignal) {
    this.#clock = clock
    this.#parent = parent
    this.#timeoutMs = timeoutMs
    this.#current = this.#arm()
  }

  /** Aborted with a {@link SilenceError} after the silence, with the parent's reason when that is aborted. */
  get signal(): AbortSignal {
    return this.#current.signal
  }

  /** True when the silence, and not the parent, aborted the signal. */
  get expired(): boolean {
    return this.signal.aborted && this.signal.reason instanceof SilenceError
  }

  /** Something happened: the full time is left again. Without effect once the signal is aborted. */
  feed(): void {
    this.#dueMs = this.#clock.monotonic() + this.#timeoutMs
  }

  /** A new signal with a new time, after the old one was used up. */
  rearm(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs
    this.#current[Symbol.dispose]()
    this.#current = this.#arm()
  }

  [Symbol.dispose](): void {
    this.#current[Symbol.dispose]()
  }

  #arm(): LinkedController {
    this.feed()
    const controller = linkedController(this.#parent)
    this.#watch(controller).catch(() => {})
    return controller
  }

  async #watch(controller: LinkedController): Promise<void> {
    for (;;) {
      const leftMs = this.#dueMs - this.#clock.monotonic()
      if (leftMs <= 0) return controller.abort(new SilenceError(`Nothing happened for ${this.#timeoutMs} ms`))
      // eslint-disable-next-line no-await-in-loop -- each sleep depends on when it was fed meanwhile
      await this.#clock.sleep(leftMs, controller)
    }
  }
}
