import { Agent, type AgentOptions, IncomingMessage } from 'node:http'
import Docker from 'dockerode'
import { type DockerHost, parseDockerHost } from '../config/docker-host.ts'
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
import { engineFailure } from './engine-failure.ts'
import { JsonEventStream } from './event-stream.ts'
import { ResponseStream } from './response-stream.ts'

/**
 * A Docker Engine over its socket. dockerode dials; bodies are read by our own streams, because its own reading of an answer waits
 * for ever when the connection ends in the middle, and holds a whole log in one string.
 *
 * Follow streams and control calls have agents of their own, so that streams can never starve an inspection.
 */
export class DockerodeEngine implements DockerEngine {
  readonly #host: string
  readonly #streams: Lane
  readonly #control: Lane
  #info: EngineInfo | null = null
  #lifetime = new AbortController()

  /**
   * @param host `unix:///path` or `tcp://host:port`
   * @throws Error naming a host that is neither
   */
  constructor(host: string) {
    const address = parseDockerHost(host)
    this.#host = host
    this.#streams = lane(address, { keepAlive: false, highWaterMark: READ_AHEAD_BYTES })
    this.#control = lane(address, {
      keepAlive: true,
      maxSockets: CONTROL_SOCKETS,
      maxFreeSockets: IDLE_CONTROL_SOCKETS,
    })
  }

  /** Open sockets, idle ones included. */
  connections(): number {
    return [this.#streams, this.#control].reduce((sum, { agent }) => sum + openSockets(agent), 0)
  }

  async info({ signal }: CallOptions): Promise<EngineInfo> {
    const attempt = `ask ${this.#host} for its version`
    this.#info = await this.#ask(attempt, '/version', {}, signal, toEngineInfo)
    return this.#info
  }

  async listContainers({ signal }: CallOptions): Promise<ContainerSummary[]> {
    const path = await this.#versioned('/containers/json', signal)
    return await this.#ask('list containers', path, { all: 1 }, signal, toContainerSummaries)
  }

  async inspectContainer(id: string, { signal }: CallOptions): Promise<ContainerDetails> {
    const path = await this.#versioned(`/containers/${encodeURIComponent(id)}/json`, signal)
    return await this.#ask(`inspect container ${short(id)}`, path, {}, signal, toContainerDetails)
  }

  async openEvents({ signal }: CallOptions): Promise<EventStream> {
    const path = await this.#versioned('/events', signal)
    const filters = { type: ['container'], ...(this.#info?.kind === 'docker' && { event: EVENTS }) }
    return new JsonEventStream(await this.#open(this.#streams, 'read events', path, { filters }, signal))
  }

  async openLogs(id: string, { follow, tail, signal }: OpenLogsOptions): Promise<LogStream> {
    const path = await this.#versioned(`/containers/${encodeURIComponent(id)}/logs`, signal)
    const query = {
      follow: follow ? 1 : 0,
      stdout: 1,
      stderr: 1,
      timestamps: 1,
      ...(tail !== undefined && { tail }),
    }
    return await this.#open(this.#streams, `read the log of ${short(id)}`, path, query, signal)
  }

  close(): void {
    this.#lifetime.abort(
      new EngineError('destroyed', `Cannot go on: the connection to ${this.#host} was closed`),
    )
    this.#lifetime = new AbortController()
    this.#streams.agent.destroy()
    this.#control.agent.destroy()
  }

  /** The path with the API version both sides know; engines refuse some versions, so the first call asks. */
  async #versioned(path: string, signal: AbortSignal): Promise<string> {
    const { apiVersion } = this.#info ?? (await this.info({ signal }))
    return `/v${apiVersion}${path}`
  }

  async #ask<T>(
    attempt: string,
    path: string,
    query: object,
    signal: AbortSignal,
    convert: (json: unknown) => T,
  ): Promise<T> {
    const stream = await this.#open(this.#control, attempt, path, query, signal)
    const text = await readText(stream, signal)
    try {
      return convert(JSON.parse(text))
    } catch (cause) {
      throw new EngineError('protocol', `Cannot ${attempt}: the answer has another shape than the API's`, {
        cause,
      })
    }
  }

  async #open(
    { docker }: Lane,
    attempt: string,
    path: string,
    query: object,
    signal: AbortSignal,
  ): Promise<ResponseStream> {
    signal.throwIfAborted()
    // docker-modem keeps its signal for the whole life of the response: it gets one that governs opening only.
    const opening = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const giveUp = (reason: unknown): void => {
      reject(reason)
      opening.abort(reason)
    }
    using _caller = onAbort(signal, () => giveUp(signal.reason))
    using _lifetime = onAbort(this.#lifetime.signal, () => giveUp(this.#lifetime.signal.reason))
    docker.modem.dial(
      {
        path: `${path}?`,
        method: 'GET',
        options: query,
        isStream: true,
        statusCodes: { 200: true },
        abortSignal: opening.signal,
      },
      (error: unknown, response: unknown) => {
        if (!(response instanceof IncomingMessage)) return reject(engineFailure(attempt, error))
        if (opening.signal.aborted) response.destroy()
        resolve(response)
      },
    )
    return new ResponseStream(await promise, attempt)
  }
}

/** A way to the engine: dockerode bound to an agent. */
interface Lane {
  readonly docker: Docker
  readonly agent: Agent
}

/** The agent hands `highWaterMark` on to its sockets, and a response takes over its socket's. */
function lane(address: DockerHost, agentOptions: AgentOptions & { highWaterMark?: number }): Lane {
  const agent = new Agent(agentOptions)
  const target =
    address.kind === 'unix'
      ? { socketPath: address.path, host: undefined, port: undefined }
      : { socketPath: undefined, host: address.host, port: address.port }
  // What is undefined here would otherwise come from DOCKER_* variables.
  const options = { ...target, agent, protocol: 'http', timeout: undefined } as const
  return { docker: new Docker(options), agent }
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
