import { completeConfig } from '../../reference/config/complete-config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import {
  faults,
  leftBehind,
  PERSONALITIES,
  sinkHoldsPrefix,
  streamsWithinCapacity,
  World,
  type SimulatedContainer,
  type SinkPrefix,
} from '../../simulators/index.ts'

/** What may happen to one container and the collector that reads it. */
export const SMALL_COMMAND_NAMES = [
  'a line on each stream',
  'the container stops or starts',
  'its stream breaks',
  'the engine goes away or comes back',
  'the collector restarts',
  'kill -9 and start',
] as const
export type SmallCommand = (typeof SMALL_COMMAND_NAMES)[number]

/**
 * A whole collector and one container, with nothing around them that costs more than it shows: thousands of runs take seconds. What is left out other
 * properties have: other sinks, faults of the disk, figures and health.
 */
export class OneContainer {
  readonly world: World
  readonly #container: SimulatedContainer
  readonly #held: SinkPrefix
  #collector: Collector

  /** @param seed of the world: latencies and ties */
  constructor(seed: number) {
    this.world = new World({ seed, recordLocations: false, engine: { personality: PERSONALITIES['28'] } })
    this.#container = this.world.engine.addContainer({ name: NAME })
    streamsWithinCapacity(this.world, { capacity: SLOTS })
    this.#held = sinkHoldsPrefix(this.world)
    this.#collector = this.#newCollector()
  }

  /** Begins; what follows happens while it starts. */
  begin(): void {
    // One that is killed or stopped on the way says so to nobody.
    this.#collector.start().catch(() => {})
  }

  /** Does it, and ends with it. */
  async perform(command: SmallCommand): Promise<void> {
    switch (command) {
      case 'a line on each stream':
        return this.#write()
      case 'the container stops or starts':
        return this.#toggle()
      case 'its stream breaks':
        return void this.world.inject(faults.reset({ container: NAME, streams: 'open' }))
      case 'the engine goes away or comes back':
        return this.#toggleEngine()
      case 'the collector restarts':
        return await this.#restart()
      case 'kill -9 and start':
        this.world.crash({ kind: 'kill' })
        this.#beginProcess()
    }
  }

  /** Nothing goes wrong any more: all is delivered, once and in order, and a stop leaves nothing behind. */
  async finish(): Promise<void> {
    const { engine } = this.world
    if (engine.availability !== 'up') engine.comeBack()
    await this.#untilDelivered()
    await this.#stop()
  }

  #write(): void {
    if (!this.#container.running) return
    this.#container.writeNumberedLine({ stream: 'stdout' })
    this.#container.writeNumberedLine({ stream: 'stderr' })
  }

  #toggle(): void {
    if (this.#container.running) this.world.engine.stop(NAME)
    else this.world.engine.start(NAME)
  }

  #toggleEngine(): void {
    const { engine } = this.world
    if (engine.availability === 'up') engine.goAway()
    else engine.comeBack()
  }

  async #restart(): Promise<void> {
    await this.#stop()
    this.#beginProcess()
  }

  #beginProcess(): void {
    this.#collector = this.#newCollector()
    this.begin()
  }

  async #untilDelivered(): Promise<void> {
    const deadlineMs = this.world.nowMs + DELIVERY_DEADLINE_MS
    while (this.#held.incomplete().length > 0) {
      if (this.world.nowMs > deadlineMs)
        throw new Error(`Not delivered in ${DELIVERY_DEADLINE_MS} ms: ${this.#held.incomplete().join('\n')}`)
      // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
      await this.world.advance(LOOK_MS)
    }
  }

  async #stop(): Promise<void> {
    const startedMs = this.world.nowMs
    const { missed } = await this.world.run(() => this.#collector.stop())
    if (missed.length > 0) throw new Error(`I8 does not hold: the stop missed ${JSON.stringify(missed)}`)
    const tookMs = this.world.nowMs - startedMs
    if (tookMs > STOP_LIMIT_MS) throw new Error(`I8 does not hold: the stop took ${tookMs} ms`)
    const left = leftBehind(this.world, this.#collector.tasks)
    if (left.length > 0) throw new Error(`I8 does not hold: left behind after the stop:\n${left.join('\n')}`)
  }

  #newCollector(): Collector {
    return createCollector(CONFIG, this.world.ports(), { recordLocations: false })
  }
}

const NAME = 'web'
const SLOTS = 1
const CONFIG = completeConfig({
  stateDir: '/var/lib/state',
  containerMonitor: { streamRotation: { maxConcurrentStreams: SLOTS } },
  dispatcher: { statisticsIntervalMs: 0 },
  metrics: { enabled: false },
  api: { enabled: false },
  sinks: { localFile: { directory: '/srv/logs' } },
})
const STOP_LIMIT_MS = 10_000
const DELIVERY_DEADLINE_MS = 120_000
const LOOK_MS = 250
