import { AnomalyDetection, DETECTION_OFF } from './anomalies/anomaly-detection.ts'
import type { CollectorConfig } from './config/config.ts'
import { LiveConfig } from './config/live-config.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import type { Source, SourcePosition } from './dispatch/block.ts'
import type { Sink } from './dispatch/sink.ts'
import { ContainerMonitor } from './docker/container-monitor.ts'
import type { Delivery } from './docker/delivery.ts'
import { parseContainerPosition } from './docker/reading/container-position.ts'
import { FileMonitor } from './files/file-monitor.ts'
import { parseFilePosition } from './files/file-position.ts'
import { Access } from './http/access.ts'
import { apiRoutes } from './http/api-routes.ts'
import { Captures } from './http/captures.ts'
import { healthOf, type Health } from './http/health.ts'
import { Listeners } from './http/listeners.ts'
import { metricsRoutes } from './http/metrics-routes.ts'
import { PushIntake, type PushDelivery } from './push/push-intake.ts'
import { LogDirectory } from './push/log-directory.ts'
import { parsePushPosition } from './push/push-position.ts'
import { RecentErrors } from './http/recent-errors.ts'
import type { Status } from './http/status.ts'
import type { Component } from './lifecycle/component.ts'
import { Lifecycle, type LifecycleState } from './lifecycle/lifecycle.ts'
import { MonitorSwitch, type MonitorState } from './lifecycle/monitor-switch.ts'
import { Scope, type JoinReport } from './lifecycle/scope.ts'
import { SlotPool } from './lifecycle/slot-pool.ts'
import { runStopSequence, type StopReport } from './lifecycle/stop-sequence.ts'
import { TaskRegistry } from './lifecycle/task-registry.ts'
import { Metrics } from './metrics/metrics.ts'
import type { Clock, DockerEngine, Logger, Ports } from './ports/index.ts'
import { Reloading } from './reload/reloading.ts'
import type { ReloadReport } from './reload/reload-report.ts'
import { takeUp, type ReloadedParts } from './reload/take-up.ts'
import { makeSinks, type MadeSinks } from './sinks/make-sinks.ts'

/** The reference collector. Start and stop are idempotent and safe in any order, also while the other is running. */
export interface Collector {
  /** Resolves once it follows what it finds; an engine that is away is no error. */
  start(): Promise<void>
  /** Ends reading, writes out what is queued, saves positions, gives everything back. Takes less than 10 s whatever hangs, a start included. */
  stop(): Promise<StopReport>
  /** Has every sink open its outputs anew, because somebody moved them away. */
  reopen(): Promise<void>
  /** Reads the configuration again, and goes on by it where that is possible: see {@link CollectorExtensions.readConfig}. Never rejects. */
  reload(): Promise<ReloadReport>
  readonly state: LifecycleState
  readonly tasks: TaskRegistry
  readonly metrics: Metrics
  readonly pool: SlotPool
  health(): Health
  /** Memory of blocks on their way, bytes: as the bounds count it, and as it is. */
  heldBytes(): { readonly counted: number; readonly real: number }
}

export interface CollectorExtensions {
  /** Sinks beside those of the configuration. Asked again at each reload: one of a name that was there before is not used. */
  readonly sinks?: (ports: Ports) => readonly Sink[]
  /** Reads the configuration again; rejects with a sentence that says what is wrong with it. Left out where there is nothing to be read. */
  readonly readConfig?: () => Promise<CollectorConfig>
  /** Told which configuration the collector goes on by. */
  readonly onReloaded?: (config: CollectorConfig) => void
  /** Whether tasks remember where they were started: see {@link TaskRegistry}. Default true. */
  readonly recordLocations?: boolean
}

/** The whole stop, milliseconds: what misses it is named in the report. */
const STOP_DEADLINE_MS = 9500
/** A start that does not listen to its signal is waited for so long; it is a part of the whole. */
const START_PATIENCE_MS = 1000

/** Composition root: which components there are, and in which order they start and, the other way round, stop. */
export function createCollector(
  config: CollectorConfig,
  ports: Ports,
  extensions: CollectorExtensions = {},
): Collector {
  const { clock, random, fileSystem, engine, http } = ports
  const { recordLocations = true } = extensions
  const recentErrors = new RecentErrors(clock, ports.logger)
  const logger: Logger = recentErrors
  const tasks = new TaskRegistry(clock, { recordLocations })
  const live = new LiveConfig(config)
  const { streamRotation, slotTurnMs } = config.containerMonitor
  const pool = new SlotPool({ capacity: streamRotation.maxConcurrentStreams, turnMs: slotTurnMs, clock })
  const metrics = new Metrics({ clock, tasks, process: ports.process, slots: pool })
  const onFailure = ({ kind, name }: { kind: string; name: string }, error: unknown): void => {
    metrics.taskFailed(kind)
    logger.error({ kind, task: name, err: error }, 'A task failed')
  }

  const sinkContext = { ...ports, logger, metrics, tasks }
  const sinksOf = (next: CollectorConfig, before?: MadeSinks): Sink[] => [
    ...makeSinks(next.sinks, sinkContext, before),
    ...otherSinks(extensions, { ports: { ...ports, logger }, metrics, before }),
  ]
  const { stateDir } = config
  const detection = config.anomaly.enabled
    ? new AnomalyDetection({
        clock,
        logger,
        metrics,
        fileSystem,
        stateDir,
        config: config.anomaly,
        isReading: () => monitors.every((each) => Object.values(each.checks()).every(({ ok }) => ok)),
      })
    : null
  const dispatcher = new Dispatcher({
    clock,
    random,
    logger,
    metrics,
    fileSystem,
    stateDir,
    config: live.dispatcher,
    sinks: sinksOf(config),
    appends: config.push.enabled,
    parse: (kind, json) => POSITIONS[kind](json),
    observer: detection ?? undefined,
  })
  const delivery: Delivery & PushDelivery = {
    append: (blocks, options) => dispatcher.append(blocks, options),
    secure: () => dispatcher.secure(),
    tryDeliver: (block) => dispatcher.tryDeliver(block),
    deliver: (block, options) => dispatcher.deliver(block, options),
    whenSaved: (sourceId, options) => dispatcher.whenSaved(sourceId, options),
    resumePosition: (sourceId) => dispatcher.resumePosition(sourceId),
    forget: (source, options) => dispatcher.forget(source, options),
    knownSources: () => dispatcher.knownSources(),
  }
  const monitor = new ContainerMonitor({
    config: live.containerMonitor,
    clock,
    random,
    logger,
    engine,
    fileSystem,
    gunzip: ports.gunzip,
    metrics,
    pool,
    sinks: () => dispatcher.sinks.map(({ name }) => name),
    hostName: ports.process.hostName(),
    ownContainerId: ports.process.containerId(),
    delivery,
  })
  const files = new FileMonitor({
    config: live.fileMonitor,
    clock,
    random,
    logger,
    fileSystem,
    metrics,
    delivery,
    ownDirectories: () => writtenTo(live.current),
  })
  const containerControl = containerSwitch(monitor, live, { clock, engine, logger })
  const fileControl = fileSwitch(files, live, { clock, logger })
  const monitors = [containerControl, fileControl]
  const enabledMonitors = (): MonitorState[] =>
    monitors.filter(({ isEnabled }) => isEnabled).map(({ current }) => current)
  metrics.mirrorMonitors(enabledMonitors)
  const parts: ReloadedParts = {
    live,
    dispatcher,
    containers: { monitor, control: containerControl },
    files: fileControl,
    sinksOf: (next) => sinksOf(next, { config: live.current.sinks, sinks: dispatcher.sinks }),
  }
  const reloading = new Reloading({
    clock,
    logger,
    metrics,
    current: () => live.current,
    read: extensions.readConfig ?? null,
    readTls: (signal) => listeners.readTls(signal),
    async takeUp(next, signal) {
      await takeUp(next, parts, signal)
      extensions.onReloaded?.(next)
    },
  })
  const push = config.push.enabled
    ? new PushIntake({
        config: config.push,
        clock,
        logger,
        metrics: metrics.push,
        delivery,
        directory: pushDirectory(config, ports),
      })
    : null
  const status = (): Status => ({
    state: lifecycle.state,
    monitors: enabledMonitors(),
    streams: { open: pool.active, slots: pool.capacity, rotations: metrics.rotations },
    containers: monitor.status(),
    files: files.status(),
    pushed: push?.status() ?? [],
    sinks: dispatcher.figures(),
    lastReload: reloading.last,
    errors: recentErrors.list(),
  })
  const captures = new Captures({ clock, logger, diagnostics: ports.diagnostics })
  const access = new Access(config.api, { ...ports, logger, metrics })
  const api = apiRoutes({
    health: () => health(),
    status,
    logs: { push, bodyBytesMax: config.push.bodyBytesMax },
    anomalies: () => detection?.report() ?? DETECTION_OFF,
    monitors,
    reload: () => reloading.reload(),
    tasks,
    process: ports.process,
    access,
    captures,
  })
  const listeners = new Listeners({
    clock,
    http,
    listeners: [
      { ...config.metrics, routes: metricsRoutes(metrics) },
      { ...config.api, routes: api, options: config.api, check: () => access.check() },
    ],
  })
  const components: readonly Component[] = [
    listeners,
    captures,
    ...(detection === null ? [] : [detection]),
    tailedFiles(files),
    dispatcher,
    engineConnections(engine),
    ...monitors,
    ...(push === null ? [] : [push]),
    reloading,
  ]

  const health = (): Health => {
    const { state } = lifecycle
    return healthOf(state, [
      { collector: { ok: state === 'running', detail: state }, tasks: tasks.check() },
      ...components.map((component) => component.checks()),
    ])
  }

  metrics.mirrorHealth(health)

  let app: Scope | null = null

  async function start(signal: AbortSignal): Promise<void> {
    const own = new Scope('collector', { clock, tasks, onFailure })
    app = own
    try {
      for (const component of components) {
        // eslint-disable-next-line no-await-in-loop -- in their order
        await component.start(own.child(component.name), signal)
        signal.throwIfAborted()
      }
    } catch (error) {
      // A start that was abandoned has been stopped already.
      if (app === own) await stop(STOP_DEADLINE_MS)
      throw error
    }
  }

  async function stop(deadlineMs: number): Promise<StopReport> {
    const scope = app
    const reload = await runStopSequence(clock, deadlineMs, reloading.endSteps())
    const steps = components.toReversed().flatMap((component) => component.stopSteps())
    const tasksEnd = { name: 'tasks', atMostMs: 500, reservedMs: 50, run: closeOf(scope) }
    const rest = await runStopSequence(clock, deadlineMs - reload.elapsedMs, [...steps, tasksEnd])
    app = null
    return { elapsedMs: reload.elapsedMs + rest.elapsedMs, missed: [...reload.missed, ...rest.missed] }
  }

  async function abandon(): Promise<StopReport> {
    const { elapsedMs, missed } = await stop(STOP_DEADLINE_MS - START_PATIENCE_MS)
    const why = `did not end within ${START_PATIENCE_MS} ms after it was cancelled`
    return { elapsedMs: elapsedMs + START_PATIENCE_MS, missed: [{ step: 'start', why }, ...missed] }
  }

  const lifecycle = new Lifecycle<StopReport>(
    { start, stop: () => stop(STOP_DEADLINE_MS), abandon },
    { elapsedMs: 0, missed: [] },
    { clock, ms: START_PATIENCE_MS },
  )
  return {
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(),
    reopen: () => reopenAll(dispatcher.sinks),
    reload: () => reloading.reload(),
    get state() {
      return lifecycle.state
    },
    tasks,
    metrics,
    pool,
    health,
    heldBytes: () => dispatcher.heldBytes(),
  }
}

/** Sinks beside those of the configuration. One that is there stays. */
function otherSinks(
  { sinks }: CollectorExtensions,
  { before, metrics, ports }: { before: MadeSinks | undefined; metrics: Metrics; ports: Ports },
): readonly Sink[] {
  return (sinks?.(ports) ?? []).map((sink) => {
    metrics.sinkExpected(sink.name)
    return before?.sinks.find(({ name }) => name === sink.name) ?? sink
  })
}

/** Directories in which what is read would be what was written. */
function writtenTo({ sinks: { localFile }, stateDir }: CollectorConfig): string[] {
  return [stateDir, ...(localFile.enabled ? [localFile.directory] : [])]
}

/** How positions of each kind of source are read from their form on disk. */
const POSITIONS: Readonly<Record<Source['kind'], (json: unknown) => SourcePosition>> = {
  container: parseContainerPosition,
  file: parseFilePosition,
  push: parsePushPosition,
}

function pushDirectory({ sinks, stateDir }: CollectorConfig, ports: Ports): LogDirectory | null {
  const { directory, enabled } = sinks.localFile
  return enabled ? new LogDirectory({ ...ports, directory, forbidden: [stateDir] }) : null
}

/** One that fails keeps none of the others from it. */
async function reopenAll(sinks: readonly Sink[]): Promise<void> {
  const results = await Promise.allSettled(sinks.map(async (sink) => await sink.reopen?.()))
  const errors = results.filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason)
  if (errors.length > 0)
    throw new AggregateError(errors, `Cannot reopen ${errors.length} of ${sinks.length} sinks`)
}

function closeOf(scope: Scope | null): (deadlineMs: number) => Promise<JoinReport | null> {
  return async (deadlineMs) => (await scope?.close({ deadlineMs })) ?? null
}

/**
 * In the middle of a stop each has what its readers need to end: the longest of their own deadlines is that of a close without an answer. Stopped by request
 * it leaves no connection to the engine; when the collector stops, {@link engineConnections} closes them.
 */
function containerSwitch(
  monitor: ContainerMonitor,
  live: LiveConfig,
  { engine, ...ports }: { clock: Clock; engine: DockerEngine; logger: Logger },
): MonitorSwitch {
  return new MonitorSwitch(monitor, {
    ...ports,
    release: async () => engine.close(),
    isEnabled: () => live.containerMonitor.enabled,
    name: 'container',
    component: 'container_monitor',
    step: 'readers',
    stopDeadlineMs: 6000,
  })
}

/** What is open of the files is closed by {@link tailedFiles} when the collector stops. */
function fileSwitch(
  monitor: FileMonitor,
  live: LiveConfig,
  ports: { clock: Clock; logger: Logger },
): MonitorSwitch {
  return new MonitorSwitch(monitor, {
    ...ports,
    isEnabled: () => live.fileMonitor.enabled,
    name: 'file',
    component: 'file_monitor',
    step: 'file readers',
    stopDeadlineMs: 3000,
    release: () => monitor.close(),
  })
}

/** The engine's connections: the container monitor alone uses them, and they are closed when it has ended for good. */
function engineConnections(engine: DockerEngine): Component {
  return {
    name: 'engine',
    start: async () => {},
    stopSteps: () => [{ name: 'engine', atMostMs: 100, run: async () => engine.close() }],
    checks: () => ({}),
  }
}

/** The files that the file monitor has open: they are closed when positions are saved. */
function tailedFiles(monitor: FileMonitor): Component {
  return {
    name: 'tailed_files',
    start: async () => {},
    stopSteps: () =>
      monitor.isOpen ? [{ name: 'tailed files', atMostMs: 500, run: () => monitor.close() }] : [],
    checks: () => ({}),
  }
}
