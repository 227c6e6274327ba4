import type { ContainerMonitorConfig } from '../config/config.ts'
import type { Health, HealthCheck } from '../http/health.ts'
import { placeOf, type ContainerStatus } from '../http/status.ts'
import type { JoinReport, Scope } from '../lifecycle/scope.ts'
import { Condition } from '../lifecycle/condition.ts'
import { Semaphore } from '../lifecycle/semaphore.ts'
import type { SlotPool } from '../lifecycle/slot-pool.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import type { DockerEngine } from '../ports/docker-engine.ts'
import type { Logger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'
import { Admission } from './admission.ts'
import { ContainerRoster } from './container-roster.ts'
import type { SessionContext } from './container-session.ts'
import type { Delivery } from './delivery.ts'
import { EngineWatch } from './engine-watch.ts'
import { reportNotices } from './report-notices.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { Retirement } from './retirement.ts'
import type { Gunzip } from './stored/gzip-content.ts'
import { StoredLogs } from './stored/stored-logs.ts'

export interface ContainerMonitorOptions {
  /** It may change while it runs: {@link ContainerMonitor.reconfigured} is called then. */
  readonly config: ContainerMonitorConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly engine: DockerEngine
  readonly fileSystem: FileSystem
  readonly gunzip: Gunzip
  readonly metrics: Metrics
  readonly delivery: Delivery
  readonly pool: SlotPool
  /** Names of the sinks there are. */
  readonly sinks: () => readonly string[]
  /** What the machine is called. */
  readonly hostName: string
  /** The container that the collector is in, if any. */
  readonly ownContainerId: string | null
}

/**
 * Follows the containers of an engine:
 *
 *     EngineWatch --events, lists--> ContainerRoster --one each--> ContainerSession
 *                                                   \--gone, not followed--> Retirement
 *
 * Tasks: `slot_turns`, and those of its parts.
 */
export class ContainerMonitor {
  readonly #options: ContainerMonitorOptions
  readonly #watch: EngineWatch
  readonly #roster: ContainerRoster
  readonly #admission: Admission
  readonly #attaching: Semaphore
  readonly #reconfigured = new Condition()
  #scope: Scope | null = null

  constructor(options: ContainerMonitorOptions) {
    this.#options = options
    this.#attaching = new Semaphore(options.config.maxConcurrent)
    this.#watch = new EngineWatch({
      ...options,
      onEvent: (event) => this.#roster.heard(event),
      onListed: (containers) => this.#roster.listed(containers),
      onInterrupted: () => this.#roster.interrupted(),
    })
    const session = this.#sessionContext()
    const { knownSources } = options.delivery
    this.#admission = new Admission({ ...options, knownSources, engineInfo: session.engineInfo })
    this.#roster = new ContainerRoster({
      ...options,
      session,
      admission: this.#admission,
      retirement: new Retirement(options),
      knownSources,
    })
  }

  /** Number of containers being followed. */
  get followed(): number {
    return this.#roster.followed
  }

  /** Starts in the scope. An engine that is away is no error: it is asked again until it answers. */
  start(scope: Scope): void {
    this.#scope = scope
    scope.keep('slot_turns', 'slot pool', (signal) => this.#options.pool.keepTurns(signal))
    this.#roster.start(scope)
    this.#watch.start(scope)
  }

  /** Takes up the settings and the sinks there are now: only what is read otherwise by them is begun anew. */
  reconfigured(): void {
    const { config, pool } = this.#options
    this.#attaching.resize(config.maxConcurrent)
    pool.reconfigure({ capacity: config.streamRotation.maxConcurrentStreams, turnMs: config.slotTurnMs })
    if (this.#scope === null) return
    this.#roster.reconfigured()
    this.#reconfigured.notifyAll()
    this.#watch.reconfigured()
  }

  /** Ends every session and gives back every stream. */
  async stop(options: { deadlineMs: number }): Promise<JoinReport | null> {
    const report = await this.#scope?.close(options)
    this.#scope = null
    this.#roster.clear()
    return report ?? null
  }

  /** Every container that is followed, and where reading it is. */
  status(): ContainerStatus[] {
    const { resumePosition } = this.#options.delivery
    return this.#roster.followedOnes().map(({ id, name, session }) => ({
      id,
      name,
      from: session?.logSource ?? null,
      streamAgeMs: session?.streamAgeMs ?? null,
      waitingForSlot: session?.waitingForSlot ?? false,
      unreadForMs: session?.unreadForMs ?? 0,
      position: placeOf(resumePosition(id)),
    }))
  }

  checks(): Health['checks'] {
    return {
      ...this.#watch.checks(),
      containers: this.#containersCheck(),
      log_sources: this.#sourcesCheck(),
      rotations: this.#rotationsCheck(),
      labels: this.#labelsCheck(),
    }
  }

  /** Whether every container that should be read is. */
  #containersCheck(): HealthCheck {
    const { listFault } = this.#watch
    if (listFault !== null) return { ok: false, detail: `cannot be listed: ${listFault}` }
    const { unlisted } = this.#roster
    if (unlisted > 0) return { ok: false, detail: `the engine lists none, although ${unlisted} are known` }
    const unread = this.#roster.sessions.filter((session) => session.unreadForMs > UNREAD_MAX_MS)
    if (unread.length === 0) return { ok: true, detail: `${this.followed} followed` }
    return { ok: false, detail: `not read for more than a minute: ${namesOf(unread)}` }
  }

  /** Where lines come from. That it is another source than was hoped for is no fault. */
  #sourcesCheck(): HealthCheck {
    const { sessions } = this.#roster
    const files = sessions.filter(({ logSource }) => logSource === 'files').length
    const api = sessions.filter(({ logSource }) => logSource === 'api')
    const isOdd = files > 0 && api.length > 0
    const names = isOdd ? `: ${namesOf(api)}` : ''
    return { ok: true, detail: `${files} from files, ${api.length} over the API${names}` }
  }

  /** A label that is no good is the fault of who runs the container: it is shown, and the collector is as well as before. */
  #labelsCheck(): HealthCheck {
    const { mislabelled } = this.#admission
    if (mislabelled.length === 0) return { ok: true, detail: 'all are settings that should be' }
    return { ok: true, detail: `taken as not given, see the log: of ${listed(mislabelled)}` }
  }

  #rotationsCheck(): HealthCheck {
    const stuck = this.#roster.sessions.filter((session) => session.rotationStuck)
    if (stuck.length === 0) return { ok: true, detail: 'on time' }
    return { ok: false, detail: `stuck: ${namesOf(stuck)}` }
  }

  #sessionContext(): Omit<SessionContext, 'admit'> {
    const { config, delivery, logger, metrics, pool } = this.#options
    return {
      ...this.#options,
      ...delivery,
      attaching: this.#attaching,
      reconfigured: this.#reconfigured,
      engineInfo: () => this.#watch.info,
      storedLogs: new StoredLogs(this.#options),
      slotWaitBoundMs: () =>
        Math.ceil(this.followed / pool.capacity) * (config.slotTurnMs + config.openTimeoutMs),
      report: (container, notices) => reportNotices(container, notices, { logger, metrics }),
    }
  }
}

function namesOf(sessions: readonly { readonly source: { readonly name: string } }[]): string {
  return listed(sessions.map(({ source }) => source.name))
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX
  return names.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const UNREAD_MAX_MS = 60_000
/** So many are named in a check; how many more there are is said. */
const NAMES_MAX = 20
