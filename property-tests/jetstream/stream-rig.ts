import { completeConfig } from '../../reference/config/complete-config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import {
  leftBehind,
  World,
  type CrashKind,
  type JetStreamFault,
  type SimulatedStream,
  type SinkFaultScope,
} from '../../simulators/index.ts'

export interface StreamRigOptions {
  readonly seed: number
  readonly recordsPerMessage: number
  readonly duplicateWindowMs: number
  /** Whether records go to files too. */
  readonly hasFiles: boolean
}

/**
 * The collector with its JetStream sink, its engine and the NATS server in a virtual world. After every event each subject holds the lines of its container
 * up to some line, in order, each once.
 */
export class StreamRig {
  readonly world: World
  readonly #options: StreamRigOptions
  readonly #stream: SimulatedStream
  #faults = new DisposableStack()
  readonly #held = new Map<string, number>()
  #checked = 0
  #collector: Collector
  #isBegun = false

  constructor(options: StreamRigOptions) {
    this.#options = options
    this.world = new World({ seed: options.seed, recordLocations: false })
    const { duplicateWindowMs } = options
    this.#stream = this.world.jetStream.addStream({ name: 'LOGS', subjects: ['logs.>'], duplicateWindowMs })
    for (const name of CONTAINERS) this.world.engine.addContainer({ name })
    this.world.invariant('each subject holds each line once, in order', () => this.#checkNew())
    this.#collector = this.#newCollector()
  }

  async start(): Promise<void> {
    this.#isBegun = true
    await this.world.run(() => this.#collector.start())
  }

  /** So many lines of each container at once. */
  write(lines: number): void {
    for (const { name } of this.world.engine.containers) {
      const container = this.world.engine.container(name)
      for (let line = 0; line < lines; line++)
        container.writeNumberedLine({ stream: 'both', lineBytes: { min: 20, max: 60 } })
    }
  }

  /** From now on, for some, one or all requests. */
  inject(fault: JetStreamFault, scope: SinkFaultScope): void {
    this.#faults.use(this.world.jetStream.inject(fault, scope))
  }

  mend(): void {
    this.#faults.dispose()
    this.#faults = new DisposableStack()
  }

  /** A process that dies at any event, and a new one on what it left. */
  async crash(kind: CrashKind, events: number): Promise<void> {
    await this.world.step(events)
    this.world.crash({ kind })
    this.#collector = this.#newCollector()
    await this.start()
  }

  /** @throws Error when the stop took too long, missed something or left anything behind */
  async stop(): Promise<void> {
    if (!this.#isBegun) return
    this.#isBegun = false
    const { elapsedMs, missed } = await this.world.run(() => this.#collector.stop())
    if (elapsedMs >= STOP_LIMIT_MS || missed.length > 0)
      throw new Error(`The stop took ${elapsedMs} ms and missed ${JSON.stringify(missed)}`)
    const left = leftBehind(this.world, this.#collector.tasks)
    if (left.length > 0) throw new Error(`Left behind after the stop:\n${left.join('\n')}`)
  }

  async restart(): Promise<void> {
    await this.stop()
    this.#collector = this.#newCollector()
    await this.start()
  }

  /** All faults end. @throws Error when the stream then does not get everything, or health stays bad */
  async finish(): Promise<void> {
    this.mend()
    if (!this.#isBegun) await this.start()
    for (let minute = 0; minute < CATCH_UP_MINUTES && this.#missing() > 0; minute++)
      // eslint-disable-next-line no-await-in-loop -- until all is there
      await this.world.advance(60_000)
    if (this.#missing() > 0)
      throw new Error(
        `${this.#missing()} bytes never came: ${JSON.stringify(this.#collector.health().checks)}`,
      )
    await this.world.advance(60_000)
    const health = this.#collector.health()
    if (health.status !== 'healthy') throw new Error(`Health is not good: ${JSON.stringify(health.checks)}`)
    await this.stop()
  }

  #missing(): number {
    const held = [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0)
    return this.world.engine.containers.reduce((sum, { name }) => sum + this.#expected(name).length, 0) - held
  }

  #expected(name: string): Uint8Array {
    return this.world.engine.container(name).expected.view()
  }

  /** Looks at the messages that came since it looked last. */
  #checkNew(): string | undefined {
    const { messages } = this.#stream
    for (; this.#checked < messages.length; this.#checked++) {
      const { payload, headers, id } = messages[this.#checked]!
      const name = headers['Watertight-Name'] ?? ''
      const held = this.#held.get(name) ?? 0
      const end = held + payload.byteLength + 1
      const expected = Buffer.from(this.#expected(name).subarray(held, end)).toString()
      const found = `${Buffer.from(payload).toString()}\n`
      if (found !== expected)
        return `message ${id} of ${name} holds ${JSON.stringify(found)} where ${JSON.stringify(expected)} comes next`
      this.#held.set(name, end)
    }
    return undefined
  }

  #newCollector(): Collector {
    const { hasFiles, recordsPerMessage } = this.#options
    const config = completeConfig({
      stateDir: '/var/lib/state',
      containerMonitor: { streamRotation: { intervalMs: 60_000 } },
      sinks: {
        localFile: { enabled: hasFiles, directory: '/srv/logs' },
        jetStream: { enabled: true, recordsPerMessage },
      },
    })
    return createCollector(config, this.world.ports())
  }
}

/** None of them the beginning of an id. */
const CONTAINERS = ['web', 'shop', 'queue']
const STOP_LIMIT_MS = 10_000
const CATCH_UP_MINUTES = 20
