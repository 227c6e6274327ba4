import { z } from 'zod'
import {
  faults,
  World,
  type ContainerOptions,
  type SimulatedContainer,
  type SimulatedEngineOptions,
  type VirtualPorts,
} from '../../simulators/index.ts'
import { completeConfig, type PartialConfig } from '../config/complete-config.ts'
import { createCollector, type Collector } from '../main.ts'
import type { Sink } from '../dispatch/sink.ts'
import type { DockerEngine } from '../ports/docker-engine.ts'
import type { Health } from '../http/health.ts'
import type { Random } from '../ports/random.ts'

/** Calls to the engine that are answered otherwise than it would. What is left out goes to the engine. */
export type Interference = (engine: DockerEngine) => Partial<DockerEngine>

export interface MonitorRigOptions {
  readonly monitor?: PartialConfig['containerMonitor']
  readonly dispatcher?: PartialConfig['dispatcher']
  readonly slots?: number
  /** Of the file sink. Default raw. */
  readonly format?: 'raw' | 'json'
  /** The container that the collector is in. Default none. */
  readonly ownContainer?: () => string | undefined
  readonly interfere?: Interference
  /** Sinks beside the files. Default none. */
  readonly sinks?: () => readonly Sink[]
  readonly engine?: SimulatedEngineOptions
}

/** A whole collector in a virtual world, for what its monitor does. */
export class MonitorRig {
  readonly world: World
  readonly #options: MonitorRigOptions
  #ports!: VirtualPorts
  #collector!: Collector
  #fails = false

  constructor(options: MonitorRigOptions = {}) {
    this.#options = options
    this.world = new World({ seed: 1, ...(options.engine === undefined ? {} : { engine: options.engine }) })
    this.newProcess()
  }

  get collector(): Collector {
    return this.#collector
  }

  /** What starts next is a new process on the same disk. */
  newProcess(): void {
    const { monitor, dispatcher = {}, slots = 50, interfere, ownContainer, format = 'raw' } = this.#options
    const ports = this.world.ports()
    const { engine } = ports
    const { process } = ports
    process.containerId = () => ownContainer?.() ?? null
    this.#ports = this.world.ports({
      process,
      engine: interfere === undefined ? engine : interfered(engine, interfere),
      random: { next: () => this.#draw(ports.random) },
    })
    this.#collector = createCollector(
      completeConfig({
        stateDir: '/var/lib/state',
        containerMonitor: { ...monitor, streamRotation: { maxConcurrentStreams: slots } },
        dispatcher,
        sinks: { localFile: { directory: LOGS, format } },
      }),
      this.#ports,
      { sinks: () => this.#options.sinks?.() ?? [] },
    )
  }

  async start(): Promise<void> {
    await this.world.run(() => this.#collector.start())
  }

  async stop(): Promise<void> {
    await this.world.run(() => this.#collector.stop())
  }

  async advance(ms: number): Promise<void> {
    await this.world.advance(ms)
  }

  add(name: string, options: Partial<ContainerOptions> = {}): SimulatedContainer {
    return this.world.engine.addContainer({ name, behaviour: { kind: 'chatty', everyMs: 100 }, ...options })
  }

  /** `docker run --rm` of a command that writes five lines and ends after 20 ms, with the window that was measured. */
  async runShortLived(
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<SimulatedContainer> {
    const { engine } = this.world
    const container = this.add(name, {
      behaviour: { kind: 'silent' },
      atExit: { lines: 5 },
      started: false,
      labels,
    })
    await this.advance(150)
    engine.start(name)
    await this.advance(20)
    engine.exit(name)
    await this.advance(10)
    engine.remove(name)
    return container
  }

  /** The session of a container meets a defect: its stream breaks, and the delay before the next one cannot be drawn. */
  failOnce(name: string): void {
    this.#fails = true
    this.world.inject(faults.reset({ container: name, streams: 'open' }))
  }

  #draw(random: Random): number {
    if (!this.#fails) return random.next()
    this.#fails = false
    throw new TypeError('a defect')
  }

  stopContainer(name: string): void {
    this.world.inject(faults.stop({ container: name }))
  }

  startContainer(name: string): void {
    this.world.inject(faults.start({ container: name }))
  }

  /** The lines the sink holds of a container. */
  lines({ name, id }: { readonly name: string; readonly id: string }): string[] {
    const bytes = this.world.fileSystem.contents(`${LOGS}/${name}-${id.slice(0, 12)}.log`)
    return Buffer.from(bytes).toString().split('\n').slice(0, -1)
  }

  /** Whether something was read of a container. */
  async isCollected({ id }: { readonly id: string }): Promise<boolean> {
    return (await this.samples('log_capturer_lines_read_total')).some((line) =>
      line.includes(id.slice(0, 12)),
    )
  }

  /** What the sink holds of a container, in JSON. */
  records(container: {
    readonly name: string
    readonly id: string
  }): { readonly [field: string]: unknown }[] {
    return this.lines(container).map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)))
  }

  /** The lines a container wrote. */
  written(container: SimulatedContainer): string[] {
    return Buffer.from(container.expected.view(0)).toString().split('\n').slice(0, -1)
  }

  check(name: string): Health['checks'][string] {
    return this.#collector.health().checks[name]!
  }

  /** Messages logged at warn or error, with their fields but the error. */
  complaints(): string[] {
    const complaints = this.#ports.logger.entries.filter(({ level }) => level === 'warn' || level === 'error')
    return complaints.map(({ message, fields }) => {
      const { err: _, ...rest } = fields as { err?: unknown }
      return `${message} ${JSON.stringify(rest)}`
    })
  }

  /** Samples whose line begins so. */
  async samples(start: string): Promise<string[]> {
    const text = await this.#collector.metrics.text()
    return text.split('\n').filter((line) => line.startsWith(start))
  }
}

function interfered(engine: DockerEngine, interfere: Interference): DockerEngine {
  return {
    info: (options) => engine.info(options),
    listContainers: (options) => engine.listContainers(options),
    inspectContainer: (id, options) => engine.inspectContainer(id, options),
    openEvents: (options) => engine.openEvents(options),
    openLogs: (id, options) => engine.openLogs(id, options),
    close: () => engine.close(),
    ...interfere(engine),
  }
}

const LOGS = '/srv/logs'
