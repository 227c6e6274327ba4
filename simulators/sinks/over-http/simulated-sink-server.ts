import { createServer, type Server } from 'node:http'
import { boundAddress, listenOn, type ListenAddress } from '../../real-time/listen-on.ts'
import { RealTimeHost } from '../../real-time/real-time-host.ts'
import type { SinkStoreOptions } from '../sink-store.ts'
import { SimulatedSink } from '../simulated-sink.ts'
import { SocketExchange } from './socket-exchange.ts'

export interface SimulatedSinkServerOptions extends SinkStoreOptions {
  /** A unix socket, or a port of the loopback interface (0 for any that is free). */
  readonly listen: ListenAddress
  /** Decides what chance decides. A safe integer; default 1. */
  readonly seed?: number
}

/**
 * A simulated sink behind HTTP, in real time, with real sockets: any collector in any language can ship to it, on every path and with every
 * method. Faults are ordered from {@link sink}.
 *
 *     await using server = await SimulatedSinkServer.listen({ listen: { port: 0 } })
 *     using _fault = server.sink.inject({ kind: 'server-error', status: 503 }, { chance: 0.3 })
 */
export class SimulatedSinkServer implements AsyncDisposable {
  readonly sink: SimulatedSink
  /** `http://127.0.0.1:port`, or `unix:///path`. */
  readonly address: string
  readonly #host: RealTimeHost
  readonly #server: Server
  readonly #listen: ListenAddress
  readonly #reachability: Disposable
  #adapting: Promise<void> = Promise.resolve()
  /** False also while it is about to listen. */
  #isListening = true

  /** Resolves once it answers. @throws Error when the address is in use or cannot be had */
  static async listen(options: SimulatedSinkServerOptions): Promise<SimulatedSinkServer> {
    // Slow senders are no fault of theirs here.
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 })
    await listenOn(server, options.listen)
    return new SimulatedSinkServer(server, options)
  }

  private constructor(server: Server, options: SimulatedSinkServerOptions) {
    this.#server = server
    this.#listen = boundAddress(server, options.listen)
    this.address =
      'port' in this.#listen ? `http://127.0.0.1:${this.#listen.port}` : `unix://${this.#listen.socketPath}`
    this.#host = new RealTimeHost(options.seed ?? 1)
    this.sink = new SimulatedSink(this.#host, options)
    this.#reachability = this.sink.onReachability(() => this.#followReachability())
    server.on('request', (request, response) => {
      void this.sink.serve(new SocketExchange(this.#host, request, response))
    })
  }

  /** Cuts every connection and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#reachability[Symbol.dispose]()
    await this.#adapting
    this.#host[Symbol.dispose]()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  /** Refuses at once. To listen again takes a moment, in which Node cannot be told to stop: one change waits for the other. */
  #followReachability(): void {
    if (!this.sink.reachable && this.#isListening) this.#stopListening()
    this.#adapting = this.#adapting.then(() => this.#adapt()).catch((error: Error) => this.#host.fail(error))
  }

  async #adapt(): Promise<void> {
    if (this.sink.reachable && !this.#isListening) {
      await listenOn(this.#server, this.#listen)
      this.#isListening = true
    } else if (!this.sink.reachable && this.#isListening) this.#stopListening()
  }

  #stopListening(): void {
    this.#isListening = false
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
