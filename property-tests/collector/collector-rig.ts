import { inspect } from 'node:util'
import type { CollectorConfig } from '../../reference/config/config.ts'
import { messageOf } from '../../reference/errors.ts'
import { RING_KEYS } from '../../reference/docker/reading/search/cursor-state.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import type { Sample } from '../../reference/metrics/metrics.ts'
import type { ReloadReport } from '../../reference/reload/reload-report.ts'
import {
  type EngineMachine,
  type Fault,
  type LedgerEntry,
  faults,
  PERSONALITIES,
  callsEndInTime,
  deliveriesGoOn,
  every,
  filesWithinLimit,
  leftBehind,
  noOrphanedTasks,
  OutputCheck,
  positionsAreFresh,
  readsEndInTime,
  savedRecords,
  savedSinks,
  SeededRandom,
  sinkHoldsPrefix,
  streamsRotateInTime,
  streamsWithinCapacity,
  waitsAreBounded,
  World,
  type Behaviour,
  type ContainerOptions,
  type CrashKind,
  type Delivery,
  type FileFault,
  type FileFaultScope,
  type LogEntry,
  type LogRotationOptions,
  type LostMessages,
  type SimulatedContainer,
  type SimulatedEngine,
  type SinkPrefix,
  type SkippedLines,
  type StreamScope,
  type VirtualPorts,
  type Wire,
} from '../../simulators/index.ts'
import {
  configOf,
  LOGS,
  settingsOf,
  SINK_KINDS,
  STATE,
  type RigOptions,
  type RigSettings,
  type SinkKind,
} from './rig-options.ts'
import { LateAnswers } from './late-answers.ts'
import { LOG_MARKS, marksIn, METRIC_MARKS } from './marks.ts'
import { NetworkService, type Mood } from './network-service.ts'
import { StdoutCheck } from './stdout-check.ts'
import { isPassedOver, ToldLosses } from './told-losses.ts'
import { Troubles } from './troubles.ts'
import { Counters, wrongGauge } from './counters.ts'

/**
 * What a container writes. A line that the end of its process leaves open has a certain place among the others only where all lines are of one
 * stream and framed: on two streams only the next message of its own shows that it was over, and behind one on a TTY a stamp
 * cannot be told from text.
 */
export const CONTAINER_KINDS = ['both streams', 'open lines', 'tty'] as const
export type ContainerKind = (typeof CONTAINER_KINDS)[number]

/** What is asked at certain moments of a run, and not, as the invariants of its world are, after every event. */
export const MOMENTARY_CHECKS = [
  'the last call wins',
  'no task fails',
  'I7 everything is delivered in the end',
  'I7 files are whole in the end',
  'I8 a stop ends in time',
  'I8 a stop misses nothing',
  'I8 a stop leaves nothing behind',
  'I10 each loss is told in the end',
  'I12 health tells what keeps positions or lists from being right',
  'I7 records are of the name that the container has',
  'I13 the counters tell what was done',
] as const
type MomentaryCheck = (typeof MOMENTARY_CHECKS)[number]

/**
 * The reference collector in a virtual world, watched by the invariants of the design after every event. The simulated engine is the model:
 * it knows every byte its containers wrote. Whatever does not hold is thrown by the call during which it happened.
 */
export class CollectorRig {
  readonly world: World
  /** The interesting states that were reached, see {@link file://./marks.ts}. */
  readonly marks: Set<string> = new Set()
  /** Whether minutes may pass at a time. */
  readonly isLong: boolean
  /** Told of each entry that the collector logs. */
  onLog: (entry: LogEntry) => void = () => {}
  readonly #slots: number
  readonly #logRotation: LogRotationOptions | null
  readonly #syncMs: number
  readonly #troubles: Troubles
  readonly #told: ToldLosses
  readonly #files: SinkPrefix
  readonly #stdout: StdoutCheck
  readonly #network: NetworkService
  /** Sinks of a process that got to run. */
  readonly #ran = new Set<SinkKind>()
  /** When those were switched off. */
  readonly #offSinceMs = new Map<SinkKind, number>()
  #settings: RigSettings
  /** What the configuration says when it is read again; null: something that cannot be used. */
  #toRead: RigSettings | null
  #config: CollectorConfig
  #ports: VirtualPorts
  #collector: Collector
  #counters: Counters
  readonly #kinds = new Map<string, ContainerKind>()
  #runningSinceMs = Infinity
  #losesEvents = false
  /** Nothing but what is stored is to be delivered from now on. */
  #isEnding = false
  /** Records that sinks held when the collector crashed last. */
  #heldAtCrash = new Map<OutputCheck, number>()
  /** A gauge that did not tell what was open. */
  #wrongGauge: string | undefined
  /** Containers that are gone, and since when that was seen. */
  readonly #goneSinceMs = new Map<SimulatedContainer, number>()
  readonly #late = new LateAnswers(
    () => this.marks.add('an answer after it was given up'),
    (id, { follow, tail }) => this.#noteOpening(id, { follow, isUsual: follow || tail === 1 }),
  )
  /** How often logs were opened, by container, at the last look. */
  readonly #opens = new Map<SimulatedContainer, Pick<SimulatedContainer, 'logsFollowed' | 'logsOpened'>>()
  readonly #hungDisk: Disposable[] = []
  /** Containers whose files hang. Each takes a worker. */
  readonly #hungFiles = new Set<string>()
  /** Sinks of containers that were switched off for a while. */
  readonly #joined = new Set<OutputCheck>()
  /** How often sinks may repeat something: see {@link #mayRepeatBehindHole} and {@link #mayReadAgain}. */
  readonly #returns = new Map<OutputCheck, number>()
  /** Messages that were read before the last start, by container. */
  readonly #readBefore = new Map<SimulatedContainer, number>()
  /** Files that may go back to what is left of a line. */
  readonly #tornReturns = new Set<OutputCheck>()
  #hasReturns = false
  /** Whether a file may hold what a write left that failed, and was not repeated since. */
  #mayBeTorn = false
  /** Containers whose log was emptied of all that the collector would know again. */
  readonly #unrecognized = new Set<SimulatedContainer>()
  /** When the current process began. */
  #begunMs = 0
  /** Records that files of containers must have in the end which are gone, and of which a power cut took something. */
  readonly #toHold = new Map<SimulatedContainer, number>()
  /** Containers that are removed with their end, and when they were added. */
  readonly #shortLives = new Map<SimulatedContainer, number>()
  /**
   * How often something was put wrong. Each time may keep a stream from finding its place for as long as the read timeout. It is not cut before it
   * has, and then reads on for as long as that took.
   */
  #holdUps = 0

  constructor(options: RigOptions) {
    this.world = new World({
      seed: options.seed,
      recordLocations: false,
      unchecked: options.unchecked ?? [],
      // Drawn from the seed and not with the rest: no other case is another one for it.
      microTaskJitter: options.microTaskJitter ?? new SeededRandom(options.seed, 'micro-tasks').chance(0.25),
      engine: {
        personality: PERSONALITIES[options.engine],
        storesLogs: options.storesLogs ?? false,
      },
    })
    const { world } = this
    this.isLong = options.isLong ?? true
    this.#slots = options.slots
    // Where the log is polled nothing is promised about what rotation takes away.
    const { logRotation = null } = options
    this.#logRotation = this.engine.personality.cutsStampsToSeconds ? null : logRotation
    this.#settings = settingsOf(options)
    this.#toRead = this.#settings
    this.#config = configOf(this.#slots, this.#settings)
    this.#troubles = new Troubles(() => world.nowMs)
    this.#told = new ToldLosses((name) => this.engine.everyContainer.filter((each) => each.name === name))
    this.#files = sinkHoldsPrefix(world, {
      onSkipped: (lines) => this.#skipped('local_file', lines),
    })
    this.#stdout = new StdoutCheck(this.engine, (lines) => this.#skipped('stdout', lines))
    this.#network = new NetworkService(this.engine, (lines) => this.#skipped('network', lines))
    this.#syncMs = options.syncMs ?? 0
    if (this.#syncMs > 0) world.fileSystem.disturb({ kind: 'slow', delayMs: this.#syncMs }, SYNCS)
    this.#ports = this.#newPorts()
    this.#collector = this.#newCollector()
    this.#counters = this.#newCounters()
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
    const logRotation = this.#logRotation
    const container = this.engine.addContainer({ ...(logRotation !== null && { logRotation }), ...options })
    this.#told.added(options.name)
    if (options.autoRemove === true) this.#shortLives.set(container, this.world.nowMs)
  }

  /** What a container does changes in a while, unless the run is over by then. */
  changesBehaviour(name: string, behaviour: Behaviour, afterMs: number): void {
    const container = this.engine.container(name)
    const change = (): void => {
      if (!this.#isEnding) container.setBehaviour(behaviour)
    }
    this.world.schedule(afterMs, 'change behaviour', change, { background: true })
  }

  /**
   * Whether this engine's log tells where the lines of such a container end. With stamps cut to seconds a line that the end of its process left
   * open looks like the beginning of the next one of that second.
   */
  canTell(kind: ContainerKind): boolean {
    return kind !== 'open lines' || !this.engine.personality.cutsStampsToSeconds
  }

  /** Somebody empties the stored log. */
  emptyLog(name: string): void {
    const container = this.engine.container(name)
    if (beginsWithinLine(container)) return
    const hasReadAll = this.#deliveries([container]).every(
      ({ check }) => check.records > (this.#heldAtCrash.get(check) ?? -1),
    )
    const reached = hasReadAll ? this.#reached(container) : 0
    this.world.inject(faults.emptiedLog({ container: name }))
    this.#told.emptied(container, reached, { isFollowed: this.#follower(container.id) !== undefined })
    const { first, behind } = container.log.lost.losses.at(-1) ?? { first: 0, behind: 0 }
    if (behind - first >= RING_KEYS && container.log.readable().length > 0) this.#unrecognized.add(container)
    // Neither does this one, where it has not read yet what sinks held at a crash, or all that it has read was taken.
    if (!hasReadAll || first <= (this.#readBefore.get(container) ?? 0)) this.#mayReadAgain()
  }

  /**
   * Who reads after the next start knows none of what is left of an emptied log: the messages it remembers are among those that were taken. Stamps tell nothing, since the
   * clock may have been set back: it reads all of it, after a gap.
   */
  #mayReadAgain(): void {
    for (const container of this.#unrecognized)
      for (const check of this.#checks(container)) this.#allowReturn(check)
    if (this.#unrecognized.size > 0) {
      this.#hasReturns = true
      this.#counters.blurred()
    }
    this.#unrecognized.clear()
  }

  #allowReturn(check: OutputCheck): void {
    check.allowReturn()
    this.#returns.set(check, (this.#returns.get(check) ?? 0) + 1)
  }

  /** Odd output of a container, where it can be written and has a certain place in the log. */
  injectIfWritable(fault: Fault<EngineMachine>, name: string): void {
    if (EQUAL_LINES.has(fault.name) && !this.canRepeatLines) return
    if (this.canWrite(name, 'stdout', '\n')) this.world.inject(fault)
  }

  /** Whether equal lines can be told apart: not where some may be missing. */
  get canRepeatLines(): boolean {
    return this.#logRotation === null
  }

  canWrite(name: string, stream: 'stdout' | 'stderr', ending: '\n' | ''): boolean {
    if (this.engine.find(name)?.running !== true) return false
    if (stream === 'stderr' && this.#kinds.get(name) !== 'both streams') return false
    return ending === '\n' || this.#kinds.get(name) === 'open lines'
  }

  /** A collector that cannot read its positions does not start. */
  async start(): Promise<void> {
    await this.world.run(() => this.#begin()).catch((error: unknown) => this.#excuse(error))
  }

  async startTwice(): Promise<void> {
    await this.world
      .run(() => Promise.all([this.#begin(), this.#begin()]))
      .catch((error: unknown) => this.#excuse(error))
    if (!this.isRunning && !this.#troubles.isIn('disk'))
      this.#fail('the last call wins', `Started twice, the collector is ${this.#collector.state}`)
  }

  /** Begins a start and does not wait for it. */
  beginStart(): void {
    this.#begin().catch(() => {})
  }

  /**
   * What hangs on the way to the sinks goes on first: how a stop fares otherwise depends on what hangs.
   * @throws Error when it took too long, reported a step that was missed though nothing was wrong, or left anything behind (I8)
   */
  async stop(): Promise<void> {
    this.#endHangs()
    this.#troubles.end('stdout')
    this.mendNetwork()
    const startedMs = this.world.nowMs
    const calmMs = startedMs - Math.max(this.#runningSinceMs, this.#troubles.calmSinceMs())
    this.#runningSinceMs = Infinity
    const { missed } = await this.world.run(() => this.#collector.stop())
    const tookMs = this.world.nowMs - startedMs
    if (tookMs >= STOP_LIMIT_MS) this.#fail('I8 a stop ends in time', `it took ${tookMs} ms`)
    if (missed.length > 0 && !this.#troubles.isIn('disk', 'file') && this.#syncMs < SLOW_SYNC_MS)
      this.#fail('I8 a stop misses nothing', JSON.stringify(missed))
    // What the kernel was asked for cannot be taken back.
    const syncsMs = this.#syncMs >= SLOW_SYNC_MS ? this.#syncsMs() : 0
    const underWayMs = this.#isDiskSlow ? Math.max(syncsMs, SLOW_DISK_MS) : syncsMs
    if (underWayMs > 0) await this.advance(underWayMs)
    const left = leftBehind(this.world, this.#collector.tasks)
    if (left.length > 0) this.#fail('I8 a stop leaves nothing behind', left.join('\n'))
    const metrics = await this.#collector.metrics.samples()
    this.#noteMarks(metrics)
    if (missed.length > 0) {
      this.#mayRepeat()
      this.#forgetUnsaved()
    } else {
      this.#failWith('I13 the counters tell what was done', this.#counters.wrong(metrics))
      if (calmMs >= LET_GO_MS) this.#gaveAllOfGone()
      if (calmMs >= DELIVERY_MS && this.#settings.sinks.includes('files')) this.#mayBeTorn = false
    }
  }

  /** What is left of a container that is gone lies in the spool, and is given to the sinks when the process begins. */
  #gaveAllOfGone(): void {
    for (const container of this.engine.everyContainer)
      if (container.state === 'removed')
        for (const check of this.#checks(container)) this.#heldAtCrash.delete(check)
  }

  /** What comes next begins anew with containers of which no position is on disk. */
  #forgetUnsaved(): void {
    const saved = savedRecords(this.world.fileSystem.contents(`${STATE}/positions.json`))
    for (const container of this.engine.containers)
      if (!saved.has(container.id)) this.#told.forgotten(container)
  }

  /** Stops when a start has been under way for that long. */
  async stopDuringStart(afterMs: number): Promise<void> {
    this.beginStart()
    await this.world.advance(afterMs)
    await this.stop()
  }

  /** Begins a stop and, before it is over, a start: the last call wins. */
  async startDuringStop(afterMs: number): Promise<void> {
    this.#endHangs()
    this.#runningSinceMs = Infinity
    const stopping = this.#collector.stop()
    await this.world.advance(afterMs)
    if (this.#troubles.isIn('disk')) this.#forgetUnsaved()
    await this.world
      .run(() => Promise.all([stopping, this.#begin()]))
      .catch((error: unknown) => this.#excuse(error))
    if (!this.isRunning && !this.#troubles.isIn('disk'))
      this.#fail('the last call wins', `Started during a stop, the collector is ${this.#collector.state}`)
  }

  /** The process ends cleanly and a new one starts on the same disk, with other settings if wanted. */
  async restartProcess(settings: Partial<RigSettings> = {}): Promise<void> {
    await this.stop()
    const before = this.#settings.sinks
    this.#settings = { ...this.#settings, ...settings }
    for (const kind of before)
      if (!this.#settings.sinks.includes(kind) && this.#ran.has(kind) && this.#isRemembered(kind))
        this.#offSinceMs.set(kind, this.world.nowMs)
    for (const kind of this.#settings.sinks) if (!before.includes(kind)) this.#switchedOn(kind)
    this.#config = configOf(this.#slots, this.#settings)
    this.#beginProcess()
    await this.start()
  }

  /** The configuration becomes another one, or nothing that can be used, while the collector runs. */
  async reload(settings: Partial<RigSettings> | null): Promise<ReloadReport> {
    return await this.world.run(() => this.#reload(settings))
  }

  /** The same, and nobody waits for it. */
  beginReload(settings: Partial<RigSettings>): void {
    void this.#reload(settings)
  }

  async #reload(settings: Partial<RigSettings> | null): Promise<ReloadReport> {
    this.#toRead = settings === null ? null : { ...this.#settings, ...settings }
    const report = await this.#collector.reload()
    this.marks.add(`a reload ${report.result}`)
    return report
  }

  /** What is asked for while a reload is under way is read by the next one. Sinks may be given something before it is over. */
  #readAgain(): RigSettings {
    if (this.#toRead === null) throw new Error('collector.yaml, line 1: no key of this name')
    for (const kind of this.#toRead.sinks) if (!this.#settings.sinks.includes(kind)) this.#switchedOn(kind)
    return this.#toRead
  }

  #goesOnBy(next: RigSettings): void {
    for (const kind of this.#settings.sinks)
      if (!next.sinks.includes(kind) && this.#ran.has(kind)) this.#offSinceMs.set(kind, this.world.nowMs)
    for (const kind of next.sinks) this.#ran.add(kind)
    // What a sink held when it came the counters of the process do not say.
    if (next.sinks.join() !== this.#settings.sinks.join()) this.#counters.blurred()
    this.#settings = next
    this.#config = configOf(this.#slots, next)
  }

  /** What could never be saved, the next process cannot know: that a sink was on while the disk took nothing. */
  #isRemembered(kind: SinkKind): boolean {
    const saved = savedSinks(this.world.fileSystem.contents(`${STATE}/positions.json`))
    return saved.has(SINK_NAMES[kind]) || !this.#troubles.isIn('disk')
  }

  /** One that was off for less than a day gets what came meanwhile; any other goes on anywhere. */
  #switchedOn(kind: SinkKind): void {
    const offSinceMs = this.#offSinceMs.get(kind) ?? -Infinity
    const isRemembered = this.world.nowMs - offSinceMs < REMEMBERED_MS
    this.marks.add(isRemembered ? 'a sink switched on again' : 'a sink switched on')
    if (isRemembered) return
    for (const { check } of this.#deliveries(this.engine.containers, [kind])) {
      check.join()
      this.#joined.add(check)
    }
  }

  /** The process is dead at once, or the machine with its disk. What starts next is a new one on what is left. The engine goes on. */
  crash(kind: CrashKind): void {
    this.world.crash({ kind })
    this.#runningSinceMs = Infinity
    this.#troubles.end('stdout')
    this.#mayRepeat()
    this.#mayRepeatBehindHole()
    const positions = this.world.fileSystem.contents(`${STATE}/positions.json`)
    const saved = savedRecords(positions)
    // That a sink was on only the disk tells the next process.
    const known = savedSinks(positions)
    for (const sink of this.#ran) if (!known.has(SINK_NAMES[sink])) this.#ran.delete(sink)
    if (OPEN_LINE.test(Buffer.from(positions).toString()))
      this.marks.add('a crash with an open line in the position')
    for (const container of this.engine.everyContainer) {
      const check = this.#files.of(container)
      const { held, records } = check
      const { length } = this.#contents(container)
      if (records > (saved.get(container.id) ?? 0)) {
        this.marks.add('a crash between delivery and commit')
        check.allowTornReturn()
        this.#tornReturns.add(check)
      }
      if (length < held) this.marks.add('a crash that took something of a file')
      if (container.state === 'removed') this.#mayLack(container, saved.get(container.id) ?? 0)
      // Of what the engine has lost by now nothing may be written any more that would show it.
      else if (length < held) check.rewind(length)
    }
    this.#forgetUnsaved()
    this.#beginProcess()
    this.#counters.blurred()
  }

  /**
   * A power cut may have taken what was written of a container that is gone, and nobody can read it again: but not what a position on the disk counts.
   * @param saved records before that position
   */
  #mayLack(container: SimulatedContainer, saved: number): void {
    const check = this.#files.of(container)
    const { length } = this.#contents(container)
    if (length >= check.held) return
    this.#toHold.set(container, Math.min(saved, check.records))
    check.rewind(length)
  }

  #assertHeld(): void {
    for (const [container, records] of this.#toHold) {
      const check = this.#files.of(container)
      if (check.records < records && !this.#joined.has(check))
        this.#fail(
          'I7 files are whole in the end',
          `${container.name} is gone, ${records} of its records were saved, and its file holds ${check.records}`,
        )
    }
  }

  /** The positions may not be those of what was delivered. */
  #mayRepeat(): void {
    this.#stdout.crashed()
    this.#network.crashed()
    const checks = this.engine.everyContainer.flatMap((container) => this.#checks(container))
    this.#heldAtCrash = new Map(checks.map((check) => [check, check.records]))
  }

  /**
   * A file may hold lines behind some that the engine passed over and that no position tells of. Who reads the log again finds these before those, and
   * they can only be appended, with all that follows.
   */
  #mayRepeatBehindHole(): void {
    for (const container of this.engine.containers) {
      const isRecent = ({ cause, atMs }: LostMessages): boolean =>
        isPassedOver(cause) && atMs >= this.#begunMs
      if (!container.log.lost.losses.some(isRecent)) continue
      this.#allowReturn(this.#files.of(container))
    }
  }

  async advance(ms: number): Promise<void> {
    await this.world.advance(ms)
  }

  /** To be called when something was put wrong that delays reading: with a container, or, without a name, with the engine. */
  disturbed(container?: string): void {
    this.#troubles.begin(container === undefined ? 'engine' : `container ${container}`)
    this.#holdUps += 1
  }

  /** From now on a container may stay unknown until it is listed again, which I6 does not speak of; nor is health good meanwhile. */
  findsLate(trouble: Disposable): void {
    this.#losesEvents = true
    this.#troubles.begin('discovery', trouble)
  }

  /** Something is wrong with the disk, or with the file of one container alone, until it is calmed. */
  disturbDisk(fault: FileFault, scope: FileFaultScope & { readonly container?: string } = {}): void {
    const { container, ...rest } = scope
    const path = container === undefined ? scope.path : new RegExp(`/${container}-`)
    const trouble = this.world.fileSystem.disturb(fault, { ...rest, path })
    this.#troubles.begin(container === undefined ? 'disk' : `file ${container}`, trouble)
    this.#mayBeTorn = true
    this.#counters.blurred()
    if (fault.kind === 'hang') this.#hungDisk.push(trouble)
    if (fault.kind === 'hang' && container !== undefined) this.#takesWorker(container)
    if (this.isRunning) this.marks.add('a disk in trouble')
  }

  /** The disk does what it is asked again. */
  mendDisk(): void {
    this.#troubles.end('disk')
    for (const name of this.#kinds.keys()) this.#troubles.end(`file ${name}`)
    this.#workersAreFree()
  }

  /** A write to a file cannot be given up. Where every worker has one that hangs, all others wait for it: that is the one write of I15. */
  #takesWorker(container: string): void {
    this.#hungFiles.add(container)
    if (this.#hungFiles.size >= this.#settings.workers) this.#troubles.begin(WORKERS)
  }

  #endHangs(): void {
    for (const hang of this.#hungDisk.splice(0)) hang[Symbol.dispose]()
    this.#workersAreFree()
  }

  #workersAreFree(): void {
    this.#hungFiles.clear()
    this.#troubles.end(WORKERS)
  }

  /** Nobody reads standard output. */
  pauseStdout(): void {
    this.#troubles.begin('stdout', this.#ports.output.pause())
    if (this.isRunning) this.marks.add('standard output unread')
  }

  get hasStdout(): boolean {
    return this.#settings.sinks.includes('stdout')
  }

  resumeStdout(): void {
    this.#troubles.end('stdout')
  }

  /** Whether the id of a record was given to another one. */
  get renumbered(): boolean {
    return this.#network.renumbered
  }

  get hasNetwork(): boolean {
    return this.#settings.sinks.includes('network')
  }

  /** The service answers otherwise than it should. */
  disturbNetwork(mood: Mood): void {
    this.#network.become(mood)
    this.#troubles.begin('network')
    if (this.isRunning) this.marks.add(`a service: ${mood}`)
  }

  mendNetwork(): void {
    this.#network.become('well')
    this.#troubles.end('network')
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

  /** A snapshot of a log that is followed at the same time settles a doubt about what the stream brings. */
  #noteOpening(id: string, { follow, isUsual }: { follow: boolean; isUsual: boolean }): () => void {
    const openedMs = this.world.nowMs
    if (!isUsual && this.#follower(id) !== undefined) this.marks.add('a snapshot beside a followed stream')
    return follow ? () => this.#noteClosing(id, this.world.nowMs - openedMs) : () => {}
  }

  #follower(id: string): Wire | undefined {
    return [...(this.engine.find(id)?.wires ?? [])].find(({ follow }) => follow)
  }

  /** A stream that is given back at the age at which it is rotated. */
  #noteClosing(id: string, ageMs: number): void {
    const intervalMs = this.#settings.rotationIntervalMs
    if (ageMs < 0.8 * intervalMs || ageMs > intervalMs) return
    if (this.#follower(id)?.isBlocked === true) this.marks.add('a rotation while blocked')
    if (this.engine.find(id)?.expected.hasOpenLine === true) this.marks.add('a rotation within a line')
  }

  /** The next opening of the container's log, or the next one that follows it, is answered as it is given up. */
  answersLate(name: string, which: { readonly follow: boolean }): void {
    this.#late.next(this.engine.container(name).id, which)
  }

  /** The engine is there again; what is wrong with its streams still is. */
  comeBack(): void {
    this.engine.comeBack()
    this.#troubles.mended()
  }

  /** Everything that was put wrong is right again. */
  calm(): void {
    this.#late.end()
    this.engine.calm()
    if (this.engine.availability !== 'up') this.engine.comeBack()
    this.#troubles.endAll()
    this.mendNetwork()
    this.#workersAreFree()
  }

  /**
   * What the sinks in use do not hold of what the engine has not lost, a sentence each. A container that was removed took with it what was not read: of
   * it they hold a prefix, which I7 sees to.
   */
  undelivered(): string[] {
    const inFiles = this.#settings.sinks.includes('files') ? this.#files.incomplete() : []
    const elsewhere = this.#deliveries()
      .filter(({ sink, check }) => sink !== 'local_file' && check.owes)
      .map(({ sink, container, check }) => `${container.name}: line ${check.owed} is missing, sink ${sink}`)
    return [...inFiles, ...elsewhere]
  }

  /**
   * The end of every run. Safety held up to here; now liveness: with all faults gone everything stored is delivered within a deadline, and
   * then a stop leaves nothing behind.
   */
  async finish(): Promise<void> {
    this.#isEnding = true
    this.calm()
    for (const container of this.engine.containers) writeLastLine(container)
    await this.start()
    // What is short-lived ends, and the disk is quick again: nothing is written any more when the stop is over.
    await this.advance(SLOW_DISK_MS)
    await this.#untilDelivered()
    await this.stop()
    this.#failWith('I10 each loss is told in the end', this.#told.untold)
    if (!this.#settings.sinks.includes('files')) return
    for (const container of this.engine.containers) this.#assertExact(container)
    this.#assertHeld()
  }

  /** The length was compared while time passed; a power cut could have put other bytes in their place. */
  #assertExact(container: SimulatedContainer): void {
    const check = this.#files.of(container)
    if (this.#joined.has(check)) return
    const contents = this.#contents(container)
    // Between lines that a power cut left and that never come again, because the engine has lost them, nobody can mend what it took.
    if (contents.includes(0) && container.log.lost.losses.length > 0) return
    const again = new OutputCheck(container)
    for (let times = 0; times < (this.#returns.get(check) ?? 0); times++) again.allowReturn()
    if (this.#tornReturns.has(check)) again.allowTornReturn()
    const wrong = again.take(contents)
    if (wrong !== undefined || again.owes)
      this.#fail(
        'I7 files are whole in the end',
        `the file of ${container.name} has the length of its output and ${wrong ?? 'lacks lines'}`,
      )
  }

  async #untilDelivered(): Promise<void> {
    const deadlineMs = this.world.nowMs + DELIVERY_DEADLINE_MS
    while (this.undelivered().length > 0) {
      if (this.world.nowMs > deadlineMs) {
        const missing = this.undelivered().join('\n')
        this.#fail(
          'I7 everything is delivered in the end',
          `Not delivered ${DELIVERY_DEADLINE_MS} ms after the last fault:\n${missing}`,
        )
        return
      }
      // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
      await this.world.advance(1000)
    }
  }

  /** What the metrics of the process tell. A task that failed is a defect whatever came of it. */
  #noteMarks(samples: readonly Sample[]): void {
    if (samples.some(({ name, value }) => name === TASK_FAILURES && value > 0))
      this.#fail('no task fails', `these failed:\n${this.#errorsLogged().join('\n')}`)
    for (const mark of marksIn(samples, METRIC_MARKS)) this.marks.add(mark)
  }

  #errorsLogged(): string[] {
    const errors = this.#ports.logger.entries.filter(({ level }) => level === 'error')
    return errors.map(({ fields, message }) => `${message}: ${inspect(fields)}`)
  }

  /** Something is wrong for minutes that no line waits for. */
  assertUnhealthy(what: string): void {
    if (this.#health().isGood)
      this.#fail('I12 health tells what keeps positions or lists from being right', `health is good: ${what}`)
  }

  /** What was written last of a container to standard output is of the name that it has now. */
  assertNamed(name: string): void {
    const written = this.#stdout.lastNameOf(this.engine.container(name))
    if (written !== name)
      this.#fail('I7 records are of the name that the container has', `${name} is called ${written}`)
  }

  /** A container that is removed was read before that, all of it. */
  assertReadToItsEnd(name: string): void {
    for (const container of this.engine.everyContainer.filter((each) => each.name === name))
      if (this.#reached(container) < container.expected.lines)
        this.#fail('I7 everything is delivered in the end', `${name} was gone before it was read`)
  }

  /** @throws Error unless that is not to be checked */
  #fail(check: MomentaryCheck, found: string): void {
    if (this.world.isChecked(check)) throw new Error(`${check} does not hold: ${found}`)
  }

  #failWith(check: MomentaryCheck, found: string | undefined): void {
    if (found !== undefined) this.#fail(check, found)
  }

  #contents({ name, id }: SimulatedContainer): Uint8Array {
    return this.world.fileSystem.contents(`${LOGS}/${name}-${id.slice(0, 12)}.log`)
  }

  #beginProcess(): void {
    this.#begunMs = this.world.nowMs
    this.#toRead = this.#settings
    this.#beginReading()
    this.#ports = this.#newPorts()
    this.#collector = this.#newCollector()
    this.#counters = this.#newCounters()
  }

  /** Who reads from now on remembers what the positions hold. */
  #beginReading(): void {
    for (const container of this.engine.containers)
      this.#readBefore.set(container, messagesOf(container, this.#reached(container)))
    this.#mayReadAgain()
  }

  #newCollector(): Collector {
    let read = this.#settings
    return createCollector(this.#config, this.#ports, {
      recordLocations: false,
      sinks: (ports) => (read.sinks.includes('network') ? [this.#network.sink(ports)] : []),
      readConfig: async () => configOf(this.#slots, (read = this.#readAgain())),
      onReloaded: () => this.#goesOnBy(read),
    })
  }

  #newPorts(): VirtualPorts {
    const own = this.world.ports()
    const ports = { ...own, engine: this.#late.of(own.engine) }
    ports.output.onWrite = (bytes) => this.#stdout.take(bytes)
    ports.logger.onEntry = (entry) => {
      this.onLog(entry)
      const mark = LOG_MARKS.get(entry.message)
      if (mark !== undefined) this.marks.add(mark)
      this.#told.logged(entry, (container) => this.#knownOf(container))
    }
    return ports
  }

  #newCounters(): Counters {
    const counters = new Counters(() => this.#deliveries(this.engine.everyContainer))
    if (this.#mayBeTorn || this.#mayStillRepeat || this.#hasReturns) counters.blurred()
    const deliveries = this.#deliveries(this.engine.everyContainer)
    if (this.#spoolFiles() > 0 && deliveries.some(({ check }) => check.mayGrow)) counters.behind()
    return counters
  }

  /** Whether something that a sink held at a crash may not be behind the position that is saved. */
  get #mayStillRepeat(): boolean {
    return [...this.#heldAtCrash].some(([check, held]) => check.records <= held)
  }

  #skipped(sink: string, lines: SkippedLines): void {
    this.marks.add('lost lines left out')
    this.#told.skipped(sink, lines)
  }

  /** Lines of which the sink that is ahead has no more to come. */
  #reached(container: SimulatedContainer): number {
    return Math.max(...this.#checks(container).map(({ reached }) => reached))
  }

  /** The same as far as the collector knows for certain: after a crash its position may lie anywhere before. */
  #knownOf(container: SimulatedContainer): number {
    return this.#heldAtCrash.has(this.#files.of(container)) ? 0 : this.#reached(container)
  }

  #checks(container: SimulatedContainer): OutputCheck[] {
    return [this.#files.of(container), this.#stdout.of(container), this.#network.of(container)]
  }

  /** @throws the error, unless it is the disk's */
  #excuse(error: unknown): void {
    if (!isOfDisk(error) || !this.#troubles.isIn('disk')) throw error
  }

  async #begin(): Promise<void> {
    const wasRunning = this.isRunning
    if (!wasRunning) this.#beginReading()
    await this.#collector.start()
    for (const kind of this.#settings.sinks) this.#ran.add(kind)
    if (!wasRunning) this.#runningSinceMs = this.world.nowMs
  }

  /** What each sink in use is to have. */
  #deliveries(
    containers: readonly SimulatedContainer[] = this.engine.containers,
    sinks: readonly SinkKind[] = this.#settings.sinks,
  ): Delivery[] {
    return containers.flatMap((container) => {
      const checks = this.#checks(container)
      return SINK_KINDS.flatMap((kind, index) =>
        sinks.includes(kind) ? [{ sink: SINK_NAMES[kind], container, check: checks[index]! }] : [],
      )
    })
  }

  /** Where a follower may pass over a rotated file a search may be in vain, which shows only when as many messages have passed as were asked for. */
  #vainSearches(): number {
    return this.#logRotation === null ? 0 : 1
  }

  /** The spool is written to, and each sink reads it for itself. One that was needed stays for as long as it holds anything for a sink that is off. */
  #spoolFiles(): number {
    const { sinks } = this.#settings
    const hasSpool = sinks.length > 1 || this.hasNetwork || this.#offSinceMs.size > 0
    return hasSpool ? 1 + sinks.length : 0
  }

  /** Logs that are read from their files. */
  #logFiles(): number {
    const { maxOpenLogs, source } = this.#config.containerMonitor
    return source === 'api' ? 0 : maxOpenLogs
  }

  /** I8 is asked at every stop. */
  #watch(): void {
    const { world } = this
    const { containerMonitor, sinks } = this.#config
    const { maxConcurrentStreams: slots } = containerMonitor.streamRotation
    streamsWithinCapacity(world, { capacity: slots })
    filesWithinLimit(world, {
      limit: () => sinks.localFile.maxOpenFiles + OTHER_FILES + this.#spoolFiles() + this.#logFiles(),
    })
    // What a slow disk was asked cannot be taken back: who waits for it is joined too late. That nothing is left in the end is asked at every stop.
    noOrphanedTasks(world, { orphans: () => (this.#isDiskSlow ? [] : this.#collector.tasks.orphans()) })
    readsEndInTime(world, containerMonitor)
    callsEndInTime(world, containerMonitor)
    streamsRotateInTime(world, {
      intervalMs: LONGEST_ROTATION_MS,
      closeTimeoutMs: containerMonitor.closeTimeoutMs,
      heldUpMs: () =>
        this.#settings.rotationIntervalMs -
        LONGEST_ROTATION_MS +
        (this.#holdUps + this.#vainSearches()) * 2 * containerMonitor.readTimeoutMs,
    })
    waitsAreBounded(world, { slots, ...containerMonitor, isFollowed: () => this.#waitsCount() })
    world.invariant('I7 standard output holds what was stored', () => this.#stdout.found)
    world.invariant('I7 the service holds what was stored', () => this.#network.found)
    world.invariant('I10 each loss is told, and no other', () => this.#told.found)
    every(world, 'I10 what was not read before it was removed is told', LOOK_MS, () => this.#missedLives())
    every(world, 'I13 the gauges tell what is open', LOOK_AT_GAUGES_MS, () => this.#gaugesWrong())
    every(world, 'I16 logs are not opened without a pause', LOOK_AT_GAUGES_MS, () => this.#openedTooOften())
    every(world, 'I14 memory is bounded', LOOK_MS, () => this.#heldTooMuch())
    this.#watchDeliveries()
  }

  /** Of a container that came and went while the collector ran, and could know of it. */
  #missedLives(): undefined {
    for (const [container, addedMs] of this.#shortLives) {
      const removed = container.log.lost.losses.find(({ cause }) => cause === 'removed')
      // With fewer slots than there are urgent ones it is looked for once more when it is its turn.
      const withinMs = MISSED_WITHIN_MS + this.#waitBoundMs()
      if (removed === undefined || this.world.nowMs - removed.atMs < withinMs) continue
      this.#shortLives.delete(container)
      this.marks.add('a short life over')
      // Of an engine that was away the collector may know only then that it is back.
      const knownMs = this.#troubles.calmSinceMs() + this.#config.containerMonitor.reconnectIntervalMs
      const couldKnowMs = Math.max(this.#runningSinceMs, knownMs)
      const reached = this.#reached(container)
      const couldRead = container.expected.lines - this.#mayBeOmitted
      if (this.#losesEvents || couldKnowMs > addedMs || reached >= couldRead) continue
      this.#told.missed(container)
    }
  }

  /** Of the look before: the metrics are made while everything else waits. */
  #gaugesWrong(): string | undefined {
    if (this.#collector.pool.waiting > 0) this.marks.add('a pool that is full')
    if (this.#spoolFiles() > 0 && this.isRunning) this.marks.add('a spool in use')
    const { ledger } = this.world
    const files = ledger.count('file')
    const { metrics, pool } = this.#collector
    // A slot is held a little longer than its stream, and where the log is polled what is open in it is a snapshot. A stream may be open of which the answer is late.
    const unanswered = this.#late.unanswered + ledger.list('call').filter(isOpening).length
    const streams = [ledger.count('log-stream') - unanswered, pool.active] as const
    wrongGauge(() => metrics.samples(), {
      streams,
      files: [files - OTHER_FILES - this.#spoolFiles(), files],
      gone: this.#gone(),
    }).then(
      (wrong) => (this.#wrongGauge ??= wrong),
      (error: unknown) => (this.#wrongGauge ??= messageOf(error)),
    )
    return this.#wrongGauge
  }

  /** Containers that the process must have let go of by now: nothing was wrong since they went. */
  #gone(): string[] {
    const { nowMs } = this.world
    for (const container of this.engine.everyContainer)
      if (container.state === 'removed' && !this.#goneSinceMs.has(container))
        this.#goneSinceMs.set(container, nowMs)
    const sinceMs = Math.max(this.#runningSinceMs, this.#troubles.calmSinceMs())
    if (this.#losesEvents) return []
    const longGone = [...this.#goneSinceMs].filter(([, ms]) => ms > sinceMs && nowMs - ms > LET_GO_MS)
    return longGone.map(([{ id }]) => id.slice(0, 12))
  }

  /** Logs that were opened more often since the last look than the back-off allows, and the search for what cannot be read. */
  #openedTooOften(): string | undefined {
    let wrong: string | undefined
    for (const container of this.engine.everyContainer) {
      const { logsFollowed, logsOpened, name } = container
      const before = this.#opens.get(container) ?? { logsFollowed: 0, logsOpened: 0 }
      this.#opens.set(container, { logsFollowed, logsOpened })
      const [followed, opened] = [logsFollowed - before.logsFollowed, logsOpened - before.logsOpened]
      if (followed > FOLLOWS_MAX || opened > OPENS_MAX)
        wrong = `the log of ${name} was opened ${opened} times in ${LOOK_AT_GAUGES_MS} ms, ${followed} times to follow it`
    }
    return wrong
  }

  /**
   * The bound is on what is counted; what is really held may be a quarter more. With a spool each sink may hold as much again of what it was given from there: those
   * that are at different places share nothing.
   */
  #heldTooMuch(): string | undefined {
    const { real } = this.#collector.heldBytes()
    const holders = this.#spoolFiles() === 0 ? 1 : 1 + this.#settings.sinks.length
    const bound = 1.25 * holders * this.#settings.queueBytesMax
    return real <= bound ? undefined : `${real} bytes are held, of ${bound}`
  }

  /** Messages that a follow which ended well may lack: where the container is removed by then, nobody can ask for them, nor know of them. */
  get #mayBeOmitted(): number {
    return this.engine.personality.omitsLastMessagesChance > 0 ? 2 : 0
  }

  #watchDeliveries(): void {
    const { world } = this
    positionsAreFresh(world, {
      path: `${STATE}/positions.json`,
      checkpointIntervalMs: () => this.#settings.checkpointIntervalMs + this.#syncsMs(),
      delivered: () => this.#delivered(),
      undisturbedSinceMs: () => this.#acknowledgedSinceMs(),
    })
    deliveriesGoOn(world, {
      expected: () => this.#deliveries().filter((delivery) => !this.#mayBeOpen(delivery)),
      undisturbedSinceMs: ({ sink, container: { name } }) => this.#deliverableSinceMs(sink, name),
      boundMs: () => 2 * this.#waitBoundMs() + this.#config.containerMonitor.resyncIntervalMs + DELIVERY_MS,
      runningSinceMs: () => this.#runningSinceMs,
      calmSinceMs: () => this.#troubles.calmSinceMs(),
      mendedMs: () => this.#troubles.mendedMs,
      health: () => this.#health(),
    })
  }

  /** A write that was torn is acknowledged only when it was repeated, which is after its back-off. */
  #acknowledgedSinceMs(): number {
    const calmMs = this.#troubles.calmSinceMs('disk', ...this.#filesInTrouble()) + DELIVERY_MS
    return Math.max(this.#runningSinceMs, this.#troubles.calmSinceMs('stdout', 'network', WORKERS), calmMs)
  }

  /** Whether a sink waits for a line that only the next message shows to be over. */
  #mayBeOpen({ container, check }: Delivery): boolean {
    return this.#kinds.get(container.name) === 'open lines' && check.owed === container.expected.lines - 1
  }

  #health(): { isGood: boolean; detail: string } {
    const { status, checks } = this.#collector.health()
    const bad = Object.entries(checks).filter(([, { ok }]) => !ok)
    return {
      isGood: status === 'healthy',
      detail: bad.map(([name, { detail }]) => `${name}: ${detail}`).join('; '),
    }
  }

  /** How long it takes to sync every file there may be, and their directories. */
  #syncsMs(): number {
    return (this.engine.everyContainer.length + 3) * this.#syncMs
  }

  /** Whether the disk may still be at something it was asked while it was in trouble. */
  get #isDiskSlow(): boolean {
    return this.world.nowMs - this.#troubles.calmSinceMs('disk', ...this.#filesInTrouble()) < SLOW_DISK_MS
  }

  #filesInTrouble(): string[] {
    return [...this.#kinds.keys()].map((name) => `file ${name}`)
  }

  /**
   * Records that every sink in use holds, by container. What it held at a crash the collector knows of only once it has delivered more,
   * and never if the engine has lost it since.
   */
  #delivered(): Map<string, number> {
    const delivered = new Map<string, number>()
    const deliveries = this.#deliveries()
    for (const { container, check } of deliveries)
      delivered.set(container.id, Math.min(check.records, delivered.get(container.id) ?? Infinity))
    for (const { container, check } of deliveries) {
      const before = this.#heldAtCrash.get(check)
      if (before === undefined) continue
      if (check.records <= before || container.log.lost.losses.length > 0) delivered.delete(container.id)
    }
    return delivered
  }

  #deliverableSinceMs(sink: string, container: string): number {
    // With more than one sink, or the network, what is read goes to the disk first.
    const ways = ['engine', 'disk', `container ${container}`]
    if (sink === SINK_NAMES.files) ways.push(WORKERS, `file ${container}`)
    else ways.push(sink)
    return Math.max(this.#runningSinceMs, this.#troubles.calmSinceMs(...ways))
  }

  /** I6 speaks of a collector that runs, on an engine that does what it is asked: for as long as the longest bound there can be. */
  #waitsCount(): boolean {
    const undisturbedSinceMs = Math.max(this.#runningSinceMs, this.#troubles.calmSinceMs())
    const boundMs = this.#waitBoundMs()
    // No slot is waited for by who reads files.
    if (this.#settings.source !== 'api') return false
    return !this.#losesEvents && this.isRunning && this.world.nowMs - undisturbedSinceMs > boundMs
  }

  /** How long a container may wait for its turn. */
  #waitBoundMs(): number {
    const { slotTurnMs, openTimeoutMs } = this.#config.containerMonitor
    return Math.ceil(this.engine.containers.length / this.#slots) * (slotTurnMs + openTimeoutMs) + 1000
  }
}

/** Messages of so many lines of a container, and of others between them. */
function messagesOf({ expected }: SimulatedContainer, lines: number): number {
  return lines === 0 ? 0 : expected.line(lines - 1).messages.at(-1)! + 1
}

function isOpening({ description }: LedgerEntry): boolean {
  return description.startsWith('open log of ')
}

/**
 * Whether the active file of the log begins within a line: emptied, it takes the end of that line with it, and on a TTY the next line then looks like what
 * continues it. Left out: nothing but the stamp could tell.
 */
function beginsWithinLine({ expected, log }: SimulatedContainer): boolean {
  const { before } = log.active
  for (let index = expected.lines - 1; index >= 0; index--) {
    const [first = 0] = expected.line(index).messages
    if (first <= before) return first < before && expected.line(index).messages.includes(before)
  }
  return false
}

/** A process that ended in mid-line, unseen, left a line that only the next message shows to be over. So there is a next one. */
function writeLastLine(container: SimulatedContainer): void {
  container.setBehaviour({ kind: 'silent' })
  if (container.running) container.writeNumberedLine()
}

/** Also one that was told in a sentence. */
function isOfDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && DISK_CODES.has(String(error.code))) || isOfDisk(error.cause)
}

const TASK_FAILURES = 'log_capturer_task_failures_total'
/** In the text of saved positions. */
const OPEN_LINE = /"partials":\s*\[\s*\{/
/** Long enough for the ends to arrive. */
const SHUTDOWN_MS = 10
/** What is in trouble when none of them is left. */
const WORKERS = 'workers'
const STOP_LIMIT_MS = 10_000
const EQUAL_LINES: ReadonlySet<string> = new Set(['empty-lines', 'long-line', 'cut-character', 'write'])
const SINK_NAMES: Readonly<Record<SinkKind, string>> = {
  files: 'local_file',
  stdout: 'stdout',
  network: 'network',
}
/** How long the collector remembers a sink that is switched off. */
const REMEMBERED_MS = 86_400_000
const DISK_CODES: ReadonlySet<string> = new Set(['EIO', 'ENOSPC'])
const SYNCS = { operations: ['sync', 'syncDirectory'] } as const
/** From a turn at a log to its lines in a sink, retries included. */
const DELIVERY_MS = 40_000
const LOOK_MS = 5000
/** Seldom: making the text of all metrics costs as much as some ten events. */
const LOOK_AT_GAUGES_MS = 60_000
/** Time to notice that a container is gone, to write what is open of it, and to forget it. */
const LET_GO_MS = 45_000
/** Turns of five seconds, restarts of the process and delays that grow are far below; a loop without a delay is far above. */
const FOLLOWS_MAX = 300
/** Some ten proofs a second, and a hundred opens for each loss, are below. */
const OPENS_MAX = 2000
/** Time for what was read to be delivered, and for what was missed to be told. */
const MISSED_WITHIN_MS = 20_000
/** Slower syncs may keep a stop from saving in time. */
const SLOW_SYNC_MS = 100
/** What a slow disk needs to end what was begun and cannot be taken back, such as saving positions. */
const SLOW_DISK_MS = 5000
const LONGEST_ROTATION_MS = 300_000
/** Positions being written and their directory. */
const OTHER_FILES = 4
/**
 * Read timeout, close deadline, back-off and a turn for everyone, each once: what a stream that hung until now can cost before it is read on.
 */
const DELIVERY_DEADLINE_MS = 300_000
