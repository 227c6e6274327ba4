import { EngineError } from '../../../reference/ports/index.ts'
import type { EngineEvent } from '../engine-event.ts'
import { refusedError } from './simulated-call.ts'
import type { ContainerEngine } from '../container-engine.ts'
import type { StreamSource } from './simulated-stream.ts'

/** A subscription to the engine's events. Breaks when the engine goes away; drops what a slow subscriber does not take. */
export class EventSource<T> implements StreamSource<T> {
  onChange: () => void = () => {}
  readonly dueMs: number = Infinity
  readonly hangsOnClose = false
  readonly staysOpen = false
  readonly #engine: ContainerEngine
  readonly #subscription: DisposableStack
  readonly #shape: (event: EngineEvent) => T
  #queue: EngineEvent[] = []
  #failure: EngineError | null = null

  /** @param shape what the subscriber is handed for an event */
  constructor(engine: ContainerEngine, shape: (event: EngineEvent) => T) {
    this.#engine = engine
    this.#shape = shape
    this.#subscription = new DisposableStack()
    this.#subscription.use(engine.events.subscribe((event) => this.#add(event)))
    this.#subscription.use(engine.onAvailability(() => this.#checkConnection()))
    this.#subscription.use(
      engine.events.onStreamsDropped(() =>
        this.fail(new EngineError('unavailable', 'The connection was reset')),
      ),
    )
  }

  get state(): 'ready' | 'waiting' | EngineError {
    return this.#failure ?? (this.#queue.length > 0 ? 'ready' : 'waiting')
  }

  get delaysHead(): boolean {
    return this.#engine.events.delaysHead
  }

  take(): T {
    return this.#shape(this.#queue.shift()!)
  }

  close(): void {
    this.#subscription.dispose()
  }

  /** Breaks the connection. */
  fail(error: EngineError): void {
    this.#failure ??= error
    this.onChange()
  }

  #add(event: EngineEvent): void {
    if (this.#queue.length < QUEUED_EVENTS_MAX) this.#queue.push(event)
    else this.#engine.events.noteLost()
    this.onChange()
  }

  #checkConnection(): void {
    if (this.#engine.availability === 'away') this.fail(refusedError())
  }
}

/** What moby keeps for a subscriber that does not read. */
const QUEUED_EVENTS_MAX = 256
