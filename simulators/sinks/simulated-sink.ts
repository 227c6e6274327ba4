import type { Host } from '../world/host.ts'
import { receiveOptions, respond } from './respond.ts'
import type { SinkExchange } from './sink-exchange.ts'
import type { SinkFault, SinkFaultScope } from './sink-fault.ts'
import { checkSinkFault } from './sink-fault-parameters.ts'
import { SinkFaults, type SinkFaultOrder } from './sink-faults.ts'
import type { SinkRecord } from './sink-record.ts'
import { SinkStore, type SinkStoreOptions } from './sink-store.ts'

/**
 * A place that collectors ship to. It stores what it is sent, batch by batch, and misbehaves as ordered. It does not know how requests come:
 * a `SimulatedHttpClient` brings them in the virtual world, a `SimulatedSinkServer` over HTTP.
 *
 *     const sink = new SimulatedSink(world)
 *     using _fault = sink.inject({ kind: 'accepts-then-fails' }, { times: 1 })
 *     // ... the collector ships, and ships again
 *     sink.record.repeated // entries that came twice
 */
export class SimulatedSink {
  readonly #store: SinkStore
  readonly #faults: SinkFaults
  readonly #underWay = new Set<SinkExchange>()
  readonly #reachabilityListeners = new Set<() => void>()
  #refusals = 0

  constructor(host: Host, options: SinkStoreOptions = {}) {
    this.#store = new SinkStore(host, options)
    this.#faults = new SinkFaults(host.random.fork('sink faults'))
  }

  /** What came, and what of it was stored. */
  get record(): SinkRecord {
    return this.#store.record
  }

  /** Requests that have come and are not dealt with: those that hang, and those that come in slowly. */
  get underWay(): number {
    return this.#underWay.size
  }

  /** Whether anybody listens. */
  get reachable(): boolean {
    return this.#refusals === 0
  }

  /**
   * Lets something go wrong from now on; of several faults the one that was ordered first strikes. Dispose to end it.
   * @throws RangeError naming the parameter, what was given and what is allowed
   */
  inject(fault: SinkFault, scope: SinkFaultScope = {}): Disposable {
    checkSinkFault(fault, scope)
    return fault.kind === 'refused' ? this.#refuse() : this.#faults.add(fault, scope)
  }

  /** For what brings requests: calls back when {@link reachable} may have changed. */
  onReachability(listener: () => void): Disposable {
    this.#reachabilityListeners.add(listener)
    return { [Symbol.dispose]: () => void this.#reachabilityListeners.delete(listener) }
  }

  /** For what brings requests: deals with one, from its first byte to its end. Rejects with what `onStored` throws only. */
  async serve(exchange: SinkExchange): Promise<void> {
    const bytes = exchange.announcedBytes ?? 0
    const order = this.#faults.strike(
      (fault) => fault.kind !== 'client-error' || bytes > (fault.aboveBytes ?? -1),
    )
    const fault = order?.fault ?? null
    this.#store.noteRequest(exchange.path, fault?.kind ?? null)
    this.#underWay.add(exchange)
    const body = await exchange.receive(receiveOptions(fault, exchange))
    if (order?.fault.kind === 'hang') await endOfHang(order, exchange)
    this.#underWay.delete(exchange)
    if (body !== null && !exchange.isOver) respond(this.#store, fault, exchange, body)
  }

  #refuse(): Disposable {
    this.#refusals += 1
    this.#tellReachability()
    for (const exchange of this.#underWay) exchange.reset()
    const over = new DisposableStack()
    over.defer(() => {
      this.#refusals -= 1
      this.#tellReachability()
    })
    return over
  }

  #tellReachability(): void {
    for (const listener of this.#reachabilityListeners) listener()
  }
}

/** Resolves when the fault is taken away or the exchange is over. */
async function endOfHang({ end }: SinkFaultOrder, exchange: SinkExchange): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  using _end = end.listen(resolve)
  using _over = exchange.onOver(resolve)
  await promise
}
