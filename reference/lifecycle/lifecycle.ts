import type { Clock } from '../ports/clock.ts'
import { isAbortOf } from './abort.ts'

export type LifecycleState = 'stopped' | 'starting' | 'running' | 'stopping'

/** What is started and stopped. Each is called only when the other has ended. */
export interface LifecycleParts<R> {
  /** Must give back what it opened when it fails or when the signal is aborted. */
  start(signal: AbortSignal): Promise<void>
  stop(): Promise<R>
  /**
   * Instead of `stop`, for a start that did not end: it may go on behind the back of everybody, and must give back what it opens from now on.
   * Only called where there is a {@link Patience}.
   */
  abandon?(): Promise<R>
}

/** How long a start that was aborted is waited for. */
export interface Patience {
  readonly clock: Clock
  readonly ms: number
}

/**
 * Start and stop that are idempotent and safe in any order, repeated, and while the other is still running:
 *
 *     stopped --start--> starting --> running --stop--> stopping --> stopped
 *                           \----stop: aborts the start----/
 *
 * `start` while stopping starts again afterwards; `stop` while starting aborts the start and joins it; with a {@link Patience} a start that does not
 * end is abandoned. The last call wins.
 */
export class Lifecycle<R> {
  readonly #parts: LifecycleParts<R>
  readonly #nothing: R
  #state: LifecycleState = 'stopped'
  #starting: Starting<R> | null = null
  readonly #patience: Patience | null
  #stopping: Promise<R> | null = null
  /** Stops asked for so far: a start that waited gives up when one came after it. */
  #stops = 0

  /** @param nothing what `stop` reports when there was nothing to stop. */
  constructor(parts: LifecycleParts<R>, nothing: R, patience: Patience | null = null) {
    this.#parts = parts
    this.#patience = patience
    this.#nothing = nothing
  }

  get state(): LifecycleState {
    return this.#state
  }

  /** Resolves once running; rejects when the start failed, or was aborted by a stop. */
  async start(): Promise<void> {
    const stops = this.#stops
    for (let ending = this.#ending(); ending !== null; ending = this.#ending()) await ending.catch(() => {})
    if (stops !== this.#stops) throw stoppedWhileStarting()
    if (this.#state === 'running') return
    this.#starting ??= this.#beginStart()
    await this.#starting.promise
  }

  /** Resolves once stopped, with the report of the stop that did it. */
  async stop(): Promise<R> {
    this.#stops += 1
    const starting = this.#starting
    if (starting !== null) {
      starting.controller.abort(stoppedWhileStarting())
      await this.#endOf(starting)
      // It may be over by now.
      if (starting.undone !== null) return await starting.undone
    }
    if (this.#state === 'running') this.#stopping = this.#beginStop(() => this.#parts.stop())
    return this.#stopping === null ? this.#nothing : await this.#stopping
  }

  /** A stop that is under way, or a start that was aborted by one. */
  #ending(): Promise<unknown> | null {
    if (this.#stopping !== null) return this.#stopping
    return this.#starting?.controller.signal.aborted === true ? this.#starting.promise : null
  }

  /** Resolves when the start that was aborted has ended, or was abandoned. */
  async #endOf(starting: Starting<R>): Promise<void> {
    const ended = starting.promise.catch(() => {})
    if (this.#patience === null) return await ended
    const { clock, ms } = this.#patience
    const over = new AbortController()
    const timeUp = clock.sleep(ms, over).catch(() => {})
    await Promise.race([ended, timeUp])
    over.abort()
    if (this.#starting === starting) this.#abandon(starting)
  }

  #abandon(starting: Starting<R>): void {
    this.#starting = null
    starting.undone = this.#stopping = this.#beginStop(() => this.#parts.abandon!())
    starting.fail(starting.controller.signal.reason)
  }

  #beginStart(): Starting<R> {
    const controller = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const starting: Starting<R> = { promise, controller, undone: null, fail: reject }
    this.#state = 'starting'
    void this.#run(starting, resolve)
    return starting
  }

  async #run(starting: Starting<R>, resolve: (started: Promise<void>) => void): Promise<void> {
    const { signal } = starting.controller
    try {
      await this.#parts.start(signal)
      if (this.#starting === starting) resolve(this.#started(starting))
    } catch (error) {
      if (this.#starting !== starting) return
      this.#starting = null
      this.#state = 'stopped'
      starting.fail(isAbortOf(signal, error) ? signal.reason : error)
    }
  }

  async #started(starting: Starting<R>): Promise<void> {
    const { signal } = starting.controller
    this.#starting = null
    this.#state = 'running'
    // The start did not look at its signal: undo it, so that the stop finds nothing running.
    if (signal.aborted) {
      starting.undone = this.#stopping = this.#beginStop(() => this.#parts.stop())
      await starting.undone
      throw signal.reason
    }
  }

  #beginStop(run: () => Promise<R>): Promise<R> {
    this.#state = 'stopping'
    const settle = (): void => {
      this.#stopping = null
      this.#state = 'stopped'
    }
    const stopping = run()
    stopping.then(settle, settle)
    return stopping
  }
}

interface Starting<R> {
  readonly promise: Promise<void>
  readonly controller: AbortController
  /** The stop of what it started although it was aborted, or of a start that was abandoned. */
  undone: Promise<R> | null
  /** Rejects the promise, whether or not the start has ended. */
  fail(reason: unknown): void
}

function stoppedWhileStarting(): Error {
  return new DOMException('Stopped while starting', 'AbortError')
}
