import { EngineError } from '../../reference/ports/index.ts'
import { listenForAbort } from '../abort-listener.ts'
import type { ScheduledEvent } from '../event-queue.ts'
import type { LedgerEntry } from '../resource-ledger.ts'
import type { EngineHost } from './engine-host.ts'
import type { EngineOperation, SimulatedEngine } from './simulated-engine.ts'
import type { Hold } from './stream-fault.ts'

export interface SimulatedCallOptions<T> {
  readonly operation: EngineOperation
  /** For the ledger and the trace. */
  readonly description: string
  readonly signal: AbortSignal
  /** Virtual milliseconds one way, drawn for each. */
  readonly latency: () => number
  /** The engine's answer, computed when the request arrives. May throw an EngineError. */
  readonly answer: () => T
  /** Whether the answer travels back, and is a little old when it arrives. What opens a stream does not: the stream travels. */
  readonly travelsBack: boolean
  /** Asked when the request arrives: set when the engine keeps it without answering. */
  readonly hold?: () => Hold | null
  readonly onSettled: (call: SimulatedCall<T>) => void
}

/**
 * One request to the engine.
 *
 *     travelling --> answered --> travelling back --> settled        parked while the engine hangs or holds it; refused while it is away
 */
export class SimulatedCall<T> {
  readonly promise: Promise<T>
  readonly #host: EngineHost
  readonly #engine: SimulatedEngine
  readonly #options: SimulatedCallOptions<T>
  readonly #resolve: (value: T) => void
  readonly #reject: (error: unknown) => void
  readonly #entry: LedgerEntry
  readonly #stopListening: () => void
  #event: ScheduledEvent | null = null
  #hold: Hold | null = null
  /** The step to be tried again once something changed. */
  #parked: (() => void) | null = null

  constructor(host: EngineHost, engine: SimulatedEngine, options: SimulatedCallOptions<T>) {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.promise = promise
    this.#resolve = resolve
    this.#reject = reject
    this.#host = host
    this.#engine = engine
    this.#options = options
    this.#entry = host.ledger.open('call', options.description)
    this.#stopListening = listenForAbort(options.signal, () => this.refuse(options.signal.reason))
    this.#travel(() => this.#arrive())
  }

  /** The engine or its faults changed: a parked request goes on. */
  retry(): void {
    const step = this.#parked
    if (step === null) return
    this.#parked = null
    this.#travel(step)
  }

  /** Ends the call with an error. */
  refuse(error: unknown): void {
    this.#settle()
    this.#reject(error)
  }

  #travel(step: () => void): void {
    const { latency, description } = this.#options
    this.#event = this.#host.schedule(latency(), description, () => {
      if (this.#engine.availability === 'away') return this.refuse(refusedError())
      if (this.#engine.availability === 'hung') this.#parked = step
      else step()
    })
  }

  #arrive(): void {
    const { operation, hold } = this.#options
    this.#hold ??= hold?.() ?? null
    if (this.#hold !== null && !this.#hold.released) {
      this.#parked = () => this.#arrive()
      return
    }
    const failure = this.#engine.takeFailure(operation)
    if (failure === null) this.#answer()
    else this.refuse(failure)
  }

  #answer(): void {
    let value: T
    try {
      value = this.#options.answer()
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      return this.refuse(error)
    }
    if (this.#options.travelsBack) this.#travel(() => this.#deliver(value))
    else this.#deliver(value)
  }

  #deliver(value: T): void {
    this.#settle()
    this.#resolve(value)
  }

  #settle(): void {
    this.#event?.cancel()
    this.#parked = null
    this.#stopListening()
    this.#host.ledger.close(this.#entry)
    this.#options.onSettled(this)
  }
}

/** As when nothing listens on the engine's socket. */
export function refusedError(): EngineError {
  return new EngineError('unavailable', 'connect ECONNREFUSED: the engine is away')
}
