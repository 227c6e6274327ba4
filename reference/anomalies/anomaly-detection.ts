import { join } from 'node:path'
import type { AnomalyConfig } from '../config/sections/anomaly.ts'
import type { Block, Source } from '../dispatch/block.ts'
import { messageOf } from '../errors.ts'
import type { Health } from '../http/health.ts'
import type { Component } from '../lifecycle/component.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { StopStep } from '../lifecycle/stop-sequence.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Logger } from '../ports/logger.ts'
import { ANOMALY_KINDS, type Anomaly, type Finding, type WatchedSource } from './anomaly.ts'
import { AnomalyList, type Aspect } from './anomaly-list.ts'
import { AnomalyLog } from './anomaly-log.ts'
import { Detector } from './detector.ts'
import { ModelFile } from './model/model-file.ts'
import { encodeSource, readSource } from './model/stored-source.ts'
import { NEVER } from '../lifecycle/abort-listener.ts'

export interface AnomalyDetectionOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly fileSystem: FileSystem
  readonly stateDir: string
  readonly config: AnomalyConfig
  /** False while something is wrong with reading: that few lines come then means nothing. */
  readonly isReading: () => boolean
}

/** What the API tells. */
export interface AnomalyReport {
  readonly enabled: boolean
  /** Whether it watches; not while it loads its model, or after it failed. */
  readonly watching: boolean
  /** Sources with a model. */
  readonly sources: number
  /** Of those: whose time of day is known, and whose kinds of lines are. */
  readonly sourcesWithDay: number
  readonly sourcesSettled: number
  /** Wall time, ISO 8601; null before the first training. */
  readonly trainedAt: string | null
  /** The last ones, the latest first. */
  readonly anomalies: readonly Anomaly[]
}

export const DETECTION_OFF: AnomalyReport = {
  enabled: false,
  watching: false,
  sources: 0,
  sourcesWithDay: 0,
  sourcesSettled: 0,
  trainedAt: null,
  anomalies: [],
}

/**
 * The detector as a part of the collector: it looks at what was taken by the delivery, in slices of time that it is allowed, and keeps its model in
 * `<state_dir>/anomaly-model.jsonl`: read when it starts, written once an hour and when it stops.
 *
 *     loading --> watching --> stopped
 *                    \--> failed: health says so
 */
export class AnomalyDetection implements Component {
  readonly name = 'anomaly_detector'
  readonly #options: AnomalyDetectionOptions
  readonly #detector: Detector
  readonly #file: ModelFile
  readonly #path: string
  readonly #list = new AnomalyList()
  readonly #log: AnomalyLog
  #scope: Scope | null = null
  #isLoaded = false
  /** Why it watches no longer. */
  #failure: string | null = null
  #saveFault: string | null = null
  #savedMs = 0
  #trainedMs: number | null = null

  constructor(options: AnomalyDetectionOptions) {
    this.#options = options
    const { clock, config, fileSystem, logger, metrics, stateDir } = options
    this.#path = join(stateDir, 'anomaly-model.jsonl')
    this.#file = new ModelFile(fileSystem, this.#path)
    this.#log = new AnomalyLog(clock, logger)
    this.#detector = new Detector(config, {
      found: (finding, atMs) => this.#found(finding, atMs),
      usual: (source, aspect) => this.#usual(source, aspect),
      mined: (lines) => metrics.anomalyLinesMined(lines),
      skipped: (reason, lines) => metrics.anomalyLinesSkipped(reason, lines),
      late: (lines) => metrics.anomalyLinesLate(lines),
      evicted: () => metrics.anomalyModelEvicted(),
      trained: () => this.#trained(),
    })
    metrics.anomaliesExpected()
    metrics.mirrorAnomalies({
      sources: () => this.#detector.models.size,
      bytes: () => this.#detector.bytes,
      ongoing: () => new Map(ANOMALY_KINDS.map((kind) => [kind, this.#list.ongoing(kind)])),
    })
  }

  /** Takes note of a block that was taken. Whatever is wrong here is no concern of the delivery. */
  observe(block: Block): void {
    if (!this.#isLoaded) this.#options.metrics.anomalyLinesSkipped('loading', block.ends.length)
    else if (this.#failure === null)
      this.#guarded(() => this.#detector.observe(block, this.#options.clock.now()))
  }

  /** The source is gone. */
  gone(source: Source): void {
    if (this.#isLoaded && this.#failure === null) this.#guarded(() => this.#detector.gone(source))
  }

  async start(scope: Scope): Promise<void> {
    this.#scope = scope
    this.#failure = null
    const heartbeatMs = HEARTBEAT_MS
    scope.keep('anomaly_detector', 'detector', (signal, beat) => this.#run(signal, beat), { heartbeatMs })
  }

  stopSteps(): readonly StopStep[] {
    return [
      {
        name: 'anomaly detector',
        atMostMs: 500,
        reservedMs: 50,
        run: async (deadlineMs) => (await this.#scope?.close({ deadlineMs })) ?? null,
      },
      {
        name: 'anomaly model',
        atMostMs: 4000,
        reservedMs: 250,
        run: (deadlineMs) => this.#saveAtLast(deadlineMs),
      },
    ]
  }

  checks(): Health['checks'] {
    if (this.#failure !== null) return { anomaly_detector: { ok: false, detail: `failed: ${this.#failure}` } }
    if (this.#saveFault !== null)
      return { anomaly_detector: { ok: false, detail: `its model cannot be saved: ${this.#saveFault}` } }
    const { size } = this.#detector.models
    return {
      anomaly_detector: { ok: true, detail: this.#isLoaded ? `watches ${size} sources` : 'loads its model' },
    }
  }

  report(): AnomalyReport {
    const models = [...this.#detector.models]
    return {
      enabled: true,
      watching: this.#isLoaded && this.#failure === null,
      sources: models.length,
      sourcesWithDay: models.filter(({ rate }) => rate.knowsDay).length,
      sourcesSettled: models.filter(({ content }) => content.isSettled).length,
      trainedAt: this.#trainedMs === null ? null : new Date(this.#trainedMs).toISOString(),
      anomalies: this.#list.list(),
    }
  }

  #guarded(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#failure = messageOf(error)
      this.#options.logger.error({ err: error }, 'The anomaly detector failed: it watches no longer')
    }
  }

  async #run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { clock, isReading } = this.#options
    const detector = this.#detector
    if (!this.#isLoaded) await this.#load(signal)
    for (;;) {
      beat()
      // oxlint-disable no-await-in-loop -- one after the other
      await clock.sleep(TICK_MS, { signal })
      detector.allowance.renew()
      const nowMs = clock.now()
      await this.#inSlices(detector.mine(nowMs), signal, () => detector.allowance.hasCpu)
      await this.#inSlices(detector.judge(nowMs, isReading()), signal)
      await this.#inSlices(detector.train(nowMs), signal)
      this.#log.tick()
      if (clock.monotonic() - this.#savedMs >= SAVE_INTERVAL_MS) await this.#saveNow(signal)
      // oxlint-enable no-await-in-loop
    }
  }

  /** Leaves the event loop to others after each slice. What is left when it may not go on is done another time. */
  async #inSlices(work: Iterator<void>, signal: AbortSignal, mayGoOn = (): boolean => true): Promise<void> {
    const { clock } = this.#options
    while (mayGoOn()) {
      if (this.#slice(work)) return
      // eslint-disable-next-line no-await-in-loop -- one slice after the other
      await clock.sleep(PAUSE_MS, { signal })
    }
  }

  /** @returns whether all is done */
  #slice(work: Iterator<void>): boolean {
    const { clock, metrics } = this.#options
    const beganMs = clock.monotonic()
    let isDone = false
    let tookMs = 0
    for (let step = 0; step < SLICE_STEPS && tookMs < SLICE_MS && !isDone; step++) {
      isDone = work.next().done === true
      tookMs = clock.monotonic() - beganMs
    }
    this.#detector.allowance.takeCpu(tookMs)
    metrics.anomalyCpu(tookMs / 1000)
    return isDone
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { clock, config, logger, metrics } = this.#options
    const detector = this.#detector
    detector.models.clear()
    const read = (own: AbortSignal): Promise<number | null> =>
      this.#file.read(config.windowMs, (line) => detector.restore(readSource(line)), own)
    try {
      const sources = await withDeadline(clock, 'reading the anomaly model', LOAD_DEADLINE_MS, signal, read)
      if (sources !== null) logger.info({ sources }, 'The anomaly model is loaded')
    } catch (error) {
      signal.throwIfAborted()
      detector.models.clear()
      metrics.anomalyModelFailed('load')
      const fields = { path: this.#path, why: messageOf(error), err: error }
      logger.warn(fields, 'The anomaly model cannot be used: everything is learnt anew')
    }
    this.#savedMs = clock.monotonic()
    this.#isLoaded = true
  }

  async #saveNow(signal: AbortSignal): Promise<void> {
    this.#savedMs = this.#options.clock.monotonic()
    await this.#save(SAVE_DEADLINE_MS, signal).catch(() => signal.throwIfAborted())
  }

  /** Nothing was learnt before what was known is loaded. */
  async #saveAtLast(deadlineMs: number): Promise<void> {
    if (this.#isLoaded) await this.#save(deadlineMs, NEVER)
  }

  async #save(deadlineMs: number, signal: AbortSignal): Promise<void> {
    const { clock, config, logger, metrics } = this.#options
    const write = (own: AbortSignal): Promise<void> => this.#file.write(config.windowMs, this.#lines(), own)
    try {
      await withDeadline(clock, 'saving the anomaly model', deadlineMs, signal, write)
      this.#saveFault = null
    } catch (error) {
      signal.throwIfAborted()
      this.#saveFault = messageOf(error)
      metrics.anomalyModelFailed('save')
      logger.warn({ path: this.#path, err: error }, 'The anomaly model cannot be saved')
      throw error
    }
  }

  /** Each is made when the one before it is written. */
  *#lines(): Generator<string> {
    for (const model of this.#detector.models) yield encodeSource(model)
  }

  #found(finding: Finding, atMs: number): void {
    const anomaly = this.#list.note(finding, atMs)
    if (anomaly === null) return
    this.#options.metrics.anomaly(finding.kind)
    this.#log.tell(anomaly)
  }

  #usual(source: WatchedSource, aspect: Aspect): void {
    for (const kind of this.#list.over(source, aspect)) this.#log.over(kind, source)
  }

  #trained(): void {
    this.#trainedMs = this.#options.clock.now()
    this.#options.metrics.anomalyModelTrained()
  }
}

const TICK_MS = 1000
const HEARTBEAT_MS = 30_000
/** Of work without a pause. */
const SLICE_MS = 2
const SLICE_STEPS = 256
const PAUSE_MS = 1
const LOAD_DEADLINE_MS = 10_000
const SAVE_DEADLINE_MS = 10_000
const SAVE_INTERVAL_MS = 3_600_000
