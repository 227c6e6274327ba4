import { Agent, type AgentOptions, type IncomingMessage, request } from 'node:http'
import { parseDockerHost } from '../config/docker-host.ts'
import { onAbort } from '../lifecycle/abort.ts'
import {
  type CallOptions,
  type ContainerDetails,
  type ContainerSummary,
  type DockerEngine,
  EngineError,
  type EngineInfo,
  type EventStream,
  type LogStream,
  type OpenLogsOptions,
} from '../ports/docker-engine.ts'
import { toContainerDetails, toContainerSummaries, toEngineInfo } from './docker-replies.ts'
import { connectionFailure, refusal } from './engine-failure.ts'
import { JsonEventStream } from './event-stream.ts'
import { ResponseStream } from './response-stream.ts'

/**
 * A Docker Engine over its socket, on Node's own HTTP client. dockerode was measured first and left: its modem formats the agent with all
 * its sockets for a debug line at every request (110 ms of CPU for an open beside 60 streams), waits for ever for an answer
 * that is cut in the middle, and takes 20 MB.
 *
 * Follow streams and control calls have agents of their own, so that streams can never starve an inspection.
 */
export class HttpDockerEngine implements DockerEngine {
  readonly #host: string
  readonly #streams: Agent
  readonly #control: Agent
  #info: EngineInfo | null = null
  #lifetime = new AbortController()

  /**
   * @param host `unix:///path` or `tcp://host:port`
   * @throws Error naming a host that is neither
   */
  constructor(host: string) {
    const address = parseDockerHost(host)
    const target = address.kind === 'unix' ? { socketPath: address.path } : address
    // The agent hands `highWaterMark` on to its sockets, and a response takes over its socket's.
    const streams: AgentOptions & { highWaterMark: number } = {
      ...target,
      keepAlive: false,
      highWaterMark: READ_AHEAD_BYTES,
    }
    this.#host = host
    this.#streams = new Agent(streams)
    this.#control = new Agent({
      ...target,
      keepAlive: true,
      maxSockets: CONTROL_SOCKETS,
      maxFreeSockets: IDLE_CONTROL_SOCKETS,
    })
  }

  /** Open sockets, idle ones included. */
  connections(): number {
    return openSockets(this.#streams) + openSockets(this.#control)
  }

  async info({ signal }: CallOptions): Promise<EngineInfo> {
    this.#info = await this.#ask(`ask ${this.#host} for its version`, '/version', signal, toEngineInfo)
    return this.#info
  }

  async listContainers({ signal }: CallOptions): Promise<ContainerSummary[]> {
    const path = await this.#versioned('/containers/json?all=1', signal)
    return await this.#ask('list containers', path, signal, toContainerSummaries)
  }

  async inspectContainer(id: string, { signal }: CallOptions): Promise<ContainerDetails> {
    const path = await this.#versioned(`/containers/${encodeURIComponent(id)}/json`, signal)
    return await this.#ask(`inspect container ${short(id)}`, path, signal, toContainerDetails)
  }

  async openEvents({ signal }: CallOptions): Promise<EventStream> {
    const { kind } = await this.#known(signal)
    const filters = { type: ['container'], ...(kind === 'docker' && { event: EVENTS }) }
    const query = new URLSearchParams({ filters: JSON.stringify(filters) })
    const path = await this.#versioned(`/events?${query.toString()}`, signal)
    return new JsonEventStream(await this.#open(this.#streams, 'read events', path, signal))
  }

  async openLogs(id: string, { follow, tail, signal }: OpenLogsOptions): Promise<LogStream> {
    const query = new URLSearchParams({
      follow: follow ? '1' : '0',
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      tail: String(tail ?? 'all'),
    })
    const path = await this.#logPath(`/containers/${encodeURIComponent(id)}/logs?${query.toString()}`, signal)
    return await this.#open(this.#streams, `read the log of ${short(id)}`, path, signal)
  }

  close(): void {
    const reason = new EngineError('destroyed', `Cannot go on: the connection to ${this.#host} was closed`)
    this.#lifetime.abort(reason)
    this.#lifetime = new AbortController()
    this.#streams.destroy()
    this.#control.destroy()
  }

  /** Who answers: the engine is asked once, before anything else. */
  async #known(signal: AbortSignal): Promise<EngineInfo> {
    return this.#info ?? (await this.info({ signal }))
  }

  /** The path with an API version that both sides know: engines refuse some. */
  async #versioned(path: string, signal: AbortSignal): Promise<string> {
    const { apiVersion } = await this.#known(signal)
    return `/v${apiVersion}${path}`
  }

  /**
   * Podman is asked in its own API, which frames what a terminal wrote too: it stores what was written without a newline at once, and unframed the stamp
   * of the next piece would stand in the middle of the line.
   */
  async #logPath(path: string, signal: AbortSignal): Promise<string> {
    const { kind, version } = await this.#known(signal)
    return kind === 'podman' ? `/v${version}/libpod${path}` : await this.#versioned(path, signal)
  }

  async #ask<T>(
    attempt: string,
    path: string,
    signal: AbortSignal,
    convert: (json: unknown) => T,
  ): Promise<T> {
    const stream = await this.#open(this.#control, attempt, path, signal)
    const text = await readText(stream, signal)
    try {
      return convert(JSON.parse(text))
    } catch (cause) {
      throw new EngineError('protocol', `Cannot ${attempt}: the answer has another shape than the API's`, {
        cause,
      })
    }
  }

  async #open(agent: Agent, attempt: string, path: string, signal: AbortSignal): Promise<ResponseStream> {
    const response = await this.#respond(agent, attempt, path, signal)
    const stream = new ResponseStream(response, attempt)
    const status = response.statusCode ?? 0
    if (status === 200) return stream
    const words = await readText(stream, signal)
    // A control connection went back to its agent at the end of the answer.
    if (agent === this.#streams) stream.destroy()
    throw refusal(attempt, status, words)
  }

  /** Resolves with the headers. On abort the request's socket is gone when this rejects. */
  async #respond(agent: Agent, attempt: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const call = request({ agent, path, headers: { host: 'docker' } })
    const giveUp = (reason: unknown): void => {
      call.destroy()
      reject(reason)
    }
    const lifetime = this.#lifetime.signal
    using _caller = onAbort(signal, () => giveUp(signal.reason))
    using _lifetime = onAbort(lifetime, () => giveUp(lifetime.reason))
    // Stays for good: an error may come after the response did, and then the response tells it.
    call.on('error', (error) => reject(connectionFailure(attempt, error)))
    call.on('response', resolve)
    call.end()
    const response = await promise
    signal.throwIfAborted()
    return response
  }
}

function openSockets(agent: Agent): number {
  return [...Object.values(agent.sockets), ...Object.values(agent.freeSockets)]
    .flatMap((sockets) => sockets ?? [])
    .filter((socket) => !socket.destroyed).length
}

/** Reads to the end, which gives the connection back to its agent. */
async function readText(stream: ResponseStream, signal: AbortSignal): Promise<string> {
  const pieces: Uint8Array[] = []
  try {
    for (;;) {
      const piece = await stream.read({ signal })
      if (piece === null) return Buffer.concat(pieces).toString()
      pieces.push(piece)
    }
  } catch (error) {
    stream.destroy()
    throw error
  }
}

function short(id: string): string {
  return id.slice(0, 12)
}

const READ_AHEAD_BYTES = 256 * 1024
const CONTROL_SOCKETS = 16
const IDLE_CONTROL_SOCKETS = 2

/**
 * The events asked for. Health checks alone make three `exec_*` events a time, and the engine drops events of subscribers that are
 * slow. Podman refuses names it does not know, so it is asked for all.
 */
const EVENTS = [
  'create',
  'start',
  'restart',
  'pause',
  'unpause',
  'stop',
  'kill',
  'oom',
  'die',
  'destroy',
  'rename',
]
