import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { Fault } from '../../faults/fault.ts'
import { boundAddress, listenOn, type ListenAddress } from '../../real-time/listen-on.ts'
import { RealTimeHost } from '../../real-time/real-time-host.ts'
import type { WireMachine } from '../../wire/disturbable-engine.ts'
import { ContainerDirectory } from './container-directory.ts'
import { parseEngineAddress, type UpstreamTls } from './engine-address.ts'
import { NO_LOG, type ExchangeLog } from '../exchange-log.ts'
import { ProxiedConnection } from './proxied-connection.ts'
import { ProxiedEngine } from '../proxied-engine.ts'

/** TLS to clients: what is shown to them. With `ca` only those are served that show a certificate of this authority. */
export type ListenTls = Pick<TlsOptions, 'ca' | 'cert' | 'key'>

export interface EngineProxyOptions {
  /** The engine: `unix:///path` or `tcp://host:port`. It need not be there yet. */
  readonly upstream: string
  /** TLS to the engine, which is then at `tcp://`. Default it speaks plain HTTP. */
  readonly upstreamTls?: UpstreamTls
  /** A unix socket, or a port of the loopback interface (0 for any that is free). */
  readonly listen: ListenAddress
  /** Default it speaks plain HTTP to clients. */
  readonly listenTls?: ListenTls
  /** Decides what chance decides. A safe integer; default 1. */
  readonly seed?: number
  /** How a container of this name is called in orders. Default by its name. */
  readonly nameOf?: (name: string) => string
  /** Told what passes. Default nobody. */
  readonly log?: ExchangeLog
}

/**
 * What stands before a real engine: every byte passes as it is, unless something is ordered to go wrong with it. For each connection of a client it has one to the
 * engine.
 *
 *     await using proxy = await EngineProxy.listen({ upstream: 'unix:///var/run/docker.sock', listen: { socketPath: '/tmp/proxy.sock' } })
 *     proxy.inject(faults.reset({ container: 'web' }))
 *
 * While the engine is ordered to be `away` or `refusing` nothing listens.
 */
export class EngineProxy implements WireMachine, AsyncDisposable {
  readonly engine: ProxiedEngine
  /** `unix:///path` or `tcp://127.0.0.1:port`, as in DOCKER_HOST. */
  readonly address: string
  readonly #host: RealTimeHost
  readonly #server: Server
  readonly #listen: ListenAddress
  readonly #availability: Disposable
  /** Each with the moment it was opened at. */
  readonly #connections = new Map<ProxiedConnection, number>()
  /** Connections below TLS, those among them whose TLS is not agreed yet. */
  readonly #sockets = new Set<Socket>()
  #opened = 0

  /** Resolves once it listens. @throws Error when the address is in use or cannot be had, or `upstream` is none */
  static async listen(options: EngineProxyOptions): Promise<EngineProxy> {
    parseEngineAddress(options.upstream, options.upstreamTls)
    const server = serverFor(options.listenTls)
    await listenOn(server, options.listen)
    return new EngineProxy(server, options)
  }

  private constructor(server: Server, options: EngineProxyOptions) {
    this.#server = server
    this.#listen = boundAddress(server, options.listen)
    this.address =
      'port' in this.#listen ? `tcp://127.0.0.1:${this.#listen.port}` : `unix://${this.#listen.socketPath}`
    this.#host = new RealTimeHost(options.seed ?? 1)
    const address = parseEngineAddress(options.upstream, options.upstreamTls)
    const containers = new ContainerDirectory(address, options.nameOf ?? ((name) => name))
    this.engine = new ProxiedEngine(this.#host, containers)
    this.#availability = this.engine.onAvailability(() => this.#host.within(() => this.#followAvailability()))
    const around = { engine: this.engine, address, containers, log: options.log ?? NO_LOG }
    const isTls = options.listenTls !== undefined
    if (isTls)
      server.on('connection', (socket: Socket) => {
        this.#sockets.add(socket)
        socket.once('close', () => this.#sockets.delete(socket))
      })
    server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      const connection: ProxiedConnection = new ProxiedConnection(socket, ++this.#opened, around, () =>
        this.#connections.delete(connection),
      )
      this.#connections.set(connection, performance.now())
    })
  }

  /** Connections of clients that are open. */
  get connections(): number {
    return this.#openConnections().length
  }

  /** Connections to the engine that are open, beside those that ask it what a container is. */
  get engineConnections(): number {
    return [...this.#connections.keys()].filter(({ hasEngine }) => hasEngine).length
  }

  /** What it holds open, by the ledger of its host. */
  get held(): number {
    return this.#host.ledger.count('connection')
  }

  /** Connections of clients that were open at a moment, in milliseconds of `performance.now`, and still are. */
  openSince(moment: number): number {
    return this.#openConnections().filter(([, openedAt]) => openedAt <= moment).length
  }

  /** Makes something go wrong, until what is returned is disposed. */
  inject(fault: Fault<WireMachine>): Disposable {
    return fault.inject(this)
  }

  /** Breaks every connection. New ones are taken. */
  cut(): void {
    for (const connection of this.#connections.keys()) connection.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Breaks every connection, on both sides, and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#availability[Symbol.dispose]()
    this.#host[Symbol.dispose]()
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    this.cut()
    await closed
  }

  #openConnections(): [ProxiedConnection, number][] {
    return [...this.#connections].filter(([{ isOpen }]) => isOpen)
  }

  #followAvailability(): void {
    const { availability } = this.engine
    if (availability === 'away' || availability === 'refusing') this.#server.close()
    if (availability === 'away') this.cut()
    if ((availability === 'up' || availability === 'hung') && !this.#server.listening) {
      listenOn(this.#server, this.#listen).catch((error: Error) => this.#host.fail(error))
    }
  }
}

function serverFor(tls: ListenTls | undefined): Server {
  if (tls === undefined) return createServer({ allowHalfOpen: true })
  return createTlsServer({ ...tls, requestCert: tls.ca !== undefined, allowHalfOpen: true })
}
