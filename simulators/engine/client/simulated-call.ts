import { EngineError, type EngineErrorCode } from '../../../reference/ports/index.ts'
import { listenForAbort } from '../../../reference/lifecycle/abort-listener.ts'
import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { LedgerEntry } from '../../world/resource-ledger.ts'
import type { Hold } from '../../wire/hold.ts'
import type { Host } from '../../world/host.ts'
import type { CallFault, DisturbedCall, EngineOperation } from '../call-faults.ts'
import type { ContainerEngine } from '../container-engine.ts'

export interface SimulatedCallOptions<T> {
  readonly operation: EngineOperation
  /** For the ledger and the trace. */
  readonly description: string
  readonly signal: AbortSignal
  /** The container it is about. */
  readonly container?: string
  /** What it is answered instead when nothing is to be listed. */
  readonly nothing?: T
  /** Virtual milliseconds one way, drawn for each. */
  readonly latency: () => number
  /** The engine's answer, computed when the request arrives. May throw an EngineError. */
  readonly answer: (call: LedgerEntry) => T
  /** Whether the answer travels back, and is a little old when it arrives. What opens a stream does not: the stream travels. */
  readonly travelsBack: boolean
  /** Asked when the request arrives: set when the engine keeps it without answering. */
  readonly hold?: () => Hold | null
  /** Asked once there is an answer, and again at each {@link SimulatedCall.retry}: false while it is not to be handed over. Default true. */
  readonly isDue?: (value: T) => boolean
  /** Gives back an answer that nobody waits for any more. */
  readonly discard?: (value: T) => void
  readonly onSettled: (call: SimulatedCall<T>) => void
}

/**
 * One request to the engine.
 *
 *     travelling --> answered --> travelling back --> settled        parked while the engine hangs or holds it; refused while it is away
 */
export class SimulatedCall<T> {
  readonly promise: Promise<T>
  readonly #host: Host
  readonly #engine: ContainerEngine
  readonly #options: SimulatedCallOptions<T>
  readonly #resolve: (value: T) => void
  readonly #reject: (error: unknown) => void
  readonly #entry: LedgerEntry
  readonly #stopListening: () => void
  #event: ScheduledEvent | null = null
  #arrived = false
  #hold: Hold | null = null
  #disturbed: DisturbedCall | null = null
  /** An answer that is not due yet. */
  #undelivered: { readonly value: T } | null = null
  /** The step to be tried again once something changed. */
  #parked: (() => void) | null = null

  constructor(host: Host, engine: ContainerEngine, options: SimulatedCallOptions<T>) {
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
    if (this.#undelivered !== null) this.#options.discard?.(this.#undelivered.value)
    this.#reject(error)
  }

  #travel(step: () => void): void {
    const { latency, description } = this.#options
    this.#event = this.#host.schedule(latency(), description, () => {
      const { availability } = this.#engine
      const isNew = !this.#arrived
      if (availability === 'away' || (availability === 'refusing' && isNew))
        return this.refuse(refusedError())
      if (availability === 'hung') this.#parked = step
      else step()
    })
  }

  #arrive(): void {
    const { operation, container, hold } = this.#options
    if (!this.#arrived) {
      this.#arrived = true
      this.#hold = hold?.() ?? null
      this.#disturbed = this.#engine.takeCallFault(operation, container)
    }
    if (this.#isHeld()) this.#parked = () => this.#arrive()
    else this.#answerOrFail(this.#disturbed?.fault)
  }

  #isHeld(): boolean {
    if (this.#hold?.released === false) return true
    return this.#disturbed?.fault.kind === 'held' && !this.#disturbed.hold.released
  }

  #answerOrFail(fault: CallFault | undefined): void {
    const { operation, description, nothing } = this.#options
    if (fault?.kind === 'status') return this.refuse(statusError(fault.status, operation))
    if (fault?.kind === 'malformed') {
      return this.refuse(new EngineError('protocol', `Cannot ${operation}: the answer is not JSON`))
    }
    if (fault?.kind === 'empty' && nothing !== undefined) return this.#answer(() => nothing)
    if (fault?.kind !== 'late') return this.#answer()
    this.#event = this.#host.schedule(fault.delayMs, description, () => this.#answer())
  }

  #answer(answer = this.#options.answer): void {
    let value: T
    try {
      value = answer(this.#entry)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      return this.refuse(error)
    }
    if (this.#options.travelsBack) this.#travel(() => this.#deliver(value))
    else this.#deliver(value)
  }

  #deliver(value: T): void {
    if (this.#options.isDue?.(value) === false) {
      this.#undelivered = { value }
      this.#parked = () => this.#deliver(value)
      return
    }
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

/** As the engine's client sees an answer with this HTTP status. */
function statusError(status: number, operation: EngineOperation): EngineError {
  const code = STATUS_CODES.get(status) ?? (status >= 500 ? 'unavailable' : 'protocol')
  return new EngineError(code, `Cannot ${operation}: status ${status} was ordered`)
}

const STATUS_CODES: ReadonlyMap<number, EngineErrorCode> = new Map([
  [404, 'not_found'],
  [409, 'conflict'],
  [501, 'not_supported'],
])

/** As when nothing listens on the engine's socket. */
export function refusedError(): EngineError {
  return new EngineError('unavailable', 'connect ECONNREFUSED: the engine is away')
}
