import { parseConfig } from '../../reference/config/parse-config.ts'
import type { CollectorConfig } from '../../reference/config/config.ts'
import { messageOf } from '../../reference/errors.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import {
  faults,
  InvariantViolation,
  SimulatedSink,
  World,
  type WorldOptions,
} from '../../simulators/index.ts'
import {
  filesWithinLimit,
  leftBehind,
  noOrphanedTasks,
  readsEndInTime,
  sinkHoldsPrefix,
  streamsRotateInTime,
  streamsWithinCapacity,
  waitsAreBounded,
  type SinkPrefix,
} from '../../simulators/invariants.ts'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { auditText } from '../audit/output-audit.ts'
import { LineAudit, type LineCounts, type WasRead } from '../audit/line-audit.ts'
import type { LineDelays } from '../audit/line-delays.ts'
import { collectorYaml, tailedFile } from '../collector-settings.ts'
import type { Observations, StopObservation } from '../observations.ts'
import type { OperatedSubject } from '../operator/operated-subject.ts'
import { Operator } from '../operator/operator.ts'
import {
  CLOCK_STEP_MS,
  containerCount,
  isOperated,
  lastsSeconds,
  type DisturbanceKind,
  type Phase,
} from '../phase.ts'
import { ANY_KIND } from '../subjects/sink-kinds.ts'
import { newlyOpen } from '../probes/newly-open.ts'
import { SeriesRecorder } from '../probes/series-recorder.ts'
import { rotationsInAll } from '../probes/subject-observer.ts'
import { readMetrics, SILENT_SUBJECT, type SubjectSample } from '../probes/subject-probe.ts'
import { addBrief, addWorkload, type AddedWorkload } from '../simulated/add-workload.ts'
import { REFERENCE_METRICS, REFERENCE_NAME } from '../subjects/reference.ts'
import { briefName, workloadsOf, type Workload } from '../workload.ts'
import { Disturber, type DisturbanceActions, type Operate } from './disturber.ts'
import type { EngineRun, PhaseEngine, RunOptions } from './phase-engine.ts'
import { openByPlace, sentByEngine, watchDelays, writtenLines } from './virtual-watch.ts'
import { NEVER } from '../../reference/lifecycle/abort-listener.ts'

/** Phases in virtual time: the reference collector in a {@link World}, with the invariants checked after every event. */
export function openVirtualEngine(): PhaseEngine {
  return {
    name: 'virtual',
    subject: REFERENCE_NAME,
    defect: process.env['WATERTIGHT_DEFECT'] ?? null,
    run: (phase, options) => new VirtualRun(phase, options).run(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

class VirtualRun {
  readonly #phase: Phase
  readonly #options: RunOptions
  readonly #world: World
  readonly #yaml: string
  readonly #config: CollectorConfig
  readonly #workloads: readonly Workload[]
  #added: readonly AddedWorkload[] = []
  readonly #brief: string[] = []
  readonly #livesOfEach = new Map<string, number>()
  #collector: Collector
  /** What is shipped to besides; `null` where nothing is. */
  readonly #sink: SimulatedSink | null
  readonly #restarts: number[] = []
  readonly #operator: Operator | null
  readonly #disturber: Disturber
  readonly #recorder = new SeriesRecorder()
  readonly #violations: string[] = []
  readonly #sampledAtMs: number[] = []
  #openAtStart: ReadonlyMap<string, number> = new Map()
  #newlyOpen: readonly string[] = []
  #latest: SubjectSample = SILENT_SUBJECT
  #stuck = false

  constructor(phase: Phase, options: RunOptions) {
    this.#phase = phase
    this.#options = options
    this.#world = new World({
      seed: options.seed,
      ...costsOf(phase, options.compress),
      ...(phase.descriptorLimit !== undefined && {
        fileSystem: { descriptorLimit: phase.descriptorLimit },
      }),
    })
    this.#yaml = collectorYaml(PLACE, {
      slots: phase.slots,
      compress: options.compress,
      isOperated: isOperated(phase),
      ships: phase.ships === true,
      descriptorLimit: phase.descriptorLimit,
    })
    this.#config = parseConfig(this.#yaml, { file: 'the phase', env: {} })
    this.#workloads = workloadsOf(phase, options.compress, 'wt')
    this.#collector = createCollector(this.#config, this.#world.ports())
    this.#sink = phase.ships === true ? new SimulatedSink(this.#world, { format: ANY_KIND }) : null
    if (this.#sink !== null) this.#world.sinks[PLACE.sinkUrl] = this.#sink
    this.#operator = isOperated(phase)
      ? new Operator(this.#operatedSubject(), {
          prefix: 'wt',
          streams: Math.min(containerCount(phase), phase.slots),
        })
      : null
    this.#disturber = new Disturber(phase, this.#disturbanceActions(), this.#operate())
  }

  /** The user wants no more than what was seen so far. */
  get #isStopped(): boolean {
    return this.#options.stop?.aborted === true
  }

  async run(): Promise<EngineRun> {
    const { progress } = this.#options
    using checks = new DisposableStack()
    const prefix = this.#watchInvariants(checks)
    const delays = checks.use(watchDelays(this.#world, PLACE.outDir))
    this.#startContainers()
    await this.#watched(() => this.#untilStreamsAreOpen())
    await this.#watched(() => this.#sampleWhileTheClockRuns())
    progress.step('waiting for the last lines')
    this.#endContainers()
    await this.#watched(() => this.#untilDelivered(prefix))
    progress.step('stopping the collector')
    const stop = await this.#stop()
    return {
      observations: this.#observations(stop, delays),
      virtualSeconds: this.#world.nowMs / 1000,
      traceHash: this.#world.traceHash,
      interrupted: this.#isStopped,
      faults: this.#disturber.faults,
      configuration: this.#yaml,
    }
  }

  /** I8 is asked at the end. */
  #watchInvariants(checks: DisposableStack): SinkPrefix {
    const world = this.#world
    const { containerMonitor, sinks } = this.#config
    const { intervalMs, maxConcurrentStreams: slots } = containerMonitor.streamRotation
    checks.use(streamsWithinCapacity(world, { capacity: slots }))
    checks.use(filesWithinLimit(world, { limit: () => sinks.localFile.maxOpenFiles + OTHER_FILES }))
    checks.use(noOrphanedTasks(world, { orphans: () => this.#collector.tasks.orphans() }))
    checks.use(readsEndInTime(world, containerMonitor))
    checks.use(streamsRotateInTime(world, { intervalMs, closeTimeoutMs: containerMonitor.closeTimeoutMs }))
    checks.use(waitsAreBounded(world, { slots, ...containerMonitor }))
    return checks.use(sinkHoldsPrefix(world))
  }

  #startContainers(): void {
    this.#added = this.#workloads.map((workload) => addWorkload(this.#world.engine, workload, LABELS))
  }

  #endContainers(): void {
    for (const [index, { name, lifeSeconds }] of this.#workloads.entries()) {
      const { lives } = this.#added[index]!.end()
      if (lifeSeconds !== null) this.#livesOfEach.set(name, lives)
    }
  }

  /** Runs a part of the phase. When it cannot go on, as in a deadlock, that is remembered, and the parts behind it are left out. */
  async #watched(part: () => Promise<void>): Promise<void> {
    if (this.#stuck) return
    try {
      await part()
    } catch (error) {
      this.#options.signal.throwIfAborted()
      this.#stuck = true
      this.#note(error)
    }
  }

  /** Lets the world run. A broken invariant is remembered, and the phase goes on: the world reports each of them once. */
  async #tolerant(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error
      this.#note(error)
    }
  }

  async #advance(ms: number): Promise<void> {
    const untilMs = this.#world.nowMs + ms
    while (this.#world.nowMs < untilMs) {
      // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
      await this.#tolerant(() => this.#world.advance(untilMs - this.#world.nowMs))
    }
  }

  /** Remembers what went wrong, with the tasks of the containers it speaks of. */
  #note(error: unknown): void {
    const message = messageOf(error)
    const named = new Set(this.#workloads.map(({ name }) => name).filter((name) => message.includes(name)))
    const concerned = this.#collector.tasks.list().filter(({ name }) => named.has(name))
    const tasks = concerned.map(
      ({ kind, name, ageMs, startedAt }) =>
        `  task ${kind} ${name}, for ${(ageMs / 1000).toFixed(1)} s, started at ${startedAt ?? 'unknown'}`,
    )
    const [first = '', ...rest] = message.split('\n')
    this.#violations.push([first, ...tasks, ...rest].join('\n'))
  }

  async #untilStreamsAreOpen(): Promise<void> {
    const wanted = Math.min(containerCount(this.#phase), this.#phase.slots)
    await this.#world.run(() => this.#collector.start())
    const deadlineMs = this.#world.nowMs + STREAMS_LIMIT_MS
    while (this.#world.ledger.count('log-stream') < wanted) {
      if (this.#world.nowMs > deadlineMs) throw new Error(`Fewer than ${wanted} streams were open after 60 s`)
      // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
      await this.#advance(POLL_MS)
    }
  }

  async #sampleWhileTheClockRuns(): Promise<void> {
    const { compress, progress, signal } = this.#options
    const { durationSeconds } = this.#phase
    const startedMs = this.#world.nowMs
    this.#openAtStart = openByPlace(this.#world, this.#collector.tasks.list())
    const everySeconds = Math.max(SAMPLE_PHASE_SECONDS, durationSeconds / SAMPLES_MAX)
    for (let t = 0; t <= durationSeconds && !this.#isStopped; t += everySeconds) {
      signal.throwIfAborted()
      // oxlint-disable no-await-in-loop -- time passes in one place only
      await this.#tolerant(() => this.#sample(t))
      progress.clock(t, durationSeconds)
      const stepEnd = Math.min(t + everySeconds, durationSeconds)
      await this.#disturber.passUntil(stepEnd, async (seconds) => {
        await this.#advance(startedMs + (seconds * 1000) / compress - this.#world.nowMs)
        return true
      })
      // oxlint-enable no-await-in-loop
    }
    this.#newlyOpen = newlyOpen(this.#openAtStart, openByPlace(this.#world, this.#collector.tasks.list()))
  }

  #disturbanceActions(): DisturbanceActions {
    const world = this.#world
    return {
      'cut-connections': () => {
        world.inject(faults.reset())
        world.inject(faults.eventStreamDropped())
      },
      'restart-engine': () => {
        const downMs = (lastsSeconds('restart-engine') * 1000) / this.#options.compress
        world.inject(faults.restartEngine({ downMs }))
      },
      'hang-engine': () => {
        world.inject(faults.hang())
        this.#after('hang-engine', () => world.inject(faults.comeBack()))
      },
      'fail-sink': () => {
        const failure = this.#sink?.inject({ kind: 'server-error', status: 503 })
        this.#after('fail-sink', () => failure?.[Symbol.dispose]())
      },
      'fill-disk': () => {
        const full = world.inject(faults.noSpace({ path: new RegExp(`^${PLACE.outDir}/`) }))
        this.#after('fill-disk', () => full[Symbol.dispose]())
      },
      'run-briefly': () => {
        const name = briefName('wt', this.#brief.length + 1)
        this.#brief.push(name)
        addBrief(world.engine, name, LABELS)
      },
      'step-clock-back': () => {
        world.inject(faults.clockStep({ byMs: CLOCK_STEP_MS, direction: 'back' }))
      },
      'step-clock-forward': () => {
        world.inject(faults.clockStep({ byMs: CLOCK_STEP_MS, direction: 'forward' }))
      },
      'restart-subject': async () => {
        const { seconds } = await this.#stop()
        this.#restarts.push(seconds)
        await world.run(() => this.#begin())
      },
      'kill-subject': async () => {
        world.crash({ kind: 'kill' })
        await world.run(() => this.#begin())
      },
    }
  }

  /** A collector anew, after the one before has ended. */
  async #begin(): Promise<void> {
    this.#collector = createCollector(this.#config, this.#world.ports())
    await this.#collector.start()
  }

  /** In one run of the world, so that what is asked at once is under way at once. */
  #operate(): Operate {
    const operator = this.#operator
    if (operator === null) return null
    return async (kind) => {
      await this.#tolerant(() => this.#world.run(() => operator.perform(kind)))
    }
  }

  #operatedSubject(): OperatedSubject {
    const world = this.#world
    return {
      post: async (path, body, headers) => {
        const { status, body: text } = await world.http.request(this.#config.api, 'POST', path, body, headers)
        return { status, body: text }
      },
      connections: () => TO_THE_ENGINE.reduce((sum, kind) => sum + world.ledger.count(kind), 0),
      look: async () => {
        const { body } = await world.http.request(this.#config.metrics, 'GET', '/metrics')
        const { tasks, streams, sinkFiles } = readMetrics(body, REFERENCE_METRICS)
        return { tasks, streams, sinkFiles, fds: inAll(this.#descriptors()) }
      },
      restart: async () => {
        const { seconds } = await this.#stopCollector()
        await this.#begin()
        return seconds
      },
      appendToTailed: async (text) => {
        world.fileSystem.disk.append(tailedFile(PLACE), text)
      },
      sleep: (ms) => world.clock.sleep(ms, { signal: NEVER }),
      nowMs: () => world.nowMs,
    }
  }

  /** At the end of a disturbance. */
  #after(kind: DisturbanceKind, act: () => void): void {
    const afterMs = (lastsSeconds(kind) * 1000) / this.#options.compress
    this.#world.schedule(afterMs, 'the disturbance is over', act)
  }

  async #sample(t: number): Promise<void> {
    const [metrics, health] = await this.#world.run(() =>
      Promise.all([
        this.#world.http.request(this.#config.metrics, 'GET', '/metrics'),
        this.#world.http.request(this.#config.api, 'GET', '/health'),
      ]),
    )
    this.#latest = readMetrics(metrics.body, REFERENCE_METRICS)
    const { tasks, streams, utilization } = this.#latest
    const fdsByKind = this.#descriptors()
    this.#sampledAtMs.push(this.#world.clock.wallTime())
    this.#recorder.add({
      t,
      tasks,
      streams,
      utilization,
      rotations: rotationsInAll(this.#latest),
      fds: inAll(fdsByKind),
      fdsByKind,
      healthy: health.status === 200 ? 1 : 0,
    })
  }

  #descriptors(): Record<string, number> {
    const { ledger } = this.#world
    return Object.fromEntries(WITH_A_DESCRIPTOR.map((kind) => [kind, ledger.count(kind)]))
  }

  async #untilDelivered(prefix: SinkPrefix): Promise<void> {
    const deadlineMs = this.#world.nowMs + DELIVERY_LIMIT_MS
    while (prefix.incomplete().length > 0 && this.#world.nowMs < deadlineMs) {
      // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
      await this.#advance(POLL_MS)
    }
    // Of what an operator handed over, or a sink besides the files, the prefix knows nothing.
    while (this.#mayLack() && this.#world.nowMs < deadlineMs) {
      // oxlint-disable-next-line no-await-in-loop
      await this.#advance(AUDIT_MS)
    }
  }

  #mayLack(): boolean {
    if (this.#operator !== null && this.#audit().missing > 0) return true
    return (this.#auditShipped()?.missing ?? 0) > 0
  }

  /** Stops the collector whatever happened before, and says what did not end or was left behind. */
  async #stop(): Promise<StopObservation> {
    const startedMs = this.#world.nowMs
    try {
      return await this.#world.run(() => this.#stopCollector())
    } catch (error) {
      this.#note(error)
      return { seconds: (this.#world.nowMs - startedMs) / 1000, exitCode: null }
    }
  }

  async #stopCollector(): Promise<StopObservation> {
    const startedMs = this.#world.nowMs
    const { missed } = await this.#collector.stop()
    this.#violations.push(...missed.map(({ step, why }) => `I8 stop: ${step}: ${why}`))
    this.#violations.push(
      ...leftBehind(this.#world, this.#collector.tasks).map((what) => `I8 left behind: ${what}`),
    )
    return { seconds: (this.#world.nowMs - startedMs) / 1000, exitCode: null }
  }

  #observations(stop: StopObservation, delays: LineDelays): Observations {
    const { rotationsByContainer } = this.#latest
    const names = this.#workloads.map(({ name }) => name)
    const written = writtenLines(this.#world, names)
    return {
      containers: containerCount(this.#phase),
      slots: this.#phase.slots,
      engineIsExclusive: true,
      series: { ...this.#recorder.series(), ...delays.columns(written, this.#sampledAtMs) },
      lines: this.#audit(),
      shipped: this.#auditShipped(),
      delays: delays.summary(written),
      rotationsByContainer:
        rotationsByContainer && new Map(names.map((name) => [name, rotationsByContainer.get(name) ?? 0])),
      deadlineErrors: this.#latest.deadlineErrors,
      violations: this.#violations,
      disturbances: this.#disturber.played,
      operations: this.#operator?.operations ?? null,
      newlyOpen: this.#newlyOpen,
      subjectProblems: [],
      lastingConnections: null,
      stop,
      restarts: this.#restarts,
      livesOfEach: this.#livesOfEach,
    }
  }

  #auditShipped(): LineCounts | null {
    if (this.#sink === null) return null
    const audit = new LineAudit(this.#emitted(), { countOthers: true })
    for (const { entries } of this.#sink.record.batches)
      for (const entry of entries)
        auditText(audit, Buffer.from(entry).toString('latin1'), { pattern: NUMBERED_LINE, ignored: [] })
    return audit.counts()
  }

  /** Number of the last line of everybody who writes. */
  #emitted(): Map<string, number> {
    const { engine } = this.#world
    const written = this.#writers().map((name) => [name, engine.container(name).lastNumber] as const)
    return new Map([...written, ...(this.#operator?.emitted ?? [])])
  }

  /** Names of all containers. */
  #writers(): string[] {
    return [...this.#workloads.map(({ name }) => name), ...this.#brief]
  }

  #audit(): LineCounts {
    const { fileSystem } = this.#world
    const written = new Set(this.#writers())
    const audit = new LineAudit(this.#emitted(), { countOthers: true })
    const wasSent = sentByEngine(this.#world)
    // What the collector was handed over its API it has read.
    const wasRead: WasRead = (container, line) => !written.has(container) || wasSent(container, line)
    if (fileSystem.disk.find(PLACE.outDir) === null) return audit.counts(wasRead)
    for (const file of fileSystem.disk.readdir(PLACE.outDir).toSorted()) {
      const text = Buffer.from(fileSystem.contents(`${PLACE.outDir}/${file}`)).toString('latin1')
      for (const line of text.split('\n')) auditText(audit, line, { pattern: NUMBERED_LINE, ignored: [] })
    }
    return audit.counts(wasRead)
  }
}

/**
 * A day has millions of lines. In a run that long they are handed on together, as to a client that looks at its connections now and then, and where things were opened is
 * not recorded: a leak is found, and its place by the same run of a shorter phase.
 */
function costsOf({ durationSeconds }: Phase, compress: number): Partial<WorldOptions> {
  if (durationSeconds / compress < LONG_SECONDS) return {}
  return { recordLocations: false, client: { gather: { ms: GATHERED_MS } } }
}

const LONG_SECONDS = 6 * 3600
const GATHERED_MS = 20_000
const LABEL = 'watertight.run'
const LABELS = { [LABEL]: '1' }

/** On the world's own machine. */
const PLACE = {
  dockerHost: 'unix:///var/run/docker.sock',
  outDir: '/logs',
  stateDir: '/state',
  tailDir: '/var/log/app',
  sinkUrl: 'http://loki:3100',
  label: `${LABEL}=1`,
  metricsListen: '127.0.0.1:8001',
  apiListen: '127.0.0.1:8401',
}

function inAll(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

const TO_THE_ENGINE = ['log-stream', 'log-snapshot', 'event-stream'] as const
const WITH_A_DESCRIPTOR = ['log-stream', 'log-snapshot', 'event-stream', 'file', 'listener'] as const
/** Positions being written and their directory. */
const OTHER_FILES = 4
const STREAMS_LIMIT_MS = 60_000
const DELIVERY_LIMIT_MS = 120_000
const POLL_MS = 100
const AUDIT_MS = 1000
const SAMPLE_PHASE_SECONDS = 30
/** Of a longer phase fewer samples are taken in an hour: each asks for all metrics. */
const SAMPLES_MAX = 500
