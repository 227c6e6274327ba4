import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { EnginePersonality } from '../engine/personality.ts'
import type { EngineAvailability } from '../engine/availability.ts'
import { SimulatedEngine } from '../engine/simulated-engine.ts'
import type { Behaviour } from '../engine/output/workload.ts'
import type { Fault } from '../faults/fault.ts'
import type { EngineMachine } from '../faults/streams/stream-fault-kind.ts'
import type { ApiCall } from './api-call.ts'
import { ApiError } from './api-error.ts'
import { splitVersion } from './api-version.ts'
import { identification } from './identification.ts'
import { boundAddress, listenOn, type ListenAddress } from '../real-time/listen-on.ts'
import { RealTimeHost } from '../real-time/real-time-host.ts'
import { orderedAnswer, refusalWords } from './ordered-answer.ts'
import { refuse } from './refuse.ts'
import { findRoute, type FoundRoute } from './routes.ts'
import { untilAnswering } from './until-answering.ts'

export interface SimulatedDaemonOptions {
  /** A unix socket, or a port of the loopback interface (0 for any that is free). */
  readonly listen: ListenAddress
  /** Decides ids and contents. A safe integer; default 1. */
  readonly seed?: number
  /** Which version it behaves like. Default Docker 26. */
  readonly personality?: EnginePersonality
  /** What containers do that clients create. Default a line a second. */
  readonly createdBehaviour?: Behaviour
}

/**
 * A simulated engine behind the Docker Engine API, in real time, with real sockets: any collector in any language, and the docker command, can be
 * pointed at it. Containers and faults are ordered from {@link engine}.
 *
 *     await using daemon = await SimulatedDaemon.listen({ listen: { socketPath: '/tmp/docker.sock' } })
 *     daemon.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 100 } })
 *     daemon.inject(faults.reset({ container: 'web' }))
 *
 * While the engine is `away` or `refusing` nothing listens.
 */
export class SimulatedDaemon implements AsyncDisposable {
  readonly engine: SimulatedEngine
  /** `unix:///path` or `tcp://127.0.0.1:port`, as in DOCKER_HOST. */
  readonly address: string
  readonly #host: RealTimeHost
  readonly #server: Server
  readonly #listen: ListenAddress
  readonly #createdBehaviour: Behaviour
  readonly #availability: Disposable

  /** Resolves once it answers. @throws Error when the address is in use or cannot be had */
  static async listen(options: SimulatedDaemonOptions): Promise<SimulatedDaemon> {
    const server = createServer({ maxHeaderSize: HEAD_BYTES_MAX })
    // Like the real engine, and unlike Node's default, it keeps idle connections.
    server.keepAliveTimeout = 0
    server.requestTimeout = 0
    server.headersTimeout = 0
    await listenOn(server, options.listen)
    return new SimulatedDaemon(server, options)
  }

  private constructor(server: Server, options: SimulatedDaemonOptions) {
    this.#server = server
    this.#listen = boundAddress(server, options.listen)
    this.address =
      'port' in this.#listen ? `tcp://127.0.0.1:${this.#listen.port}` : `unix://${this.#listen.socketPath}`
    this.#createdBehaviour = options.createdBehaviour ?? { kind: 'chatty', everyMs: 1000 }
    this.#host = new RealTimeHost(options.seed ?? 1)
    this.engine = new SimulatedEngine(this.#host, options)
    this.#availability = this.engine.onAvailability(() =>
      this.#host.within(() => this.#followAvailability(this.engine.availability)),
    )
    server.on('request', (request, response) => void this.#serve(request, response))
  }

  /** Makes something go wrong, until what is returned is disposed. @throws EngineError `not_found` when the container is not there */
  inject(fault: Fault<EngineMachine>): Disposable {
    return fault.inject(this)
  }

  /** Stops every container's work, cuts every connection and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#availability[Symbol.dispose]()
    this.#host[Symbol.dispose]()
    this.#stopListening()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  #followAvailability(availability: EngineAvailability): void {
    if (availability === 'away') this.#stopListening()
    else if (availability === 'refusing') this.#server.close()
    else if (!this.#server.listening) {
      listenOn(this.#server, this.#listen).catch((error: Error) => this.#host.fail(error))
    }
  }

  #stopListening(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { personality } = this.engine
    response.setHeaders(identification(personality))
    try {
      await this.#answer(request, response)
    } catch (error) {
      refuse(response, error, personality)
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(`http://docker${request.url ?? '/'}`)
    const elsewhere = redirection(url)
    if (elsewhere !== null) {
      response.writeHead(301, { Location: elsewhere }).end()
      return
    }
    const { personality } = this.engine
    const { major, minor, path } = splitVersion(url.pathname, personality)
    const found = findRoute(personality, request.method ?? '', path)
    if (!(await untilAnswering(this.engine, response))) return
    if (await this.#failsAsOrdered(found, response)) return
    const call: ApiCall = {
      engine: this.engine,
      now: this.#host.clock.wallTime(),
      reference: found.reference,
      query: url.searchParams,
      apiMajor: major,
      apiMinor: minor,
      createdBehaviour: this.#createdBehaviour,
      request,
      response,
    }
    await found.route.answer(call)
  }

  /** Whether it was answered otherwise than it should be, or its client is gone. */
  async #failsAsOrdered({ route, reference }: FoundRoute, response: ServerResponse): Promise<boolean> {
    const { operation } = route
    const disturbed = operation === undefined ? null : this.engine.takeCallFault(operation, reference)
    if (disturbed === null) return false
    const { fault, hold } = disturbed
    if (fault.kind === 'status') throw new ApiError(fault.status, refusalWords(fault.status))
    const instead = orderedAnswer(fault, operation!)
    if (instead !== null) {
      const { status, body } = instead
      const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
      response.writeHead(status, headers).end(body)
      return true
    }
    switch (fault.kind) {
      case 'held':
        if (fault.head) response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
        await untilAnswering(this.engine, response, () => !hold.released)
        if (fault.head) response.destroy()
        return response.destroyed
      case 'late':
        await new Promise<void>((resolve) => {
          this.#host.schedule(fault.delayMs, 'answer late', resolve)
        })
        return response.destroyed
      case 'empty':
      case 'malformed':
        return false
    }
  }
}

/** As much as the real engine takes: dockerode writes a whole container to be created into the address. */
const HEAD_BYTES_MAX = 1024 * 1024

/** Where a path leads that has two slashes in a row; null for one that has not. */
function redirection({ pathname, search }: URL): string | null {
  const path = decodeURIComponent(pathname)
  return path.includes('//') ? path.replaceAll(/\/{2,}/g, '/') + search : null
}
