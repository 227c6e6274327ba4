import { EngineError, type EngineStream } from '../../../reference/ports/index.ts'
import { listenForAbort } from '../../../reference/lifecycle/abort-listener.ts'
import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { LedgerEntry, ResourceKind } from '../../world/resource-ledger.ts'
import type { Host } from '../../world/host.ts'
import type { Schedule } from './gathered-deliveries.ts'

/** The engine's side of a stream: what it would send, and when that changes. */
export interface StreamSource<T> {
  readonly state: 'ready' | 'waiting' | 'ended' | EngineError
  /** When it will be ready if nothing unforeseen happens, in milliseconds of the host's monotonic clock. Only in state `waiting`. */
  readonly dueMs: number
  /** True when the release is not to be acknowledged. */
  readonly hangsOnClose: boolean
  /** True when the connection stays open after the end. */
  readonly staysOpen: boolean
  /** True when the head of the answer waits for the first output. */
  readonly delaysHead: boolean
  /** Set by the stream; called when {@link state} may have changed other than {@link dueMs} says. */
  onChange: () => void
  /** Only in state `ready`. What is taken was sent and will not be sent again. */
  take(): T
  /** The reader is gone. */
  close(): void
}

export interface SimulatedStreamOptions<T> {
  readonly source: StreamSource<T>
  /** The call whose answer it is, for the ledger. */
  readonly askedBy?: LedgerEntry
  /** Whom it belongs to, for the ledger and the trace. */
  readonly name: string
  readonly kind: ResourceKind
  readonly readKind: ResourceKind
  /** Virtual milliseconds until what is there arrives, drawn for each read. */
  readonly readLatency: () => number
  readonly closeLatency: () => number
  /** Sends a delivery on its way. */
  readonly deliver: Schedule
  /** True while nothing gets through. */
  readonly isHeld: () => boolean
  /** Told that {@link StreamSource.state} may have changed. */
  readonly onSourceChange?: () => void
  readonly onDestroyed: (stream: SimulatedStream<T>) => void
}

interface PendingRead<T> {
  readonly resolve: (value: T | null) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal
  readonly entry: LedgerEntry
  readonly stopListening: () => void
  readonly latencyMs: number
}

/**
 * The reader's side of a stream in the virtual world, true to the contract of {@link EngineStream}. Nothing is taken from the source before it
 * is handed over, so an aborted read loses nothing.
 */
export class SimulatedStream<T> implements EngineStream<T> {
  readonly closed: Promise<void>
  readonly #host: Host
  readonly #options: SimulatedStreamOptions<T>
  readonly #entry: LedgerEntry
  readonly #acknowledge: () => void
  readonly #deliverLabel: string
  readonly #readLabel: string
  #pending: PendingRead<T> | null = null
  #delivery: ScheduledEvent | null = null
  /** When what the delivery is for was there, or will be. */
  #deliveredFromMs = 0
  /** All that was there has been read once: only what comes new may be gathered. */
  #hasWaited = false
  #destroyed = false

  constructor(host: Host, options: SimulatedStreamOptions<T>) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.#acknowledge = resolve
    this.#host = host
    this.#options = options
    this.#deliverLabel = `deliver ${options.name}`
    this.#readLabel = `read of ${options.name}`
    this.#entry = host.ledger.open(options.kind, `${options.kind} of ${options.name}`, options.askedBy)
    options.source.onChange = () => this.#sourceChanged()
  }

  read({ signal }: { signal: AbortSignal }): Promise<T | null> {
    if (this.#destroyed) return Promise.reject(destroyedError(this.#options.name))
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#pending !== null) return Promise.reject(this.#reportSecondRead())
    const { promise, resolve, reject } = Promise.withResolvers<T | null>()
    const stopListening = listenForAbort(signal, this.#onAbort)
    const entry = this.#host.ledger.open(this.#options.readKind, this.#readLabel)
    this.#pending = { resolve, reject, signal, entry, stopListening, latencyMs: this.#options.readLatency() }
    this.pump()
    return promise
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.#takePending()?.reject(destroyedError(this.#options.name))
    const { source } = this.#options
    const { hangsOnClose } = source
    source.close()
    this.#host.ledger.close(this.#entry)
    this.#options.onDestroyed(this)
    if (hangsOnClose) return
    this.#host.schedule(this.#options.closeLatency(), 'acknowledge close', this.#acknowledge)
  }

  /** Sends a delivery on its way when a read waits and there is something to deliver, or will be. */
  pump(): void {
    const pending = this.#pending
    if (pending === null || this.#options.isHeld()) return
    const { source } = this.#options
    const { state } = source
    if (state instanceof EngineError) return this.#takePending()?.reject(state)
    const nowMs = this.#host.clock.monotonic()
    this.#hasWaited ||= state === 'waiting'
    this.#deliverFrom(state === 'waiting' ? source.dueMs : nowMs, nowMs, pending.latencyMs)
  }

  /** The client looks now: what is gathered for it already is delivered like anything else. */
  hurry(): void {
    this.#delivery?.cancel()
    this.#delivery = null
    this.#hasWaited = false
    this.pump()
  }

  /** What comes from `fromMs` on is delivered, unless something that comes earlier is on its way. */
  #deliverFrom(fromMs: number, nowMs: number, latencyMs: number): void {
    if (fromMs === Infinity) return
    if (this.#delivery !== null) {
      if (this.#deliveredFromMs <= fromMs) return
      this.#delivery.cancel()
    }
    this.#deliveredFromMs = fromMs
    const delayMs = fromMs - nowMs + latencyMs
    const deliver = this.#hasWaited ? this.#options.deliver : this.#atOnce
    this.#delivery = deliver(delayMs, this.#deliverLabel, this.#deliver, this.#inBackground)
  }

  readonly #atOnce: Schedule = (...delivery) => this.#host.schedule(...delivery)

  readonly #onAbort = (): void => {
    const pending = this.#takePending()
    pending?.reject(pending.signal.reason)
  }

  #sourceChanged(): void {
    this.pump()
    this.#options.onSourceChange?.()
  }

  /** A delivery belongs to the workload that goes on for ever until what it is for is there. */
  readonly #inBackground = { background: () => this.#deliveredFromMs > this.#host.clock.monotonic() }

  readonly #deliver = (): void => {
    this.#delivery = null
    const { source, isHeld } = this.#options
    if (isHeld()) return
    const { state } = source
    if (state === 'waiting') return this.pump()
    const pending = this.#takePending()!
    if (state instanceof EngineError) pending.reject(state)
    else pending.resolve(state === 'ended' ? null : source.take())
  }

  /** The read in progress is over: everything it holds is given back. */
  #takePending(): PendingRead<T> | null {
    const pending = this.#pending
    if (pending === null) return null
    this.#pending = null
    this.#delivery?.cancel()
    this.#delivery = null
    pending.stopListening()
    this.#host.ledger.close(pending.entry)
    return pending
  }

  #reportSecondRead(): Error {
    const error = new Error(`Cannot read ${this.#options.name}: a read is pending already`)
    this.#host.fail(error)
    return error
  }
}

function destroyedError(name: string): EngineError {
  return new EngineError('destroyed', `The stream of ${name} was destroyed`)
}
