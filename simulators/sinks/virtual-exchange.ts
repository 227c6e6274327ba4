import type { HttpRequest, HttpResponse } from '../../reference/ports/index.ts'
import { listenForAbort } from '../../reference/lifecycle/abort-listener.ts'
import type { Host } from '../world/host.ts'
import type { ScheduledEvent } from '../world/event-queue.ts'
import { Occurrence } from './occurrence.ts'
import { networkError } from './network-error.ts'
import { pause } from './pause.ts'
import type { ReceiveOptions, SinkExchange } from './sink-exchange.ts'
import type { SimulatedSink } from './simulated-sink.ts'

/**
 * One request in the virtual world: it travels to the sink, is taken in, and its answer, or that the connection broke, travels back.
 *
 *     travelling --> at the sink --answer, reset--> travelling back --> settled        settled at once when aborted
 */
export class VirtualExchange implements SinkExchange {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly announcedBytes: number
  readonly #host: Host
  readonly #request: HttpRequest
  readonly #latency: () => number
  readonly #outcome: PromiseWithResolvers<HttpResponse> = Promise.withResolvers()
  /** For the sink. */
  readonly #end = new Occurrence()
  /** For the sender. */
  readonly #settled: DisposableStack = new DisposableStack()
  #event: ScheduledEvent | null = null

  /** @param latency of one way, virtual milliseconds, drawn for each */
  constructor(host: Host, request: HttpRequest, latency: () => number) {
    const { method, url, headers, body, signal } = request
    const { pathname, search } = new URL(url)
    this.method = method
    this.path = pathname + search
    this.headers = inLowerCase(headers)
    this.announcedBytes = body.length
    this.#host = host
    this.#request = request
    this.#latency = latency
    const entry = host.ledger.open('request', `${method} ${url}`)
    this.#settled.defer(() => host.ledger.close(entry))
    this.#settled.defer(listenForAbort(signal, () => this.#break(signal.reason)))
  }

  get isOver(): boolean {
    return this.#end.happened
  }

  onOver(listener: () => void): Disposable {
    return this.#end.listen(listener)
  }

  /** Sets out. @returns the answer, as the sender gets it */
  async send(sink: SimulatedSink): Promise<HttpResponse> {
    this.#after(this.#latency(), () => {
      if (sink.reachable) void sink.serve(this)
      else this.#break(networkError('ECONNREFUSED', 'connect'))
    })
    return await this.#outcome.promise
  }

  async receive({
    upToBytes = Infinity,
    bytesPerSecond = Infinity,
  }: ReceiveOptions = {}): Promise<Uint8Array | null> {
    const taken = this.#request.body.subarray(0, upToBytes)
    if (bytesPerSecond !== Infinity) await pause(this.#host, this, (taken.length / bytesPerSecond) * 1000)
    return taken
  }

  answer(answer: HttpResponse): void {
    if (this.#end.happen())
      this.#after(this.#latency(), () => this.#settle(() => this.#outcome.resolve(answer)))
  }

  reset(): void {
    if (!this.#end.happen()) return
    this.#after(this.#latency(), () => this.#break(networkError('ECONNRESET', 'read')))
  }

  /** The sender ends the connection: the sink sees it, and the sender that nothing comes any more. */
  hangUp(): void {
    this.#break(networkError('ECONNRESET', 'closed'))
  }

  /** The sender is dead: the sink sees the connection end, and nobody gets an answer. */
  abandon(): void {
    this.#end.happen()
    this.#settle(() => {})
  }

  #break(error: unknown): void {
    this.#end.happen()
    this.#settle(() => this.#outcome.reject(error))
  }

  #settle(tell: () => void): void {
    this.#event?.cancel()
    this.#settled.dispose()
    tell()
  }

  #after(ms: number, step: () => void): void {
    this.#event?.cancel()
    this.#event = this.#host.schedule(ms, `${this.method} ${new URL(this.#request.url).host}`, step)
  }
}

function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
