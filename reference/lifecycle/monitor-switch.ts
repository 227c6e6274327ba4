import type { Health } from '../http/health.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { messageOf } from '../errors.ts'
import { onAbort } from './abort.ts'
import type { Component } from './component.ts'
import { withDeadline } from './deadline.ts'
import { Lifecycle, type LifecycleState } from './lifecycle.ts'
import type { JoinReport, Scope } from './scope.ts'
import type { StopStep } from './stop-sequence.ts'
import { NEVER } from './abort-listener.ts'

/** A part that reads, which can be started again after it was stopped. */
export interface Monitor {
  /** Spawns its tasks in the scope. */
  start(scope: Scope, signal: AbortSignal): Promise<void> | void
  /** Closes the scope. */
  stop(options: { deadlineMs: number }): Promise<JoinReport | null>
  checks(): Health['checks']
}

export interface MonitorSwitchOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** What people call it, such as `container`. */
  readonly name: string
  /** Of the component. */
  readonly component: string
  /** What its stop is called in a report. */
  readonly step: string
  readonly stopDeadlineMs: number
  /** Whether the configuration wants it. Default true. */
  readonly isEnabled?: () => boolean
  /** Gives back what its stop leaves open, once it was stopped by request or for other settings. */
  readonly release?: () => Promise<void>
}

/** How a monitor is. */
export interface MonitorState {
  readonly name: string
  readonly state: LifecycleState
  /** Tasks of its last run that did not end by the deadline of its stop and still have not. It cannot be started before they have. */
  readonly unfinished: readonly string[]
}

/** Why a monitor cannot be started now. */
export class MonitorRefusal extends Error {
  override readonly name = 'MonitorRefusal'
}

/**
 * A monitor that is started and stopped with the collector, and by request while that runs. Requests are idempotent and may come in any order and while another
 * is under way: the last wins. A monitor reads on where it stopped; what it stopped in the middle of is read again.
 */
export class MonitorSwitch implements Component {
  readonly name: string
  readonly #monitor: Monitor
  readonly #options: MonitorSwitchOptions
  readonly #lifecycle: Lifecycle<JoinReport | null>
  /** While the collector runs: each run of the monitor has a scope in it. */
  #scope: Scope | null = null
  #run: Scope | null = null
  #runs = 0
  /** Since when it is off by request, monotonic milliseconds; null while it is not. */
  #offSinceMs: number | null = null
  #deadlineMs: number

  constructor(monitor: Monitor, options: MonitorSwitchOptions) {
    this.name = options.component
    this.#monitor = monitor
    this.#options = options
    this.#deadlineMs = options.stopDeadlineMs
    this.#lifecycle = new Lifecycle<JoinReport | null>(
      { start: (signal) => this.#start(signal), stop: () => this.#stop() },
      null,
    )
  }

  get isEnabled(): boolean {
    return this.#options.isEnabled?.() ?? true
  }

  get current(): MonitorState {
    const { state } = this.#lifecycle
    return { name: this.#options.name, state, unfinished: state === 'stopped' ? this.#unfinished() : [] }
  }

  /** With the collector. */
  async start(scope: Scope, signal: AbortSignal): Promise<void> {
    this.#scope = scope
    this.#offSinceMs = null
    this.#deadlineMs = this.#options.stopDeadlineMs
    if (!this.isEnabled) return
    using _ = onAbort(signal, () => void this.#lifecycle.stop().catch(() => {}))
    try {
      await this.#lifecycle.start()
    } catch (error) {
      signal.throwIfAborted()
      // Stopped by request meanwhile, which is no failure of the collector.
      if (this.#offSinceMs === null) throw error
    }
  }

  /** With the collector. Nothing is started by request from then on. */
  stopSteps(): readonly StopStep[] {
    const { step, stopDeadlineMs } = this.#options
    if (!this.isEnabled) {
      this.#scope = null
      return []
    }
    const run = async (deadlineMs: number): Promise<JoinReport> => {
      this.#scope = null
      this.#offSinceMs = null
      this.#deadlineMs = deadlineMs
      const report = await this.#lifecycle.stop()
      const { unfinished = [] } = this.#run ?? {}
      return report ?? { ended: unfinished.length === 0, unfinished, elapsedMs: 0 }
    }
    return [{ name: step, atMostMs: stopDeadlineMs, run }]
  }

  /** Of one that is off by request only that: what it finds of its surroundings is old. */
  checks(): Health['checks'] {
    if (!this.isEnabled) return {}
    if (this.#offSinceMs === null) return this.#monitor.checks()
    const seconds = Math.round((this.#options.clock.monotonic() - this.#offSinceMs) / 1000)
    const { state, unfinished } = this.current
    const left = unfinished.length === 0 ? '' : `; did not end: ${unfinished.slice(0, NAMES_MAX).join(', ')}`
    const detail = `${state} by request for ${seconds} s: it reads nothing${left}`
    return { [this.name]: { ok: false, detail } }
  }

  /**
   * By request. Resolves once it runs.
   * @throws MonitorRefusal when the collector does not run, tasks of the last run have not ended, or it was stopped meanwhile
   */
  async switchOn(): Promise<MonitorState> {
    const { logger, name } = this.#options
    const scope = this.#scope
    if (scope === null)
      throw new MonitorRefusal(`Cannot start the ${name} monitor: the collector does not run`)
    const wasOff = this.#offSinceMs !== null
    try {
      await this.#lifecycle.start()
    } catch (error) {
      throw new MonitorRefusal(`Cannot start the ${name} monitor: ${messageOf(error)}`, { cause: error })
    }
    this.#offSinceMs = null
    if (wasOff) logger.info({ monitor: name }, 'A monitor was started by request')
    return this.current
  }

  /** By request. Resolves once it has stopped, or its deadline is over: what did not end by then is named. */
  async switchOff(): Promise<MonitorState> {
    const { clock, logger, name } = this.#options
    if (this.#scope === null) return this.current
    const isNews = this.#offSinceMs === null
    this.#offSinceMs ??= clock.monotonic()
    await this.#lifecycle.stop()
    if (isNews) {
      const { unfinished } = this.current
      const level = unfinished.length === 0 ? 'info' : 'warn'
      logger[level]({ monitor: name, unfinished }, 'A monitor was stopped by request: it reads nothing')
    }
    return this.current
  }

  /**
   * Stops for other settings, until {@link resume}; one that was stopped by request, or is not enabled, is stopped already.
   * @throws MonitorRefusal when tasks do not end by the deadline
   */
  async pause(): Promise<void> {
    await this.#lifecycle.stop()
    await this.#release()
    const { unfinished } = this.current
    if (unfinished.length > 0)
      throw new MonitorRefusal(
        `The ${this.#options.name} monitor did not stop: ${unfinished.slice(0, NAMES_MAX).join(', ')}`,
      )
  }

  /** Runs by the settings there are now, unless it was stopped by request or is not enabled. */
  async resume(): Promise<void> {
    // By request it may have been started meanwhile, by the settings of before.
    await this.#lifecycle.stop()
    if (this.#scope !== null && this.#offSinceMs === null && this.isEnabled) await this.#lifecycle.start()
  }

  /** Tasks of the last run that have not ended. */
  #unfinished(): string[] {
    return (this.#run?.unfinished ?? []).map(({ kind, name }) => `${kind} ${name}`)
  }

  async #start(signal: AbortSignal): Promise<void> {
    const left = this.#unfinished()
    if (left.length > 0) {
      throw new Error(`of its last run ${left.slice(0, NAMES_MAX).join(', ')} did not end yet`)
    }
    this.#runs += 1
    this.#run = this.#scope!.child(`run ${this.#runs}`)
    try {
      await this.#monitor.start(this.#run, signal)
    } catch (error) {
      await this.#stop()
      throw error
    }
  }

  async #stop(): Promise<JoinReport | null> {
    const report = await this.#monitor.stop({ deadlineMs: this.#deadlineMs })
    if (this.#offSinceMs !== null) await this.#release()
    return report
  }

  /** A close that hangs, or fails, has given back what it can. */
  async #release(): Promise<void> {
    const { clock, logger, name, release } = this.#options
    if (release === undefined) return
    const what = `closing what the ${name} monitor had open`
    await withDeadline(clock, what, RELEASE_DEADLINE_MS, NEVER, release).catch((error: unknown) =>
      logger.warn({ monitor: name, err: error }, 'A monitor that was stopped could not close everything'),
    )
  }
}

const NAMES_MAX = 5
const RELEASE_DEADLINE_MS = 500
