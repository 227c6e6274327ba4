import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EngineProxy, faults } from '../../simulators/index.ts'
import { auditOutput, type AuditedOutput } from '../audit/output-audit.ts'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { WireLines } from '../audit/wire-lines.ts'
import { OutputWatch } from '../audit/output-watch.ts'
import { storedStamps } from '../docker/stored-log.ts'
import { dockerClient } from '../docker/docker-host.ts'
import type { Observations } from '../observations.ts'
import { Operator } from '../operator/operator.ts'
import {
  CLOCK_STEP_MS,
  BRIEF_LINES,
  containerCount,
  isOperated,
  lastsSeconds,
  orders,
  type DisturbanceKind,
  type Phase,
} from '../phase.ts'
import { newlyOpen } from '../probes/newly-open.ts'
import { openDescriptors } from '../probes/open-descriptors.ts'
import { SeriesRecorder } from '../probes/series-recorder.ts'
import { SubjectObserver } from '../probes/subject-observer.ts'
import { nameInScenario } from '../simulated/phase-scenario.ts'
import { startSinkServer, type SinkServer } from '../subjects/sink-server.ts'
import type { Subject, SubjectDefinition, SubjectOutput } from '../subjects/subject.ts'
import { SubjectProcess } from '../subjects/subject-process.ts'
import { stdoutFile } from '../subjects/last-words.ts'
import { briefName, workloadsOf } from '../workload.ts'
import { tailedFile } from '../collector-settings.ts'
import { operatedProcess } from '../operator/operated-process.ts'
import { Disturber, type DisturbanceActions } from './disturber.ts'
import type { EngineProvider, RunningContainers } from './engine-provider.ts'
import type { EngineRun, PhaseEngine, PlayedFault, RunOptions } from './phase-engine.ts'
import { openRunRoom, type RunRoom } from './run-room.ts'

/** Phases in real time: the provider's engine has the containers, the subject runs as a process of its own, and both are observed from outside. */
export function realTimeEngine(
  provider: EngineProvider,
  subject: Subject,
  defect: string | null,
): PhaseEngine {
  return {
    name: provider.name,
    subject: subject.name,
    defect,
    run: (phase, options) => new RealTimeRun(phase, options).run(provider, subject),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  }
}

class RealTimeRun {
  readonly #phase: Phase
  readonly #options: RunOptions
  readonly #id = randomBytes(3).toString('hex')
  readonly #violations: string[] = []
  readonly #sampledAtMs: number[] = []
  readonly #restarts: number[] = []
  readonly #brief: string[] = []

  constructor(phase: Phase, options: RunOptions) {
    this.#phase = phase
    this.#options = options
  }

  /** The user wants no more than what was seen so far. */
  get #isStopped(): boolean {
    return this.#options.stop?.aborted === true
  }

  async run(provider: EngineProvider, subject: Subject): Promise<EngineRun> {
    const { compress, progress, seed } = this.#options
    const [labelKey, labelValue] = ['watertight.run', this.#id]
    await using room = await openRunRoom({ smallDisk: orders(this.#phase, 'fill-disk') })
    await using sink = await startSinkServer(path.join(room.sent, 'requests.log'))
    progress.step(`starting ${containerCount(this.#phase)} containers`)
    const prefix = provider.exclusive ? 'wt' : `wt-${this.#id}`
    const workloads = workloadsOf(this.#phase, compress, prefix)
    await using containers = await provider.start({
      workloads,
      labels: { [labelKey]: labelValue },
      seed,
    })
    const sent = new WireLines()
    await using proxy = await EngineProxy.listen({
      upstream: containers.host,
      listen: { socketPath: room.engine },
      seed,
      nameOf: nameInScenario,
      log: sent,
    })
    progress.step(`starting ${subject.name}`)
    const definition = await subject.prepare(
      {
        dockerHost: proxy.address,
        outDir: room.output,
        stateDir: room.state,
        tailDir: room.tailed,
        sinkUrl: sink.url,
        syslogPort: sink.syslogPort,
        natsUrl: () => sink.natsUrl(),
        label: `${labelKey}=${labelValue}`,
      },
      {
        slots: this.#phase.slots,
        compress,
        isOperated: isOperated(this.#phase),
        ships: this.#phase.ships === true,
        descriptorLimit: this.#phase.descriptorLimit,
      },
    )
    const output = auditedOutput(definition.output, room)
    await using watch = new OutputWatch(output)
    await using process = new SubjectProcess(definition, room.logs, {
      descriptorLimit: this.#phase.descriptorLimit,
    })
    await process.start(this.#options.signal)
    const watched = { pids: () => process.pids(), connections: () => proxy.connections }
    const observer = new SubjectObserver(definition, watched, containers.host)
    await this.#untilStreamsAreOpen(observer, process)
    containers.beginPhase({ sink: sink.sink, engine: proxy.engine })
    const startedAt = performance.now()
    const openAtStart = await openDescriptors(await process.pids())
    const operator = this.#operator(definition, observer, proxy, process, room)
    const disturber = this.#disturber(containers, prefix, proxy, process, operator, sink, room)
    const series = await this.#sampleWhileTheClockRuns(observer, process, disturber)
    // Who reads stored logs has none, rotated or not.
    const lastingConnections = (definition.storedLogs ?? null) === null ? proxy.openSince(startedAt) : null
    const seen = observer.latest
    const more = newlyOpen(openAtStart, await openDescriptors(await process.pids()))
    const interrupted = this.#isStopped

    progress.step('ending the containers')
    process.mayEnd()
    const ended = await containers.end()
    const written = await storedStamps(dockerClient(containers.host, STAMPS_LIMIT_MS), [...ended.keys()])
    const read = new Map([
      ...[...ended].map(([name, { lastLine }]) => [name, lastLine] as const),
      ...this.#brief.map((name) => [name, BRIEF_LINES] as const),
    ])
    const emitted = new Map([...read, ...(operator?.emitted ?? [])])
    const shipped = this.#phase.ships === true && definition.canShip === true ? shippedTo(room) : null
    await this.#untilDelivered([output, ...(shipped === null ? [] : [shipped])], emitted, process)
    progress.step(`stopping ${subject.name}`)
    const stop = await process.stop()
    const observations: Observations = {
      containers: containerCount(this.#phase),
      slots: this.#phase.slots,
      engineIsExclusive: provider.exclusive,
      series: { ...series.series(), ...watch.delays.columns(written, this.#sampledAtMs) },
      lines: await auditOutput(output, emitted, {
        countOthers: provider.exclusive || definition.isToldWhich,
        // What the subject was handed over its API it has read.
        wasRead: sent.any ? (container, line) => !read.has(container) || sent.has(container, line) : null,
      }),
      shipped: shipped && (await auditOutput(shipped, emitted, { countOthers: true })),
      delays: watch.delays.summary(written),
      rotationsByContainer:
        seen.rotationsByContainer &&
        new Map([...ended.keys()].map((name) => [name, seen.rotationsByContainer?.get(name) ?? 0])),
      deadlineErrors: seen.deadlineErrors,
      violations: this.#violations,
      disturbances: disturber.played,
      operations: operator?.operations ?? null,
      newlyOpen: more,
      subjectProblems: process.problems,
      lastingConnections,
      stop,
      restarts: this.#restarts,
      livesOfEach: new Map(
        workloads.flatMap(({ name, lifeSeconds }) =>
          lifeSeconds === null ? [] : [[name, ended.get(name)?.lives ?? 0]],
        ),
      ),
    }
    return {
      observations,
      virtualSeconds: null,
      traceHash: null,
      interrupted,
      faults: [...disturber.faults, ...orderedFaults(containers, this.#phase, compress)],
      configuration: configurationText(definition),
    }
  }

  /**
   * The phase's clock starts when as many streams are open as there can be. Where each is rotated several times a second there may be no moment at which all of
   * them are: then it starts when all slots are taken, and the number of open streams does not grow any more.
   */
  async #untilStreamsAreOpen(observer: SubjectObserver, process: SubjectProcess): Promise<void> {
    if (process.problems.length > 0) return
    const { slots } = this.#phase
    const wanted = Math.min(containerCount(this.#phase) - (this.#phase.load.restarting ?? 0), slots)
    this.#options.progress.step(`waiting for ${wanted} open streams`)
    const deadline = performance.now() + STREAMS_LIMIT_MS
    let most = 0
    let polls = 0
    for (;;) {
      const { streams, utilization } = await observer.opened()
      if (streams >= wanted) return
      polls = streams > most ? 0 : polls + 1
      most = Math.max(most, streams)
      if ((utilization ?? 0) * slots >= wanted && polls >= SETTLED_POLLS) return
      if (this.#isStopped || !(await process.isRunning())) return
      if (performance.now() >= deadline) break
      await this.#sleep(POLL_MS)
    }
    this.#violations.push(`at most ${most} of ${wanted} streams were open within 60 s`)
  }

  async #sampleWhileTheClockRuns(
    observer: SubjectObserver,
    process: SubjectProcess,
    disturber: Disturber,
  ): Promise<SeriesRecorder> {
    const { compress, progress } = this.#options
    const { durationSeconds, slots } = this.#phase
    const recorder = new SeriesRecorder()
    const everyMs = Math.max(SHORTEST_SAMPLE_MS, (SAMPLE_PHASE_SECONDS * 1000) / compress)
    const durationMs = (durationSeconds * 1000) / compress
    const started = performance.now()
    for (let dueMs = 0; dueMs <= durationMs; dueMs += everyMs) {
      if (process.problems.length > 0 || this.#isStopped) break
      await disturber.passUntil((dueMs * compress) / 1000, async (seconds) => {
        await this.#sleepWhileRunning(process, started + (seconds * 1000) / compress)
        return !this.#isStopped && (await process.isRunning())
      })
      const t = ((performance.now() - started) / 1000) * compress
      const row = await observer.sample(t)
      this.#sampledAtMs.push(Date.now())
      recorder.add(row)
      progress.clock(Math.min(t, durationSeconds), durationSeconds)
      if ((row.streams ?? 0) > slots)
        this.#violations.push(`I1: ${row.streams} streams were open on ${slots} slots`)
    }
    return recorder
  }

  /** `null` where the phase needs none, or the subject has no API. */
  #operator(
    definition: SubjectDefinition,
    observer: SubjectObserver,
    proxy: EngineProxy,
    process: SubjectProcess,
    room: RunRoom,
  ): Operator | null {
    if (definition.apiUrl === null || !isOperated(this.#phase)) return null
    const subject = operatedProcess(definition.apiUrl, {
      observer,
      connections: () => proxy.connections,
      restart: () => this.#restart(process),
      tailed: tailedFile({ tailDir: room.tailed }),
      signal: this.#options.signal,
    })
    const streams = Math.min(containerCount(this.#phase), this.#phase.slots)
    return new Operator(subject, { prefix: `wt-${this.#id}`, streams })
  }

  /** @returns seconds it took to end */
  async #restart(process: SubjectProcess): Promise<number> {
    const { seconds } = await process.stop()
    await process.start(this.#options.signal)
    return seconds
  }

  /** At the end of a disturbance. */
  #after(kind: DisturbanceKind, act: () => void): void {
    // What it changes is gone with this process or with the run, and so it must not keep it alive.
    setTimeout(act, (lastsSeconds(kind) * 1000) / this.#options.compress).unref()
  }

  #disturber(
    containers: RunningContainers,
    prefix: string,
    proxy: EngineProxy,
    process: SubjectProcess,
    operator: Operator | null,
    { sink }: SinkServer,
    { disk }: RunRoom,
  ): Disturber {
    const awayMs = (lastsSeconds('restart-engine') * 1000) / this.#options.compress
    const actions: DisturbanceActions = {
      'cut-connections': () => proxy.cut(),
      'restart-engine': async () => {
        if (containers.restartEngine === undefined) proxy.inject(faults.restartEngine({ downMs: awayMs }))
        else await containers.restartEngine(awayMs)
      },
      'hang-engine': () => {
        const hang = proxy.inject(faults.hang())
        this.#after('hang-engine', () => hang[Symbol.dispose]())
      },
      'fail-sink': () => {
        const failure = sink.inject({ kind: 'server-error', status: 503 })
        this.#after('fail-sink', () => failure[Symbol.dispose]())
      },
      'fill-disk': async () => {
        await disk?.fill()
        this.#after('fill-disk', () => disk?.empty())
      },
      'run-briefly': async () => {
        const name = briefName(prefix, this.#brief.length + 1)
        this.#brief.push(name)
        await containers.runBriefly(name)
      },
      'step-clock-back': () => containers.stepClock?.(-CLOCK_STEP_MS),
      'step-clock-forward': () => containers.stepClock?.(CLOCK_STEP_MS),
      'restart-subject': async () => {
        this.#restarts.push(await this.#restart(process))
      },
      'kill-subject': async () => {
        await process.kill()
        await process.start(this.#options.signal)
      },
    }
    return new Disturber(this.#phase, actions, operator && ((kind) => operator.perform(kind)))
  }

  /** Waits until every line is in the output, or none came for a while. From a subject that has ended nothing comes. */
  async #untilDelivered(
    outputs: readonly AuditedOutput[],
    emitted: ReadonlyMap<string, number>,
    process: SubjectProcess,
  ): Promise<void> {
    this.#options.progress.step('waiting for the last lines')
    let missing = Infinity
    let idleSince = performance.now()
    while (missing > 0 && performance.now() - idleSince < DELIVERY_LIMIT_MS) {
      const counts = await Promise.all(outputs.map((output) => auditOutput(output, emitted)))
      const left = counts.reduce((sum, each) => sum + each.missing, 0)
      if (left < missing) idleSince = performance.now()
      missing = left
      if (process.problems.length > 0 || !(await process.isRunning())) return
      if (missing > 0) await this.#sleep(POLL_MS)
    }
  }

  /** Until a moment of `performance.now`, or until the subject has ended or an end is wanted, which it notices within half a second. */
  async #sleepWhileRunning(process: SubjectProcess, until: number): Promise<void> {
    while (performance.now() < until && !this.#isStopped && (await process.isRunning()))
      await this.#sleep(Math.min(POLL_MS, until - performance.now()))
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: this.#options.signal })
  }
}

/** Of a scenario, which counts in real time. */
function orderedFaults({ ordered = [] }: RunningContainers, phase: Phase, compress: number): PlayedFault[] {
  const seconds = (ms: number): number => (ms / 1000) * compress
  return ordered
    .map(({ name, atMs, forMs }) => ({
      name,
      fromSeconds: seconds(atMs),
      toSeconds: forMs === null ? null : seconds(atMs + forMs),
    }))
    .filter(({ fromSeconds }) => fromSeconds < phase.durationSeconds)
}

function configurationText({ command, env, configuration }: SubjectDefinition): string {
  if (configuration !== undefined) return configuration
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return [...settings, command.join(' ')].join('\n')
}

/** What the sink was sent, whatever the subject's own output is. */
function shippedTo(room: RunRoom): AuditedOutput {
  return { directory: room.sent, glob: '*', pattern: NUMBERED_LINE, ignored: [] }
}

function auditedOutput(output: SubjectOutput, room: RunRoom): AuditedOutput {
  switch (output.from) {
    case 'files':
      return { ...output, directory: room.output }
    case 'stdout':
      return { ...output, directory: room.logs, glob: path.basename(stdoutFile(room.logs)) }
    case 'sink':
      return { ...output, directory: room.sent, glob: '*' }
  }
}

const STREAMS_LIMIT_MS = 60_000
const DELIVERY_LIMIT_MS = 15_000
const POLL_MS = 500
/** For the stored log of one container. Without it the delays of its lines are not known, which is no fault of the subject. */
const STAMPS_LIMIT_MS = 10_000
/** So many polls without a higher number of open streams: there will not be more. */
const SETTLED_POLLS = 6
const SAMPLE_PHASE_SECONDS = 30
/** An engine that is asked more often would be measured under the load of being measured. */
const SHORTEST_SAMPLE_MS = 250
