import Docker from 'dockerode'
import { Answer } from '../answer.ts'
import type {
  ContainerSpec,
  ContractArm,
  EventOptions,
  Following,
  HttpAnswer,
  Inspection,
  Listed,
  ListOptions,
  LogOptions,
  SeenEvent,
  Verb,
  VerbOptions,
} from '../arm.ts'
import { containerRequest } from '../container-request.ts'
import { FrameReader } from '../frame-reader.ts'
import type { LogSeen } from '../log-seen.ts'
import { stampSeconds, stampsOf } from '../stamps.ts'
import { answerOf, orRefusal } from './dockerode-answer.ts'
import { EventLines } from './event-lines.ts'
import { following } from './following.ts'
import { SocketArm, type SocketArmOptions } from './socket-arm.ts'
import { requestOver } from './request-over.ts'

/** Any engine on a socket, through dockerode. */
export class DockerodeArm extends SocketArm implements ContractArm {
  readonly lacks = { docker: 'the docker command is another client' } as const
  readonly view = {
    answer: ({ status, words }: Answer): unknown => ({ status, words }),
    log: (seen: LogSeen): unknown => seen.pieces,
  }
  readonly #docker: Docker
  readonly #options: SocketArmOptions

  constructor(options: SocketArmOptions) {
    super(options)
    this.#options = options
    this.#docker = new Docker({ socketPath: options.socketPath })
  }

  async create(name: string, spec: ContainerSpec): Promise<Answer> {
    this.#options.onProgram?.(spec.program ?? [])
    const request = { name, ...containerRequest(spec) }
    return await answerOf(() => this.#docker.createContainer(request), 201)
  }

  async act(verb: Verb, reference: string, options: VerbOptions = {}): Promise<Answer> {
    const container = this.#docker.getContainer(reference)
    const told = await answerOf(() => CALLS[verb](container, options), verb === 'wait' ? 200 : 204)
    if (verb === 'start' || verb === 'restart') await this.sleep(this.#options.startUpMs ?? 0)
    return told
  }

  async list({ all = false, limit, filters = {} }: ListOptions): Promise<Listed[] | Answer> {
    const wanted = Object.fromEntries(Object.entries(filters).map(([key, values]) => [key, [...values]]))
    const query = { all, ...(limit !== undefined && { limit }), filters: wanted }
    return await orRefusal(async () => {
      const found = await this.#docker.listContainers(query)
      return found.map(({ Id, Names, State, Status }) => ({
        id: Id,
        name: Names[0]!.slice(1),
        state: State,
        status: Status,
      }))
    })
  }

  async inspect(reference: string): Promise<Inspection | Answer> {
    return await orRefusal(async () => ({ ...(await this.#docker.getContainer(reference).inspect()) }))
  }

  async logs(reference: string, options: LogOptions = {}): Promise<LogSeen | Answer> {
    return await orRefusal(async () => {
      const container = this.#docker.getContainer(reference)
      const bytes = await container.logs({ ...logQuery(options), follow: false })
      return await this.#seen(reference, bytes)
    })
  }

  async stamps(reference: string): Promise<string[]> {
    const container = this.#docker.getContainer(reference)
    const bytes = await container.logs({ ...logQuery({ timestamps: true }), follow: false })
    return stampsOf(await this.#seen(reference, bytes))
  }

  async follow(reference: string, options: LogOptions = {}): Promise<Following<LogSeen>> {
    const container = this.#docker.getContainer(reference)
    const reader = await this.#readerFor(reference)
    return following(await container.logs({ ...logQuery(options), follow: true }), reader)
  }

  async events({ since, until, filters = {} }: EventOptions = {}): Promise<Following<readonly SeenEvent[]>> {
    const query: Docker.GetEventsOptions = { filters: JSON.stringify(filters) }
    // dockerode writes what it is given into the request; its types want a number, which has no room for nanoseconds.
    if (since !== undefined) Object.assign(query, { since: stampSeconds(since) })
    if (until !== undefined) Object.assign(query, { until: stampSeconds(until) })
    return following(await this.#docker.getEvents(query), new EventLines())
  }

  http(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return requestOver(this.#options.socketPath, method, path, body)
  }

  docker(): Promise<never> {
    return Promise.reject(new Error(this.lacks.docker))
  }

  async #seen(reference: string, bytes: Uint8Array): Promise<LogSeen> {
    const reader = await this.#readerFor(reference)
    reader.add(bytes)
    return reader.seen
  }

  /** Whether there are frames depends on the container. */
  async #readerFor(reference: string): Promise<FrameReader> {
    const { Config } = await this.#docker.getContainer(reference).inspect()
    return new FrameReader(Config.Tty)
  }
}

function logQuery({
  stdout = true,
  stderr = true,
  timestamps = false,
  since,
  until,
  tail,
}: LogOptions): object {
  return {
    stdout,
    stderr,
    timestamps,
    ...(since !== undefined && { since: stampSeconds(since) }),
    ...(until !== undefined && { until: stampSeconds(until) }),
    ...(tail !== undefined && { tail }),
  }
}

const CALLS: Readonly<Record<Verb, (container: Docker.Container, options: VerbOptions) => Promise<unknown>>> =
  {
    start: (container, options) => container.start(options),
    stop: (container, options) => container.stop(options),
    restart: (container, options) => container.restart(options),
    kill: (container, options) => container.kill(options),
    pause: (container, options) => container.pause(options),
    unpause: (container, options) => container.unpause(options),
    rename: (container, options) => container.rename({ name: '', ...options }),
    wait: (container, options) => container.wait(options),
    remove: (container, options) => container.remove(options),
  }
