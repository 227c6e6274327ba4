import { z } from 'zod'
import { completeConfig, type PartialConfig } from '../../reference/config/complete-config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import {
  faults,
  PERSONALITIES,
  World,
  type CrashKind,
  type PersonalityName,
  type SimulatedContainer,
} from '../../simulators/index.ts'
import { KeepingService } from './keeping-service.ts'
import { contradiction, type Delivered, type Message, type RecordRules } from './record-model.ts'

/** What is configured for all containers. */
export interface RecordsSettings {
  readonly multiline: NonNullable<PartialConfig['containerMonitor']>['multiline']
  readonly excludeLines: readonly RegExp[]
  readonly rateLimit: NonNullable<PartialConfig['containerMonitor']>['rateLimit']
  /** Whether there are services beside the file, so that delivery goes over the spool. */
  readonly services: boolean
}

export interface RecordsRigOptions extends RecordsSettings {
  readonly seed: number
  readonly engine: PersonalityName
  readonly labels: Readonly<Record<string, string>>
  readonly rules: RecordRules
}

/** One container whose lines are drawn, and a collector that may crash and start again at any event. */
export class RecordsRig {
  readonly world: World
  readonly services: readonly KeepingService[] = [new KeepingService('one'), new KeepingService('two')]
  readonly #options: RecordsRigOptions
  readonly #container: SimulatedContainer
  /** Messages that were stored when a run of the container ended. */
  readonly #runs: number[] = []
  /** What is in JSON, with the name, may then come twice at a crash. */
  #isRenamed = false
  #isLate = false
  #collector: Collector

  constructor(options: RecordsRigOptions) {
    this.#options = options
    this.world = new World({
      seed: options.seed,
      recordLocations: false,
      engine: { personality: PERSONALITIES[options.engine] },
    })
    this.#container = this.world.engine.addContainer({ name: NAME, labels: options.labels })
    this.#collector = this.#newProcess()
  }

  /** Of the container. */
  get id(): string {
    return this.#container.id
  }

  write(stream: 'stdout' | 'stderr', text: string): void {
    if (this.#container.running) this.#container.write(stream, text)
  }

  rename(name: string): void {
    this.#isRenamed = true
    this.world.inject(faults.rename({ container: this.#container.name, to: name }))
  }

  stopContainer(): void {
    if (!this.#container.running) return
    this.world.inject(faults.stop({ container: this.#container.name }))
    this.#runs.push(this.#container.log.stored)
  }

  startContainer(): void {
    if (!this.#container.running) this.world.inject(faults.start({ container: this.#container.name }))
  }

  /** The open stream brings nothing for a while, whatever is stored. */
  stall(ms: number): void {
    this.#isLate = true
    this.world.inject(faults.idle({ container: this.#container.name, forMs: ms, streams: 'open' }))
  }

  async start(): Promise<void> {
    await this.world.run(() => this.#collector.start())
  }

  async restart(): Promise<void> {
    await this.world.run(() => this.#collector.stop())
    this.#collector = this.#newProcess()
    await this.start()
  }

  /** @param afterMs how long it stays down */
  async crash(kind: CrashKind, afterMs: number): Promise<void> {
    this.world.crash({ kind })
    this.#collector = this.#newProcess()
    await this.world.advance(afterMs)
    await this.start()
  }

  /** Everything comes to an end. @throws Error when something was not delivered as it should have been */
  async finish(): Promise<void> {
    this.startContainer()
    await this.world.advance(SETTLING_MS)
    await this.world.run(() => this.#collector.stop())
    const messages = await this.#stored()
    const { labels, services, rules } = this.#options
    const wanted = labels['watertight.sink']?.split(',')
    if (!this.#isRenamed && (wanted?.includes('local_file') ?? true)) this.#assertFile(messages)
    for (const service of services ? this.services : []) {
      if (service.found !== undefined) throw new Error(`${service.name}: ${service.found}`)
      const kept = service.of(this.#container.id)
      if (wanted !== undefined && !wanted.includes(service.name)) {
        if (kept.length > 0) throw new Error(`${service.name} got what is not for it`)
        continue
      }
      kept.forEach(({ epoch, ordinal }, index) => {
        if (epoch !== 0 || ordinal !== index)
          throw new Error(`${service.name}: record ${index} is ${epoch}/${ordinal}`)
      })
      const wrong = contradiction(
        messages,
        kept.map(({ record }) => record),
        rules,
        this.#isLate,
      )
      if (wrong !== null) throw new Error(`${service.name}: ${wrong}`)
    }
  }

  /** What the file holds: in JSON, so that a record of several lines is one there too. */
  fileRecords(): Delivered[] {
    const path = `${LOGS}/${NAME}-${this.#container.id.slice(0, 12)}.log`
    const text = Buffer.from(this.world.fileSystem.contents(path)).toString()
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const record = RECORD.parse(JSON.parse(line))
        const stream = record.stream === 'stdout' ? 1 : 2
        return { stream, time: nanoseconds(record.time), text: record.line }
      })
  }

  #assertFile(messages: readonly Message[]): void {
    const wrong = contradiction(messages, this.fileRecords(), this.#options.rules, this.#isLate)
    if (wrong !== null) throw new Error(`the file: ${wrong}`)
  }

  /** The whole log, as the engine sends it. */
  async #stored(): Promise<Message[]> {
    const { engine } = this.world.ports()
    const pieces: Uint8Array[] = []
    await this.world.run(async () => {
      const { signal } = new AbortController()
      const stream = await engine.openLogs(this.#container.id, { follow: false, signal })
      for (let piece = await stream.read({ signal }); piece !== null; piece = await stream.read({ signal }))
        pieces.push(piece)
      stream.destroy()
      await stream.closed
      engine.close()
    })
    const bytes = Buffer.concat(pieces)
    const messages: Message[] = []
    for (let at = 0; at < bytes.length;) {
      const end = at + 8 + bytes.readUInt32BE(at + 4)
      const run = this.#runs.filter((stored) => stored <= messages.length).length
      const time = nanoseconds(bytes.toString('latin1', at + 8, at + 38))
      messages.push({ stream: bytes[at]!, time, data: bytes.toString('utf8', at + 39, end), run })
      at = end
    }
    return messages
  }

  #newProcess(): Collector {
    const { excludeLines, multiline, rateLimit, services } = this.#options
    const config = completeConfig({
      stateDir: '/var/lib/state',
      containerMonitor: {
        ...(multiline === undefined ? {} : { multiline }),
        ...(rateLimit === undefined ? {} : { rateLimit }),
        filters: { excludeLines },
        // Without rotations nothing but the silence itself brings out what it completes.
        streamRotation: { intervalMs: this.#options.seed % 2 === 0 ? 5000 : 300_000 },
      },
      sinks: { localFile: { directory: LOGS, format: 'json' } },
    })
    return createCollector(config, this.world.ports(), {
      sinks: (ports) => (services ? this.services.map((service) => service.sink(ports)) : []),
    })
  }
}

function nanoseconds(stamp: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.{19})\.?(\d*)Z$/.exec(stamp) ?? []
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

const RECORD = z.object({ time: z.string(), stream: z.string(), line: z.string() })
const NAME = 'web'
const LOGS = '/srv/logs'
/** Longer than the time-out for several lines, a rotation, and a checkpoint or two. */
const SETTLING_MS = 12_000
