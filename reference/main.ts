import type { CollectorConfig } from './config/config.ts'
import { Checkpointer } from './dispatch/checkpointer.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { PositionStore } from './dispatch/position-store.ts'
import type { Sink } from './dispatch/sink.ts'
import { ContainerMonitor } from './docker/container-monitor.ts'
import { parseContainerPosition } from './docker/reading/container-position.ts'
import { apiRoutes } from './http/api-routes.ts'
import type { Health } from './http/health.ts'
import { metricsRoutes } from './http/metrics-routes.ts'
import { withDeadline } from './lifecycle/deadline.ts'
import { Lifecycle, type LifecycleState } from './lifecycle/lifecycle.ts'
import { Scope } from './lifecycle/scope.ts'
import { SlotPool } from './lifecycle/slot-pool.ts'
import { StopSequence, type StopReport } from './lifecycle/stop-sequence.ts'
import { TaskRegistry } from './lifecycle/task-registry.ts'
import { Metrics } from './metrics/metrics.ts'
import type { Listening, Ports } from './ports/index.ts'
import { LocalFileSink } from './sinks/local-file-sink.ts'
import { StdoutSink } from './sinks/stdout-sink.ts'

/** The reference collector. Start and stop are idempotent and safe in any order, also while the other is running. */
export interface Collector {
  /** Resolves once it follows what it finds; an engine that is away is no error. */
  start(): Promise<void>
  /** Ends reading, writes out what is queued, saves positions, gives everything back. Takes less than 10 s whatever hangs. */
  stop(): Promise<StopReport>
  readonly state: LifecycleState
  readonly tasks: TaskRegistry
  readonly metrics: Metrics
  readonly pool: SlotPool
  health(): Health
}

/** The whole stop, milliseconds: what misses it is named in the report. */
const STOP_DEADLINE_MS = 9500

/** Composition root: which parts there are, and in which order they start and stop. */
export function createCollector(config: CollectorConfig, ports: Ports): Collector {
  const { clock, random, fileSystem, engine, http, logger } = ports
  const tasks = new TaskRegistry(clock)
  const { streamRotation, slotTurnMs } = config.containerMonitor
  const pool = new SlotPool({ capacity: streamRotation.maxConcurrentStreams, turnMs: slotTurnMs, clock })
  const metrics = new Metrics({ clock, tasks, process: ports.process, slots: pool })
  const onFailure = ({ kind, name }: { kind: string; name: string }, error: unknown): void => {
    metrics.taskFailed(kind)
    logger.error({ kind, task: name, err: error }, 'A task failed')
  }

  const sinks = makeSinks(config, ports, metrics, tasks)
  const positions = new PositionStore({
    fileSystem,
    stateDir: config.stateDir,
    sinks: sinks.map((sink) => sink.name),
    parse: (_kind, json) => parseContainerPosition(json),
  })
  const { workers, queueBytesMax, checkpointIntervalMs } = config.dispatcher
  const dispatcher = new Dispatcher({
    clock,
    random,
    logger,
    metrics,
    sinks,
    positions,
    workers,
    queueBytesMax,
  })
  const checkpointer = new Checkpointer({ clock, logger, positions, sinks, intervalMs: checkpointIntervalMs })
  const monitor = new ContainerMonitor({
    config: config.containerMonitor,
    clock,
    random,
    logger,
    engine,
    metrics,
    pool,
    delivery: {
      tryDeliver: (block) => dispatcher.tryEnqueue(block),
      deliver: (block, options) => dispatcher.enqueue(block, options),
      resumePosition: (sourceId) => dispatcher.resumePosition(sourceId),
      forget: (source, options) => dispatcher.forget(source, options),
      knownSources: () => positions.sources(),
    },
  })

  let app: Scope | null = null
  let loaded = false
  const listening: Listening[] = []

  const health = (): Health => {
    const checks: Health['checks'] = {
      collector: { ok: lifecycle.state === 'running', detail: lifecycle.state },
      tasks: tasks.check(),
      ...(config.containerMonitor.enabled ? monitor.checks() : {}),
    }
    const ok = Object.values(checks).every((check) => check.ok)
    return { status: ok ? 'healthy' : lifecycle.state === 'running' ? 'degraded' : 'unhealthy', checks }
  }

  async function listen(): Promise<void> {
    if (config.metrics.enabled) listening.push(await http.listen(config.metrics, metricsRoutes(metrics)))
    if (config.api.enabled) listening.push(await http.listen(config.api, apiRoutes({ health, tasks })))
  }

  async function start(signal: AbortSignal): Promise<void> {
    app = new Scope('collector', { clock, tasks, onFailure })
    try {
      // In one process the positions in memory are ahead of those on disk.
      if (!loaded) await positions.load()
      loaded = true
      signal.throwIfAborted()
      await listen()
      signal.throwIfAborted()
    } catch (error) {
      await stop()
      throw error
    }
    dispatcher.start(app.child('dispatcher'))
    app.child('positions').spawn('positions_checkpoint', 'positions', (own) => checkpointer.run(own))
    if (config.containerMonitor.enabled) monitor.start(app.child('container_monitor'))
  }

  /** Signal and wait for the readers; write out; save; close what is shared. Each step has a deadline within the whole one. */
  async function stop(): Promise<StopReport> {
    const sequence = new StopSequence(clock, STOP_DEADLINE_MS)
    await sequence.step('readers', 6000, (deadlineMs) => monitor.stop({ deadlineMs }))
    await sequence.step('queue', 5000, async (deadlineMs) => {
      if (!(await dispatcher.drain({ deadlineMs })))
        throw new Error('not everything queued was acknowledged by the sinks')
    })
    await sequence.step('workers', 1000, (deadlineMs) => dispatcher.stop({ deadlineMs }))
    await sequence.step('tasks', 1000, (deadlineMs) => app?.close({ deadlineMs }) ?? Promise.resolve(null))
    await sequence.step('positions', 2000, (deadlineMs) =>
      withDeadline(clock, 'saving positions', deadlineMs, NEVER, (own) => checkpointer.checkpoint(own)),
    )
    for (const sink of sinks) await sequence.step(`sink ${sink.name}`, 1000, () => sink.close())
    engine.close()
    for (const server of listening.splice(0)) await sequence.step('listener', 1000, () => server.close())
    app = null
    return sequence.report()
  }

  const lifecycle = new Lifecycle<StopReport>({ start, stop }, { elapsedMs: 0, missed: [] })
  return {
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(),
    get state() {
      return lifecycle.state
    },
    tasks,
    metrics,
    pool,
    health,
  }
}

function makeSinks(config: CollectorConfig, ports: Ports, metrics: Metrics, tasks: TaskRegistry): Sink[] {
  const { clock, fileSystem, gzip, logger, stdout } = ports
  const { localFile } = config.sinks
  const sinks: Sink[] = []
  if (localFile.enabled)
    sinks.push(new LocalFileSink({ config: localFile, clock, fileSystem, gzip, logger, metrics, tasks }))
  if (config.sinks.stdout.enabled) sinks.push(new StdoutSink(stdout))
  return sinks
}

/** For waits that only a deadline ends. */
const NEVER = new AbortController().signal
