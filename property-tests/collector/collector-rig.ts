import { inspect } from 'node:util'
import { completeConfig } from '../../reference/config/complete-config.ts'
import type { CollectorConfig } from '../../reference/config/config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import {
  type EngineMachine,
  type Fault,
  faults,
  PERSONALITIES,
  filesWithinLimit,
  leftBehind,
  noOrphanedTasks,
  readsEndInTime,
  sinkHoldsPrefix,
  streamsRotateInTime,
  streamsWithinCapacity,
  waitsAreBounded,
  World,
  type ContainerOptions,
  type CrashKind,
  type SimulatedContainer,
  type SimulatedEngine,
  type PersonalityName,
  type StreamScope,
  type VirtualPorts,
} from '../../simulators/index.ts'

/** What differs from one run to another, besides what happens in it. */
export interface RigOptions {
  /** The world's: latencies and ties. */
  readonly seed: number
  /** Streams at a time. */
  readonly slots: number
  readonly rotationIntervalMs: number
  readonly engine: PersonalityName
}

/**
 * What a container writes. A line that the end of its process leaves open has a certain place among the others only where all lines are of one
 * stream and framed: on two streams only the next message of its own shows that it was over, and behind one on a TTY a stamp
 * cannot be told from text.
 */
export const CONTAINER_KINDS = ['both streams', 'open lines', 'tty'] as const
export type ContainerKind = (typeof CONTAINER_KINDS)[number]

/**
 * The reference collector in a virtual world, watched by the invariants of the design (I1 to I8) after every event. The simulated engine is the model:
 * it knows every byte its containers wrote. Whatever does not hold is thrown by the call during which it happened.
 */
export class CollectorRig {
  readonly world: World
  /** The interesting states that were reached; of {@link MARKS}. */
  readonly marks: Set<string> = new Set()
  readonly #config: CollectorConfig
  #ports: VirtualPorts
  #collector: Collector
  readonly #kinds = new Map<string, ContainerKind>()
  #runningSinceMs = Infinity
  /** Until when something was wrong that delays what I6 bounds; Infinity while it still is. */
  #disturbedUntilMs = -Infinity
  #losesEvents = false
  /**
   * How often something was put wrong. Each time may keep a stream from finding its place for as long as the read timeout. It is not cut before it
   * has, and then reads on for as long as that took.
   */
  #holdUps = 0

  constructor(options: RigOptions) {
    this.world = new World({
      seed: options.seed,
      recordLocations: false,
      engine: { personality: PERSONALITIES[options.engine] },
    })
    this.#config = completeConfig({
      stateDir: '/var/lib/state',
      containerMonitor: {
        streamRotation: {
          intervalMs: options.rotationIntervalMs,
          maxConcurrentStreams: options.slots,
        },
      },
      dispatcher: { queueBytesMax: QUEUE_BYTES_MAX },
      sinks: { localFile: { directory: LOGS, maxOpenFiles: OPEN_FILES_MAX } },
    })
    this.#ports = this.world.ports()
    this.#collector = createCollector(this.#config, this.#ports)
    this.#watch()
  }

  get engine(): SimulatedEngine {
    return this.world.engine
  }

  get isRunning(): boolean {
    return this.#collector.state === 'running'
  }

  addContainer(kind: ContainerKind, options: ContainerOptions): void {
    this.#kinds.set(options.name, kind)
    this.engine.addContainer(options)
  }

  /**
   * Whether this engine's log tells where the lines of such a container end. With stamps cut to seconds a line that the end of its process left
   * open looks like the beginning of the next one of that second.
   */
  canTell(kind: ContainerKind): boolean {
    return kind !== 'open lines' || !this.engine.personality.cutsStampsToSeconds
  }

  /** Odd output of a container, where it can be written and has a certain place in the log. */
  injectIfWritable(fault: Fault<EngineMachine>, name: string): void {
    if (this.canWrite(name, 'stdout', '\n')) this.world.inject(fault)
  }

  canWrite(name: string, stream: 'stdout' | 'stderr', ending: '\n' | ''): boolean {
    if (this.engine.find(name)?.running !== true) return false
    if (stream === 'stderr' && this.#kinds.get(name) !== 'both streams') return false
    return ending === '\n' || this.#kinds.get(name) === 'open lines'
  }

  async start(): Promise<void> {
    await this.world.run(() => this.#begin())
  }

  async startTwice(): Promise<void> {
    await this.world.run(() => Promise.all([this.#begin(), this.#begin()]))
    if (!this.isRunning) throw new Error(`Started twice, the collector is ${this.#collector.state}`)
  }

  /** Begins a start and does not wait for it. */
  beginStart(): void {
    this.#begin().catch(() => {})
  }

  /** @throws Error when it took too long, reported a step that was missed, or left anything behind (I8). */
  async stop(): Promise<void> {
    const startedMs = this.world.nowMs
    const { missed } = await this.world.run(() => this.#collector.stop())
    const tookMs = this.world.nowMs - startedMs
    if (tookMs >= STOP_LIMIT_MS) throw new Error(`I8 does not hold: the stop took ${tookMs} ms`)
    if (missed.length > 0) throw new Error(`I8 does not hold: the stop missed ${JSON.stringify(missed)}`)
    const left = leftBehind(this.world, this.#collector.tasks)
    if (left.length > 0) throw new Error(`I8 does not hold: left behind after the stop:\n${left.join('\n')}`)
    await this.#noteMarks()
  }

  /** Stops when a start has been under way for that long. */
  async stopDuringStart(afterMs: number): Promise<void> {
    this.beginStart()
    await this.world.advance(afterMs)
    await this.stop()
  }

  /** Begins a stop and, before it is over, a start: the last call wins. */
  async startDuringStop(afterMs: number): Promise<void> {
    const stopping = this.#collector.stop()
    await this.world.advance(afterMs)
    await this.world.run(() => Promise.all([stopping, this.#begin()]))
    if (!this.isRunning) throw new Error(`Started during a stop, the collector is ${this.#collector.state}`)
  }

  /** The process ends cleanly and a new one starts on the same disk. */
  async restartProcess(): Promise<void> {
    await this.stop()
    this.#beginProcess()
    await this.start()
  }

  /** The process is dead at once, or the machine with its disk. What starts next is a new one on what is left. The engine goes on. */
  crash(kind: CrashKind): void {
    this.world.crash({ kind })
    this.#runningSinceMs = Infinity
    this.#beginProcess()
  }

  async advance(ms: number): Promise<void> {
    await this.world.advance(ms)
  }

  /** To be called when something was put wrong that delays reading. */
  disturbed(): void {
    this.#disturbedUntilMs = Infinity
    this.#holdUps += 1
  }

  /** As SIGTERM does: every reply ends as if it were complete, that of a whole log too, and then the engine is away. */
  async shutEngineDown(): Promise<void> {
    for (const { name } of this.engine.containers) this.endCleanly(name, { streams: 'open' })
    await this.advance(SHUTDOWN_MS)
    this.engine.goAway()
  }

  /**
   * Streams of a container end as if they were complete. With a TTY they break instead: there a line that was cut looks like one that its process
   * left open, and the engine does not cut lines.
   */
  endCleanly(name: string, scope: StreamScope): void {
    const kind = this.engine.container(name).tty ? faults.reset : faults.cleanEnd
    this.world.inject(kind({ container: name, ...scope }))
  }

  /** The next events reach nobody: a container may stay unknown until the collector lists them again, which I6 does not speak of. */
  loseEvents(count: number): void {
    this.#losesEvents = true
    this.engine.events.loseNext(count)
  }

  /** Everything that was put wrong is right again. */
  calm(): void {
    this.engine.calm()
    if (this.engine.availability !== 'up') this.engine.comeBack()
    this.#disturbedUntilMs = this.world.nowMs
  }

  /**
   * The containers whose sink does not hold everything, a sentence each. One that was removed took with it what was not read: of it the sink holds a
   * prefix, which I7 sees to.
   */
  undelivered(): string[] {
    return this.engine.containers
      .map((container) => ({ container, held: this.#contents(container).length }))
      .filter(({ container, held }) => held !== container.expected.length)
      .map(
        ({ container, held }) =>
          `${container.name}: the sink holds ${held} of ${container.expected.length} bytes`,
      )
  }

  /**
   * The end of every run. Safety held up to here; now liveness: with all faults gone everything stored is delivered within a deadline, and
   * then a stop leaves nothing behind.
   */
  async finish(): Promise<void> {
    this.calm()
    for (const container of this.engine.containers) writeLastLine(container)
    await this.start()
    await this.#untilDelivered()
    await this.stop()
    for (const container of this.engine.containers) this.#assertExact(container)
  }

  /** The length was compared while time passed; a power cut could have put other bytes in their place. */
  #assertExact(container: SimulatedContainer): void {
    const { expected, name } = container
    if (Buffer.compare(this.#contents(container), expected.view(0)) !== 0)
      throw new Error(`The sink of ${name} has the length of its output and differs from it`)
  }

  async #untilDelivered(): Promise<void> {
    const deadlineMs = this.world.nowMs + DELIVERY_DEADLINE_MS
    while (this.undelivered().length > 0) {
      if (this.world.nowMs > deadlineMs) {
        throw new Error(
          `Not delivered ${DELIVERY_DEADLINE_MS} ms after the last fault:\n${this.undelivered().join('\n')}`,
        )
      }
      // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
      await this.world.advance(1000)
    }
  }

  /** What the metrics of the process tell. A task that failed, or a gap in a log that keeps everything, is a defect whatever came of it. */
  async #noteMarks(): Promise<void> {
    const text = await this.#collector.metrics.text()
    const failures = sumOf(text, /^log_capturer_task_failures_total/)
    if (failures > 0) throw new Error(`${failures} tasks failed:\n${this.#errorsLogged().join('\n')}`)
    const gaps = sumOf(text, /^log_capturer_container_gaps_total/)
    if (gaps > 0) throw new Error(`${gaps} gaps were reported, and nothing was taken out of any log`)
    for (const [mark, series] of Object.entries(MARKS)) if (sumOf(text, series) > 0) this.marks.add(mark)
  }

  #errorsLogged(): string[] {
    const errors = this.#ports.logger.entries.filter(({ level }) => level === 'error')
    return errors.map(({ fields, message }) => `${message}: ${inspect(fields)}`)
  }

  #contents({ name, id }: SimulatedContainer): Uint8Array {
    return this.world.fileSystem.contents(`${LOGS}/${name}-${id.slice(0, 12)}.log`)
  }

  #beginProcess(): void {
    this.#ports = this.world.ports()
    this.#collector = createCollector(this.#config, this.#ports)
  }

  async #begin(): Promise<void> {
    const wasRunning = this.isRunning
    await this.#collector.start()
    if (!wasRunning) this.#runningSinceMs = this.world.nowMs
  }

  /** I8 is asked at every stop. */
  #watch(): void {
    const { world } = this
    const { containerMonitor, sinks } = this.#config
    const { intervalMs, maxConcurrentStreams: slots } = containerMonitor.streamRotation
    streamsWithinCapacity(world, { capacity: slots })
    filesWithinLimit(world, { limit: sinks.localFile.maxOpenFiles + OTHER_FILES })
    noOrphanedTasks(world, { orphans: () => this.#collector.tasks.orphans() })
    readsEndInTime(world, containerMonitor)
    streamsRotateInTime(world, {
      intervalMs,
      closeTimeoutMs: containerMonitor.closeTimeoutMs,
      heldUpMs: () => this.#holdUps * 2 * containerMonitor.readTimeoutMs,
    })
    waitsAreBounded(world, { slots, ...containerMonitor, isFollowed: () => this.#waitsCount() })
    sinkHoldsPrefix(world)
  }

  /** I6 speaks of a collector that runs, on an engine that does what it is asked: for as long as the longest bound there can be. */
  #waitsCount(): boolean {
    const { slotTurnMs, openTimeoutMs, streamRotation } = this.#config.containerMonitor
    const rounds = Math.ceil(this.engine.containers.length / streamRotation.maxConcurrentStreams)
    const boundMs = rounds * (slotTurnMs + openTimeoutMs) + 1000
    const undisturbedSinceMs = Math.max(this.#runningSinceMs, this.#disturbedUntilMs)
    return !this.#losesEvents && this.isRunning && this.world.nowMs - undisturbedSinceMs > boundMs
  }
}

/** A process that ended in mid-line, unseen, left a line that only the next message shows to be over. So there is a next one. */
function writeLastLine(container: SimulatedContainer): void {
  container.setBehaviour({ kind: 'silent' })
  if (container.running) container.writeNumberedLine()
}

/** Long enough for the ends to arrive. */
const SHUTDOWN_MS = 10
/** Sum of the series whose name and labels match, in the text form of metrics. */
function sumOf(text: string, series: RegExp): number {
  const values = text.split('\n').filter((line) => series.test(line))
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** Interesting states, each with the metric that tells of it. A property under which one of them never comes up is weaker than it looks. */
export const MARKS: Readonly<Record<string, RegExp>> = {
  'a planned rotation': /^log_capturer_container_stream_rotations_total.*"planned"/,
  'a slot handed over': /^log_capturer_container_stream_rotations_total.*"yield"/,
  'an idle stream': /^log_capturer_container_idle_checks_total/,
  'a stuck stream': /^log_capturer_container_stream_errors_total.*"read_timeout"/,
  'a failed open': /^log_capturer_container_stream_errors_total.*"open_failed"/,
  'a failed read': /^log_capturer_container_stream_errors_total.*"read_failed"/,
  'a close that was never acknowledged': /^log_capturer_abandoned_total.*"stream_close"/,
}

/** Not beside the state: they share no directory whose sync could do for both. */
const LOGS = '/srv/logs'
const STOP_LIMIT_MS = 10_000
/** Small, so that the sink closes files and reading waits for room. */
const OPEN_FILES_MAX = 3
const QUEUE_BYTES_MAX = 256 * 1024
/** Positions being written and their directory. */
const OTHER_FILES = 4
/**
 * Read timeout, close deadline, back-off and a turn for everyone, each once: what a stream that hung until now can cost before it is read on.
 */
const DELIVERY_DEADLINE_MS = 300_000
