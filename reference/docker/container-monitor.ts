import type { ContainerMonitorConfig } from '../config/config.ts'
import type { Source } from '../dispatch/block.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { messageOf } from '../errors.ts'
import type { Health } from '../http/health.ts'
import { BackOff } from '../lifecycle/back-off.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { JoinReport, Scope } from '../lifecycle/scope.ts'
import { Semaphore } from '../lifecycle/semaphore.ts'
import type { SlotPool } from '../lifecycle/slot-pool.ts'
import { Watchdog } from '../lifecycle/watchdog.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  ContainerEvent,
  ContainerSummary,
  DockerEngine,
  EngineInfo,
  EventStream,
} from '../ports/docker-engine.ts'
import type { Logger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'
import { matchesFilters } from './container-filter.ts'
import { ContainerPosition } from './reading/container-position.ts'
import { createReader } from './reading/container-reader.ts'
import { ContainerSession, type SessionContext } from './container-session.ts'
import { reportNotices } from './report-notices.ts'

export interface ContainerMonitorOptions {
  readonly config: ContainerMonitorConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly engine: DockerEngine
  readonly metrics: Metrics
  readonly dispatcher: Dispatcher
  readonly pool: SlotPool
  /** Sources with a position: those whose container is gone are finished and forgotten. */
  readonly knownSources: () => readonly Source[]
}

/**
 * Discovers containers (subscribes, then lists, lists again after every reconnect and from time to time, because the engine may drop
 * events) and gives each one that matches the filters a session of its own.
 *
 * Tasks: `monitor_events`, `monitor_health`, `slot_turns`; per container `container_follow` and `container_heartbeat`.
 */
export class ContainerMonitor {
  readonly #options: ContainerMonitorOptions
  readonly #attaching: Semaphore
  readonly #sessions = new Map<string, { session: ContainerSession; scope: Scope }>()
  /** Containers whose log driver cannot be read: said once, not at every listing. */
  readonly #refused = new Set<string>()
  /** Sources without a container that are being finished: one task each, however often they are missed. */
  readonly #retiring = new Set<string>()
  #scope: Scope | null = null
  #engineInfo: EngineInfo | null = null
  #engineFault: string | null = 'not asked yet'

  constructor(options: ContainerMonitorOptions) {
    this.#options = options
    this.#attaching = new Semaphore(options.config.maxConcurrent)
  }

  /** Number of containers being followed. */
  get followed(): number {
    return this.#sessions.size
  }

  /** Starts in the scope. An engine that is away is no error: it is asked again until it answers. */
  start(scope: Scope): void {
    this.#scope = scope
    const { pool } = this.#options
    scope.spawn('slot_turns', 'slot pool', (signal) => pool.keepTurns(signal))
    scope.spawn('monitor_events', 'engine', (signal) => this.#watchEngine(scope, signal))
    scope.spawn('monitor_health', 'engine', (signal) => this.#checkHealth(signal))
  }

  /** Ends every session and gives back every stream. */
  async stop(options: { deadlineMs: number }): Promise<JoinReport | null> {
    const report = await this.#scope?.close(options)
    this.#scope = null
    this.#sessions.clear()
    this.#refused.clear()
    return report ?? null
  }

  checks(): Health['checks'] {
    const stuck = [...this.#sessions.values()].filter(({ session }) => session.rotationStuck)
    return {
      engine: {
        ok: this.#engineFault === null,
        detail: this.#engineFault ?? `answers, ${this.#engineInfo?.version}`,
      },
      rotations: {
        ok: stuck.length === 0,
        detail:
          stuck.length === 0
            ? 'on time'
            : `stuck: ${stuck.map(({ session }) => session.source.name).join(', ')}`,
      },
    }
  }

  async #watchEngine(scope: Scope, signal: AbortSignal): Promise<void> {
    const { config, logger, random } = this.#options
    const maxMs = config.reconnectIntervalMs
    const backOff = new BackOff({ initialMs: Math.min(RECONNECT_INITIAL_MS, maxMs), maxMs }, random)
    for (;;) {
      try {
        await this.#subscribe(scope, signal, () => backOff.reset())
      } catch (error) {
        signal.throwIfAborted()
        this.#engineFault = messageOf(error)
        logger.warn({ err: error }, 'The engine is away')
      }
      await this.#options.clock.sleep(backOff.next(), { signal })
    }
  }

  /** One subscription to the engine's events, from its opening to its end. */
  async #subscribe(scope: Scope, signal: AbortSignal, established: () => void): Promise<void> {
    const { engine, config, clock } = this.#options
    this.#engineInfo = await this.#call('asking the engine who it is', signal, (own) =>
      engine.info({ signal: own }),
    )
    const open = (own: AbortSignal): Promise<EventStream> => engine.openEvents({ signal: own })
    const events = await withDeadline(
      clock,
      'subscribing to events',
      config.openTimeoutMs,
      signal,
      open,
      (late) => late.destroy(),
    )
    try {
      await this.#list(scope, signal)
      this.#engineFault = null
      established()
      for (const { session } of this.#sessions.values()) session.nudge()
      await this.#consume(events, scope, signal)
    } finally {
      events.destroy()
    }
  }

  async #consume(events: EventStream, scope: Scope, signal: AbortSignal): Promise<void> {
    const { clock, config } = this.#options
    using watchdog = new Watchdog(clock, config.resyncIntervalMs, signal)
    for (;;) {
      const event = await events.read({ signal: watchdog.signal }).catch((error: unknown): typeof RESYNC => {
        if (watchdog.expired) return RESYNC
        throw error
      })
      if (event === null) return
      if (event !== RESYNC) this.#handle(event, scope)
      if (event === RESYNC || watchdog.expired) {
        await this.#list(scope, signal)
        watchdog.rearm(config.resyncIntervalMs)
      }
    }
  }

  #handle(event: ContainerEvent, scope: Scope): void {
    if (event.action === 'start') this.#attach({ ...event, running: true }, scope)
    if (event.action === 'destroy') this.#sessions.get(event.id)?.session.nudge()
  }

  async #list(scope: Scope, signal: AbortSignal): Promise<void> {
    const { engine, knownSources } = this.#options
    const containers = await this.#call('listing containers', signal, (own) =>
      engine.listContainers({ signal: own }),
    )
    for (const container of containers) this.#attach(container, scope, { listed: true })
    const present = new Set(containers.map((container) => container.id))
    for (const [id, { session }] of this.#sessions) if (!present.has(id)) session.nudge()
    for (const id of this.#refused) if (!present.has(id)) this.#refused.delete(id)
    for (const source of knownSources()) {
      if (!present.has(source.id) && !this.#sessions.has(source.id)) this.#retire(source, scope)
    }
  }

  /** Follows the container unless it is followed already or the filters exclude it. */
  #attach(container: ContainerSummary, scope: Scope, { listed = false } = {}): void {
    const known = this.#sessions.get(container.id)
    if (known !== undefined) {
      if (!listed) known.session.started()
      else if (container.running) known.session.nudge()
      return
    }
    const { config, knownSources } = this.#options
    if (this.#refused.has(container.id) || !matchesFilters(container, config.filters)) return
    const { id, name } = container
    const source = knownSources().find((candidate) => candidate.id === id) ?? {
      id,
      kind: 'container',
      name,
      attributes: {},
    }
    const own = scope.child(name)
    const session = new ContainerSession(this.#sessionContext(), source, own)
    this.#sessions.set(id, { session, scope: own })
    own.spawn('container_heartbeat', name, (signal) => this.#beat(session, signal))
    own.spawn('container_follow', name, async (signal) => {
      const end = await session.run(signal)
      if (end === 'refused') this.#refused.add(id)
      // The session's own scope cannot be joined from a task within it.
      scope.spawn('container_release', name, (releasing) => this.#release(session, releasing))
    })
  }

  /** The container is gone or refused: end its scope, and everything held for it once that is written. */
  async #release(session: ContainerSession, signal: AbortSignal): Promise<void> {
    const { source } = session
    await this.#sessions.get(source.id)?.scope.close({ deadlineMs: this.#options.config.closeTimeoutMs })
    this.#sessions.delete(source.id)
    await this.#forget(source, signal)
  }

  /** A container that went while the collector was down: its open partial line is written, then it is forgotten. */
  #retire(source: Source, scope: Scope): void {
    const { config, dispatcher } = this.#options
    if (this.#retiring.has(source.id)) return
    this.#retiring.add(source.id)
    const position = dispatcher.resumePosition(source.id)
    const { maxLineBytes, from } = config
    scope.spawn('container_release', source.name, async (signal) => {
      using _ = { [Symbol.dispose]: () => void this.#retiring.delete(source.id) }
      if (position instanceof ContainerPosition) {
        const reader = createReader({ source, tty: false, poll: false, maxLineBytes, from, position })
        reader.flush()
        const block = reader.take()
        if (block !== undefined) await dispatcher.enqueue(block, { signal })
      }
      await this.#forget(source, signal)
    })
  }

  async #forget(source: Source, signal: AbortSignal): Promise<void> {
    await this.#options.dispatcher.forget(source, { signal })
    this.#options.metrics.forgetContainer(source)
  }

  async #beat(session: ContainerSession, signal: AbortSignal): Promise<void> {
    for (;;) {
      // eslint-disable-next-line no-await-in-loop -- a heartbeat
      await this.#options.clock.sleep(this.#options.config.heartbeatIntervalMs, { signal })
      session.checkRotation()
    }
  }

  async #checkHealth(signal: AbortSignal): Promise<void> {
    const { clock, config, engine } = this.#options
    for (;;) {
      await clock.sleep(config.healthCheckDelayMs, { signal })
      try {
        await this.#call('asking the engine for a sign of life', signal, (own) =>
          engine.info({ signal: own }),
        )
        this.#engineFault = null
      } catch (error) {
        signal.throwIfAborted()
        this.#engineFault = messageOf(error)
      }
    }
  }

  async #call<T>(what: string, signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await withDeadline(this.#options.clock, what, this.#options.config.openTimeoutMs, signal, run)
  }

  #sessionContext(): SessionContext {
    const { clock, config, dispatcher, engine, logger, metrics, pool, random } = this.#options
    const perTurnMs = config.slotTurnMs + config.openTimeoutMs
    return {
      clock,
      config,
      engine,
      logger,
      metrics,
      pool,
      random,
      attaching: this.#attaching,
      engineInfo: () => this.#engineInfo!,
      tryDeliver: (block) => dispatcher.tryEnqueue(block),
      deliver: (block, options) => dispatcher.enqueue(block, options),
      resumePosition: (source) => dispatcher.resumePosition(source),
      slotWaitBoundMs: () => Math.ceil(this.followed / pool.capacity) * perTurnMs,
      report: (container, notices) => reportNotices(container, notices, { logger, metrics }),
    }
  }
}

const RESYNC = Symbol('resync')
const RECONNECT_INITIAL_MS = 100
