import { isAbortOf } from './abort.ts'

export type LifecycleState = 'stopped' | 'starting' | 'running' | 'stopping'

/** What is started and stopped. Each is called only when the other has ended. */
export interface LifecycleParts<R> {
  /** Must give back what it opened when it fails or when the signal is aborted. */
  start(signal: AbortSignal): Promise<void>
  stop(): Promise<R>
}

/**
 * Start and stop that are idempotent and safe in any order, repeated, and while the other is still running:
 *
 *     stopped --start--> starting --> running --stop--> stopping --> stopped
 *                           \----stop: aborts the start----/
 *
 * `start` while stopping starts again afterwards; `stop` while starting aborts the start and joins it. The last call wins.
 */
export class Lifecycle<R> {
  readonly #parts: LifecycleParts<R>
  readonly #nothing: R
  #state: LifecycleState = 'stopped'
  #starting: { promise: Promise<void>; controller: AbortController } | null = null
  #stopping: Promise<R> | null = null
  /** Stops asked for so far: a start that waited gives up when one came after it. */
  #stops = 0

  /** @param nothing what `stop` reports when there was nothing to stop. */
  constructor(parts: LifecycleParts<R>, nothing: R) {
    this.#parts = parts
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
    if (this.#starting !== null) {
      this.#starting.controller.abort(stoppedWhileStarting())
      await this.#starting.promise.catch(() => {})
    }
    if (this.#state === 'running') this.#stopping = this.#beginStop()
    return this.#stopping === null ? this.#nothing : await this.#stopping
  }

  /** A stop that is under way, or a start that was aborted by one. */
  #ending(): Promise<unknown> | null {
    if (this.#stopping !== null) return this.#stopping
    return this.#starting?.controller.signal.aborted === true ? this.#starting.promise : null
  }

  #beginStart(): { promise: Promise<void>; controller: AbortController } {
    const controller = new AbortController()
    this.#state = 'starting'
    const promise = this.#parts.start(controller.signal).then(
      () => this.#started(controller.signal),
      (error: unknown) => {
        this.#starting = null
        this.#state = 'stopped'
        throw isAbortOf(controller.signal, error) ? controller.signal.reason : error
      },
    )
    promise.catch(() => {})
    return { promise, controller }
  }

  async #started(signal: AbortSignal): Promise<void> {
    this.#starting = null
    this.#state = 'running'
    // The start did not look at its signal: undo it, so that the stop finds nothing running.
    if (signal.aborted) {
      this.#stopping = this.#beginStop()
      await this.#stopping
      throw signal.reason
    }
  }

  #beginStop(): Promise<R> {
    this.#state = 'stopping'
    const settle = (): void => {
      this.#stopping = null
      this.#state = 'stopped'
    }
    const stopping = this.#parts.stop()
    stopping.then(settle, settle)
    return stopping
  }
}

function stoppedWhileStarting(): Error {
  return new DOMException('Stopped while starting', 'AbortError')
}
