import { EngineError } from '../../../reference/ports/index.ts'
import { parseSignal, sendSignal } from '../../daemon/signals.ts'
import type { SimulatedDockerEngine } from '../../engine/client/simulated-docker-engine.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import { PERSONALITIES } from '../../engine/personality.ts'
import { World } from '../../world.ts'
import { Answer } from '../answer.ts'
import type {
  ContainerSpec,
  ContractArm,
  EventOptions,
  Following,
  Inspection,
  Listed,
  ListOptions,
  LogOptions,
  Need,
  SeenEvent,
  Verb,
  VerbOptions,
} from '../arm.ts'
import { simulatedStoredLogs, type StoredLogs } from '../stored-logs.ts'
import { CONTRACT_IMAGE } from '../container-request.ts'
import type { LogSeen } from '../log-seen.ts'
import type { Release } from '../release.ts'
import { commandOf } from '../shell-script.ts'
import { stampsOf } from '../stamps.ts'
import { followInProcess } from './in-process-log.ts'
import { ProgramPlayer } from './program-player.ts'

const LISTS: string = 'filters, limits and inspections in full are the work of who serves the engine'
const REQUESTS: string = 'what a request may say, and refusals of it, are the work of who serves the engine'

/** The simulated engine in virtual time, through the collector's port, and itself where the port is too narrow. */
export class InProcessArm implements ContractArm {
  readonly name: string
  readonly release: Release
  readonly lacks: Readonly<Record<Exclude<Need, 'streams'>, string>> = {
    requests: REQUESTS,
    statuses: REQUESTS,
    lists: LISTS,
    history: 'the engine tells its events as they happen',
    http: 'nothing is served',
    docker: 'nothing is served',
  }
  readonly view = {
    answer: ({ words }: Answer): unknown => ({ words }),
    log: (seen: LogSeen): unknown => seen.pieces,
  }
  readonly storedLogs: StoredLogs
  readonly #world: World
  readonly #engine: SimulatedEngine
  readonly #client: SimulatedDockerEngine
  readonly #player: ProgramPlayer
  #lastCase: Promise<unknown> = Promise.resolve()

  constructor(release: Release) {
    this.name = `simulated ${release}, in process`
    this.release = release
    this.#world = new World({ seed: 1, engine: { personality: PERSONALITIES[release] } })
    this.#engine = this.#world.engine
    this.storedLogs = simulatedStoredLogs(this.#engine)
    this.#client = this.#engine.connect()
    this.#player = new ProgramPlayer(this.#engine, async (ms) => await this.sleep(ms))
  }

  /** One after the other: a world can do one thing at a time. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    const running = this.#lastCase.then(() => this.#world.run(operation))
    this.#lastCase = running.catch(() => {})
    return await running
  }

  async sleep(ms: number): Promise<void> {
    await this.#world.clock.sleep(ms, new AbortController())
  }

  now(): number {
    return this.#world.clock.wallTime()
  }

  create(name: string, spec: ContainerSpec): Promise<Answer> {
    const program = spec.program ?? []
    this.#player.learn(program)
    const { program: _program, logOptions, ...options } = spec
    const command = commandOf(program)
    const logRotation = rotationOf(logOptions)
    this.#engine.addContainer({
      ...options,
      name,
      command,
      logRotation,
      image: CONTRACT_IMAGE,
      started: false,
    })
    return Promise.resolve(new Answer(0))
  }

  async act(verb: Verb, reference: string, options: VerbOptions = {}): Promise<Answer> {
    return await answerOf(async () => {
      const { id } = this.#engine.present(reference)
      if (verb === 'wait') return await this.#until(() => !this.#engine.container(id).running)
      if (verb === 'kill') return this.#signal(id, options['signal'])
      if (verb === 'rename') return this.#engine.rename(id, String(options['name']))
      return this.#engine[verb](id)
    })
  }

  async list({ filters = {} }: ListOptions): Promise<Listed[]> {
    const [[key, value] = []] = (filters['label'] ?? []).map((label) => label.split('='))
    const found = await this.#client.listContainers(new AbortController())
    return found
      .filter(({ labels }) => key === undefined || labels[key] === value)
      .map(({ id, name, running }) => ({ id, name, state: running ? 'running' : 'exited', status: '' }))
  }

  async inspect(reference: string): Promise<Inspection | Answer> {
    return await orRefusal(async () => {
      const { id, name, labels, tty, logDriver, running } = await this.#client.inspectContainer(
        reference,
        new AbortController(),
      )
      const { state, exitCode } = this.#engine.container(id)
      return {
        Id: id,
        Name: `/${name}`,
        State: { Status: state, Running: running, ExitCode: running ? 0 : exitCode },
        Config: { Tty: tty, Labels: labels },
        HostConfig: { LogConfig: { Type: logDriver } },
      }
    })
  }

  async logs(reference: string, options: LogOptions = {}): Promise<LogSeen | Answer> {
    return await orRefusal(async () => await this.#snapshot(reference, options))
  }

  async stamps(reference: string): Promise<string[]> {
    return stampsOf(await this.#snapshot(reference, { timestamps: true }))
  }

  async follow(reference: string, options: LogOptions = {}): Promise<Following<LogSeen>> {
    return await followInProcess(this.#source, reference, true, options)
  }

  /** Those of containers that have the wanted label. */
  events({ filters = {} }: EventOptions = {}): Promise<Following<readonly SeenEvent[]>> {
    const [[key = '', value] = []] = (filters['label'] ?? []).map((label) => label.split('='))
    const seen: SeenEvent[] = []
    const subscription = this.#engine.events.subscribe(({ action, id, attributes }) => {
      if (attributes[key] === value) seen.push({ action, id, attributes })
    })
    return Promise.resolve({ seen, ended: false, close: () => subscription[Symbol.dispose]() })
  }

  http(): Promise<never> {
    return Promise.reject(new Error(this.lacks.http))
  }

  docker(): Promise<never> {
    return Promise.reject(new Error(this.lacks.docker))
  }

  get #source(): { engine: SimulatedEngine; client: SimulatedDockerEngine } {
    return { engine: this.#engine, client: this.#client }
  }

  async #snapshot(reference: string, options: LogOptions): Promise<LogSeen> {
    const following = await followInProcess(this.#source, reference, false, options)
    await this.#until(() => following.ended)
    return following.seen
  }

  async #until(isTrue: () => boolean): Promise<void> {
    for (let waitedMs = 0; !isTrue(); waitedMs += TURN_MS) {
      if (waitedMs > PATIENCE_MS) throw new Error('Waited in vain for an end')
      // oxlint-disable-next-line no-await-in-loop -- looks again and again
      await this.sleep(TURN_MS)
    }
  }

  #signal(id: string, text: VerbOptions[string] = 'KILL'): void {
    const signal = parseSignal(String(text))
    if (typeof signal !== 'number') throw new Error(`Cannot send signal ${text}: it is ${signal}`)
    sendSignal(this.#engine, id, signal)
  }
}

function rotationOf(options: ContainerSpec['logOptions']): { maxSizeBytes?: number; maxFiles?: number } {
  const { 'max-size': size, 'max-file': files } = options ?? {}
  return {
    ...(size !== undefined && { maxSizeBytes: Number.parseInt(size, 10) * KILOBYTE }),
    ...(files !== undefined && { maxFiles: Number(files) }),
  }
}

async function answerOf(act: () => Promise<void>): Promise<Answer> {
  const result = await orRefusal(act)
  return result instanceof Answer ? result : new Answer(0)
}

/** What a call yields, or the engine's refusal. @throws any other error */
async function orRefusal<T>(call: () => Promise<T>): Promise<T | Answer> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof EngineError) return new Answer(0, error.message)
    throw error
  }
}

const TURN_MS = 1
const PATIENCE_MS = 10_000
const KILOBYTE = 1024
