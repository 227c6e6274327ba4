import type { HttpClient, HttpRequest, HttpResponse } from '../../reference/ports/index.ts'
import type { Host } from '../world/host.ts'
import type { LatencyRange } from '../engine/client/simulated-docker-engine.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import { networkError } from './network-error.ts'
import type { SimulatedSink } from './simulated-sink.ts'
import { VirtualExchange } from './virtual-exchange.ts'

export interface SimulatedHttpClientOptions {
  /** A request or an answer on its way, virtual milliseconds. Default 0.2 to 8. */
  readonly latency?: LatencyRange
}

type Sinks = Readonly<Record<string, SimulatedSink>>

/**
 * The `HttpClient` port of the virtual world. Every step is an event of the world; a request that has not been answered is an entry of kind
 * `call` in the ledger.
 *
 *     const sink = new SimulatedSink(world)
 *     const client = new SimulatedHttpClient(world, { 'http://loki:3100': sink })
 */
export class SimulatedHttpClient implements HttpClient {
  readonly #host: Host
  readonly #sinks: Sinks
  readonly #random: SeededRandom
  readonly #latency: LatencyRange
  readonly #underWay = new Set<VirtualExchange>()

  /** @param sinks by origin, such as `http://loki:3100`; every other name is not found */
  constructor(host: Host, sinks: Sinks, options: SimulatedHttpClientOptions = {}) {
    this.#host = host
    this.#sinks = sinks
    this.#random = host.random.fork('http client')
    this.#latency = options.latency ?? { minMs: 0.2, maxMs: 8 }
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    request.signal.throwIfAborted()
    const { origin, hostname } = new URL(request.url)
    const sink = this.#sinks[origin]
    if (sink === undefined) throw networkError('ENOTFOUND', `getaddrinfo ${hostname}`)
    const { minMs, maxMs } = this.#latency
    const exchange = new VirtualExchange(this.#host, request, () => this.#random.between(minMs, maxMs))
    this.#underWay.add(exchange)
    try {
      return await exchange.send(sink)
    } finally {
      this.#underWay.delete(exchange)
    }
  }

  async close(): Promise<void> {
    for (const exchange of this.#underWay) exchange.hangUp()
  }

  /** The process is dead: sinks see its connections end, and nobody gets an answer. */
  abandon(): void {
    for (const exchange of this.#underWay) exchange.abandon()
    this.#underWay.clear()
  }
}
