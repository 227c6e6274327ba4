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
} from '../../ports/docker-engine.ts'
import { toContainerDetails, toContainerSummaries, toEngineInfo } from './docker-replies.ts'
import { EngineClient } from './engine-client.ts'
import type { EngineTls } from './engine-tls.ts'
import { JsonEventStream } from './event-stream.ts'

/**
 * A Docker Engine over its HTTP API, on Node's own HTTP client. dockerode was measured first and left: its modem formats the agent with all
 * its sockets for a debug line at every request (110 ms of CPU for an open beside 60 streams), waits for ever for an answer
 * that is cut in the middle, and takes 20 MB.
 */
export class HttpDockerEngine implements DockerEngine {
  readonly #host: string
  readonly #client: EngineClient
  #info: EngineInfo | null = null

  /**
   * @param host `unix:///path` or `tcp://host:port`
   * @param tls null, the default, speaks plain HTTP
   * @throws Error naming a host that is neither
   */
  constructor(host: string, tls: EngineTls | null = null) {
    this.#host = host
    this.#client = new EngineClient(host, tls)
  }

  /** Open sockets, idle ones included. */
  connections(): number {
    return this.#client.connections()
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
    return new JsonEventStream(await this.#client.stream('read events', path, signal))
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
    return await this.#client.stream(`read the log of ${short(id)}`, path, signal)
  }

  close(): void {
    this.#client.close()
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
    const json = await this.#client.json(attempt, path, signal)
    try {
      return convert(json)
    } catch (cause) {
      throw new EngineError('protocol', `Cannot ${attempt}: the answer has another shape than the API's`, {
        cause,
      })
    }
  }
}

function short(id: string): string {
  return id.slice(0, 12)
}

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
