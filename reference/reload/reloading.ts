import { changedKeys } from '../config/changed-keys.ts'
import type { CollectorConfig } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import type { Health } from '../http/health.ts'
import type { Component } from '../lifecycle/component.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { StopStep } from '../lifecycle/stop-sequence.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import type { NewTls } from '../ports/http-server.ts'
import type { Logger } from '../ports/logger.ts'
import type { ReloadReport } from './reload-report.ts'

export interface ReloadingOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'configReloaded'>
  /** The configuration that the collector runs by. */
  readonly current: () => CollectorConfig
  /** Reads it again; rejects with a sentence that says what is wrong with it. Null where there is nothing to be read. */
  readonly read: (() => Promise<CollectorConfig>) | null
  /** Reads the files of TLS that are shown again, null where nothing changed; rejects with a sentence that says which is no good. */
  readonly readTls: (signal: AbortSignal) => Promise<NewTls | null>
  /** Has the collector run by it. When it rejects, everything is as before. */
  readonly takeUp: (next: CollectorConfig, signal: AbortSignal) => Promise<void>
}

interface Changes {
  readonly next: CollectorConfig
  /** Keys. */
  readonly changed: readonly string[]
  readonly tls: NewTls | null
}

/**
 * Reads the configuration again when it is asked to, and has it taken up as a whole or not at all. One reload at a time: all that are asked for while one is under way
 * are the one after it, which reads what there is then. Tasks: `config_reload`.
 */
export class Reloading implements Component {
  readonly name = 'configuration'
  readonly #options: ReloadingOptions
  #scope: Scope | null = null
  #running: Promise<ReloadReport> | null = null
  #next: Promise<ReloadReport> | null = null
  #last: ReloadReport | null = null

  constructor(options: ReloadingOptions) {
    this.#options = options
  }

  /** What came of the last one; null before the first. */
  get last(): ReloadReport | null {
    return this.#last
  }

  async start(scope: Scope): Promise<void> {
    this.#scope = scope
  }

  /** See {@link endSteps}. */
  stopSteps(): readonly StopStep[] {
    return []
  }

  /** One that is under way is cancelled, and leaves everything as it was or as it is to be. To be run before anybody is asked for the steps of its stop. */
  endSteps(): readonly StopStep[] {
    const scope = this.#scope
    this.#scope = null
    if (scope === null || this.#running === null) return []
    return [{ name: 'reload', atMostMs: STOP_MS, run: (deadlineMs) => scope.close({ deadlineMs }) }]
  }

  /** That a configuration is refused makes the collector no worse: it runs by the one before. */
  checks(): Health['checks'] {
    if (this.#last === null) return { configuration: { ok: true, detail: 'as at the start' } }
    const { at, problem, result } = this.#last
    const kept = problem === null ? '' : `, the one before is kept: ${problem}`
    return { configuration: { ok: true, detail: `reloaded at ${at}: ${result}${kept}` } }
  }

  /** Resolves when a reload that began after the call is over; never rejects. */
  async reload(): Promise<ReloadReport> {
    if (this.#running === null) return await this.#begin()
    this.#next ??= this.#running.then(() => {
      this.#next = null
      return this.#begin()
    })
    return await this.#next
  }

  async #begin(): Promise<ReloadReport> {
    this.#running = this.#run()
    try {
      return await this.#running
    } finally {
      this.#running = null
    }
  }

  async #run(): Promise<ReloadReport> {
    const scope = this.#scope
    if (scope === null || scope.signal.aborted)
      return this.#report('refused', [], 'the collector does not run')
    try {
      const report = await scope.spawn('config_reload', 'configuration', (signal) => this.#reload(signal))
        .done
      this.#note(report)
      return report
    } catch (error) {
      return this.#report('failed', [], messageOf(error))
    }
  }

  async #reload(signal: AbortSignal): Promise<ReloadReport> {
    const { clock, current, read, readTls } = this.#options
    if (read === null)
      return this.#report('refused', [], 'the collector was started without a configuration file')
    let next: CollectorConfig
    let tls: NewTls | null
    try {
      next = await withDeadline(clock, 'reading the configuration', READ_MS, signal, read)
      tls = await readTls(signal)
    } catch (error) {
      signal.throwIfAborted()
      return this.#report('refused', [], messageOf(error))
    }
    const changes = changedKeys(current(), next)
    const changed = changes.map(({ key }) => key)
    const lasting = changes.filter(({ needsRestart }) => needsRestart).map(({ key }) => key)
    if (lasting.length > 0)
      return this.#report(
        'refused',
        changed,
        `${lasting.join(', ')} cannot change while the collector runs: restart it, or put back what it was`,
      )
    return await this.#takeUp({ next, changed, tls }, signal)
  }

  async #takeUp({ next, changed, tls }: Changes, signal: AbortSignal): Promise<ReloadReport> {
    const all = tls === null ? changed : [...changed, 'api.tls']
    if (all.length === 0) return this.#report('unchanged', all, null)
    try {
      if (changed.length > 0) await this.#options.takeUp(next, signal)
      tls?.show()
      return this.#report('applied', all, null)
    } catch (error) {
      return this.#report('failed', all, messageOf(error))
    }
  }

  #report(result: ReloadReport['result'], changed: readonly string[], problem: string | null): ReloadReport {
    return { result, at: new Date(this.#options.clock.now()).toISOString(), changed, problem }
  }

  #note(report: ReloadReport): void {
    const { logger, metrics } = this.#options
    const { changed, problem, result } = report
    this.#last = report
    metrics.configReloaded(result)
    if (problem === null) logger.info({ result, changed }, 'The configuration was read again')
    else
      logger.error(
        { result, changed, problem },
        'The configuration was read again, and the one before is kept',
      )
  }
}

/** How long the file may take to be read. */
const READ_MS = 10_000
/** The longest of what it waits for that cannot be cancelled. */
const STOP_MS = 4000
