import { completeConfig, type PartialConfig } from '../../reference/config/complete-config.ts'
import type { SinksConfig } from '../../reference/config/config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import {
  SimulatedSink,
  World,
  type SimulatedContainer,
  type SinkFault,
  type SinkFaultScope,
} from '../../simulators/index.ts'
import { SimulatedLoki } from '../../simulators/sinks/loki/simulated-loki.ts'
import { SimulatedOtlp } from '../../simulators/sinks/otlp/simulated-otlp.ts'

/** A service that the collector ships to, and what it holds. */
export interface Service {
  readonly sink: SimulatedSink
  /** Of the collector. */
  readonly config: PartialConfig<SinksConfig>
  /** The lines it holds of a container, in its order. */
  linesOf(container: SimulatedContainer): string[]
  /** Requests it could read. */
  requests(): number
}

export const SERVICE_KINDS = ['loki', 'otlp'] as const
export type ServiceKind = (typeof SERVICE_KINDS)[number]

const SERVICES: Readonly<Record<ServiceKind, (world: World, batchDelayMs: number) => Service>> = {
  loki: (world, batchDelayMs) => {
    const loki = new SimulatedLoki()
    const url = 'http://loki:3100/loki/api/v1/push'
    return {
      sink: new SimulatedSink(world, loki.storeOptions),
      config: { loki: { enabled: true, url, labels: ['container_name'], staticLabels: {}, batchDelayMs } },
      linesOf: ({ name }) => loki.linesOf(`{container_name="${name}"}`).map(({ line }) => line),
      requests: () => loki.pushes,
    }
  },
  otlp: (world, batchDelayMs) => {
    const otlp = new SimulatedOtlp()
    return {
      sink: new SimulatedSink(world, otlp.storeOptions),
      config: { otlp: { enabled: true, url: 'http://loki:3100/v1/logs', batchDelayMs } },
      linesOf: ({ id }) => otlp.linesOf(id),
      requests: () => otlp.exports,
    }
  },
}

export interface NetworkSinkRigOptions {
  readonly seed: number
  readonly kind: ServiceKind
  readonly containers: number
  /** Lines of each container in a second, written at once. */
  readonly linesPerSecond: number
  readonly batchDelayMs?: number
}

/** A collector in a virtual world whose only sink is a service over the network. */
export class NetworkSinkRig {
  readonly world: World
  readonly service: Service
  #collector: Collector

  constructor({ seed, kind, containers, linesPerSecond, batchDelayMs = 200 }: NetworkSinkRigOptions) {
    this.world = new World({ seed, recordLocations: false })
    this.service = SERVICES[kind](this.world, batchDelayMs)
    this.world.sinks['http://loki:3100'] = this.service.sink
    for (let n = 0; n < containers; n++) {
      const behaviour = {
        kind: 'chatty',
        everyMs: 1000 / linesPerSecond,
        jitter: 0.5,
        stream: 'both',
      } as const
      this.world.engine.addContainer({ name: `c${n}`, behaviour })
    }
    this.#collector = this.#newCollector()
  }

  get collector(): Collector {
    return this.#collector
  }

  async start(): Promise<void> {
    await this.world.run(() => this.#collector.start())
  }

  /** Stops the collector and starts it anew, as another process. @returns how long the stop took */
  async restart(): Promise<number> {
    const { elapsedMs } = await this.world.run(() => this.#collector.stop())
    this.#collector = this.#newCollector()
    await this.start()
    return elapsedMs
  }

  /** The process, or the machine, is gone at once; another one starts. */
  async crash(kind: 'kill' | 'power'): Promise<void> {
    this.world.crash({ kind })
    this.#collector = this.#newCollector()
    await this.start()
  }

  inject(fault: SinkFault, scope: SinkFaultScope): Disposable {
    return this.service.sink.inject(fault, scope)
  }

  /** Lets the containers end, and the service have all of it. @throws Error naming the container of which it has not each line once, in order */
  async finish(): Promise<void> {
    const { engine } = this.world
    for (const { name } of engine.everyContainer) engine.exit(name)
    for (let waitedMs = 0; !this.#isComplete() && waitedMs < PATIENCE_MS; waitedMs += 5000)
      // eslint-disable-next-line no-await-in-loop -- time passes
      await this.world.advance(5000)
    for (const container of engine.everyContainer) this.#check(container)
    const { elapsedMs, missed } = await this.world.run(() => this.#collector.stop())
    if (missed.length > 0 || elapsedMs > 10_000)
      throw new Error(`The stop took ${elapsedMs} ms and missed ${JSON.stringify(missed)}`)
  }

  #isComplete(): boolean {
    return this.world.engine.everyContainer.every(
      (container) => this.service.linesOf(container).length >= linesIn(container).length,
    )
  }

  #check(container: SimulatedContainer): void {
    const expected = linesIn(container)
    const held = this.service.linesOf(container)
    const at = expected.findIndex((line, index) => held[index] !== line)
    if (at === -1 && held.length === expected.length) return
    throw new Error(
      `The service holds ${held.length} lines of ${container.name}, which wrote ${expected.length}; at ${at} it has ${held[at]} in place of ${expected[at]}`,
    )
  }

  #newCollector(): Collector {
    return createCollector(
      completeConfig({
        stateDir: '/var/lib/state',
        sinks: { localFile: { enabled: false }, ...this.service.config },
        containerMonitor: { streamRotation: { intervalMs: 60_000, maxConcurrentStreams: 200 } },
      }),
      this.world.ports(),
    )
  }
}

function linesIn(container: SimulatedContainer): string[] {
  return Buffer.from(container.expected.view()).toString().split('\n').slice(0, -1)
}

const PATIENCE_MS = 900_000
