import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { ANOMALY_KINDS, type AnomalyKind } from '../anomalies/anomaly.ts'
import type { SkipReason } from '../anomalies/detector.ts'
import { STREAM_ERRORS } from '../error-codes.ts'
import type { TaskRegistry } from '../lifecycle/task-registry.ts'
import { PushMetrics } from './push-metrics.ts'
import type { Health } from '../http/health.ts'
import { RELOAD_RESULTS, type ReloadResult } from '../reload/reload-report.ts'
import type { Clock } from '../ports/clock.ts'
import type { HostProcess } from '../ports/host-process.ts'

/** Why a stream was closed and its slot given on: its age, or another container waiting for the slot. */
export type RotationReason = (typeof ROTATION_REASONS)[number]
const ROTATION_REASONS = ['planned', 'yield'] as const

export type StreamErrorType = keyof typeof STREAM_ERRORS

/** Why a sink will never get a line: the spool or the dead letters were full, or somebody had them dropped. */
export type DropReason = 'spool_full' | 'dead_letters_full' | 'dead_letters_dropped'

/** Why a request to the API was refused: no good `token`, from a page of another `origin`, or beyond the `rate` that is allowed. */
export type RefusedReason = 'token' | 'origin' | 'rate'

/** Why the log of a container that is gone was not read to its end. */
export type MissedReason =
  /** It was gone before the engine described it. */
  | 'not_described'
  /** Its log was never opened. */
  | 'not_opened'
  /** Its log was opened, and was gone before its end was read. */
  | 'cut_short'

/** The container a figure belongs to. `id` is the full one, the label carries its first 12 characters. */
export interface MeasuredContainer {
  readonly id: string
  readonly name: string
}

/** Where the lines of a container come from. */
export type LogSource = (typeof LOG_SOURCES)[number]
const LOG_SOURCES = ['files', 'api'] as const

/** What lines are read from. */
export interface MeasuredSource extends MeasuredContainer {
  /** Default a container. */
  readonly kind?: 'container' | 'file' | 'push'
}

export interface MetricsOptions {
  readonly clock: Clock
  readonly tasks: TaskRegistry
  readonly process: HostProcess
  /** Read at every scrape. */
  readonly slots: { readonly capacity: number; readonly active: number }
}

/**
 * The collector's figures in Prometheus' format, in a registry of their own. The names are those of the Go system, so that its
 * dashboards go on working. Cheap enough to be called once per block, not meant to be called once per line.
 *
 * Labels are bounded: `kind` and `sink` are small fixed sets, and every series of a container goes with
 * {@link forgetContainer}. A container keeps the name it was first seen under.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #clock: Clock
  readonly #labels = new Map<string, ContainerLabels>()
  /** Containers that have rotation figures. */
  readonly #rotating = new Set<string>()
  /** Remove one container's series from one metric each. */
  readonly #removers: ((labels: ContainerLabels) => void)[] = []

  readonly #rotations = new Counter({
    name: 'log_capturer_container_stream_rotations_total',
    help: 'Streams closed and reopened or handed over at their position',
    labelNames: ['container_id', 'container_name', 'reason'],
    registers: [this.#registry],
  })
  readonly #streamErrors = new Counter({
    name: 'log_capturer_container_stream_errors_total',
    help: 'Streams that failed, by what failed',
    labelNames: ['error_type', 'container_id'],
    registers: [this.#registry],
  })
  readonly #idleChecks = this.#perContainer('log_capturer_container_idle_checks_total', {
    help: 'Reads that timed out and found nothing unread',
  })
  readonly #gaps = this.#perContainer('log_capturer_container_gaps_total', {
    help: 'Reopens that could not be joined to what was read before: the engine may have dropped lines',
  })
  readonly #replayed = this.#perContainer('log_capturer_container_replayed_messages_total', {
    help: 'Messages the engine sent again and that were skipped',
  })
  readonly #orphaned = this.#perContainer('log_capturer_container_orphaned_lines_total', {
    help: 'Lines whose end never came',
  })
  readonly #cut = this.#perContainer('log_capturer_container_cut_lines_total', {
    help: 'Lines cut because they were longer than max_line_bytes',
  })
  readonly #filtered = this.#perContainer('log_capturer_lines_filtered_total', {
    help: 'Lines left out by include_lines and exclude_lines; they are not among those read',
  })
  readonly #logSource = new Gauge({
    name: 'log_capturer_container_log_source',
    help: 'Where the lines of a container come from: 1 for one of the sources',
    labelNames: ['container_id', 'container_name', 'source'],
    registers: [this.#registry],
  })
  readonly #rateLimited = this.#perContainer('log_capturer_lines_rate_limited_total', {
    help: 'Lines left out because their container wrote more than rate_limit allows; they are not among those read',
  })
  readonly #rateDelayed = this.#perContainer('log_capturer_rate_limit_delay_seconds_total', {
    help: 'Time reading waited because a container wrote more than rate_limit allows',
  })
  readonly #multilineSilences = this.#perContainer('log_capturer_multiline_silences_total', {
    help: 'Records of several lines that were given out because nothing came for multiline.timeout',
  })
  readonly #multilineLimits = this.#perContainer('log_capturer_multiline_limits_total', {
    help: 'Records of several lines that ended because of multiline.max_lines or max_bytes',
  })
  readonly #missed = this.#counter('log_capturer_containers_missed_total', 'reason', {
    help: 'Containers that ran and were gone before their log was read to its end',
  })
  readonly #linesRead = this.#perContainer('log_capturer_lines_read_total', {
    help: 'Lines read from containers',
  })
  readonly #bytesRead = this.#perContainer('log_capturer_bytes_read_total', {
    help: 'Bytes of lines read from containers',
  })
  readonly #lastRotation = new Gauge({
    name: 'log_capturer_container_last_rotation_timestamp',
    help: 'When the stream was last rotated, or opened after it failed or the container started, seconds since the epoch',
    labelNames: ['container_id', 'container_name'],
    registers: [this.#registry],
  })
  readonly #streamAge = new Histogram({
    name: 'log_capturer_container_stream_age_seconds',
    help: 'Age of streams when they were rotated',
    buckets: [60, 120, 180, 240, 300, 360],
    registers: [this.#registry],
  })
  readonly #streamsActive = this.#gauge('log_capturer_container_streams_active', 'Open log streams')
  #openStreams = 0
  #rotationsOfAll = 0
  readonly #abandoned = this.#counter('log_capturer_abandoned_total', 'kind', {
    help: 'Operations that missed their deadline and are no longer waited for',
  })
  readonly #taskFailures = this.#counter('log_capturer_task_failures_total', 'kind', {
    help: 'Tasks that failed for another reason than cancellation',
  })
  readonly #linesDelivered = this.#counter('log_capturer_lines_delivered_total', 'sink', {
    help: 'Lines a sink acknowledged',
  })
  readonly #linesElsewhere = this.#counter('log_capturer_lines_elsewhere_total', 'sink', {
    help: 'Lines that were read and are not for this sink, because their source names others',
  })
  readonly #bytesDelivered = this.#counter('log_capturer_bytes_delivered_total', 'sink', {
    help: 'Bytes of lines that were given to a sink and answered for',
  })
  readonly #linesRetried = this.#counter('log_capturer_lines_retried_total', 'sink', {
    help: 'Lines written again because a sink failed',
  })
  readonly #sinkLatency = new Histogram({
    name: 'log_capturer_sink_latency_seconds',
    help: 'Time a sink took to acknowledge a batch',
    labelNames: ['sink'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers: [this.#registry],
  })
  readonly #sinkRequests = new Counter({
    name: 'log_capturer_sink_requests_total',
    help: 'Requests a sink sent, by the status of the answer',
    labelNames: ['sink', 'status'],
    registers: [this.#registry],
  })
  readonly #sinkRequestBytes = new Counter({
    name: 'log_capturer_sink_request_bytes_total',
    help: 'Bytes of the bodies of those requests, as they were sent',
    labelNames: ['sink'],
    registers: [this.#registry],
  })
  readonly #sinkRequestSeconds = new Histogram({
    name: 'log_capturer_sink_request_seconds',
    help: 'Time until the whole answer was there, or the request was given up',
    labelNames: ['sink'],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    registers: [this.#registry],
  })
  readonly #unnamedRefusals = new Counter({
    name: 'log_capturer_sink_unnamed_refusals_total',
    help: 'Lines a sink counts among those delivered although the receiver has rejected so many, without saying which',
    labelNames: ['sink'],
    registers: [this.#registry],
  })
  readonly #linesDropped = new Counter({
    name: 'log_capturer_lines_dropped_total',
    help: 'Lines a sink will never get, by why',
    labelNames: ['sink', 'reason'],
    registers: [this.#registry],
  })
  readonly #linesDeadLettered = new Counter({
    name: 'log_capturer_lines_dead_lettered_total',
    help: 'Lines a sink did not take and that are kept as dead letters, by why',
    labelNames: ['sink', 'reason'],
    registers: [this.#registry],
  })
  readonly #linesRedelivered = this.#counter('log_capturer_lines_redelivered_total', 'sink', {
    help: 'Dead letters that were given to their sink again, lines',
  })
  readonly #queueBytes = this.#gaugePerSink(
    'log_capturer_queue_bytes',
    'Memory held by blocks on their way to a sink',
  )
  readonly #queueBlocks = this.#gaugePerSink('log_capturer_queue_blocks', 'Blocks on their way to a sink')
  readonly #spoolDamaged = this.#counter('log_capturer_spool_damaged_total', 'sink', {
    help: 'Parts of the spool that could not be read: their lines are lost for the sink',
  })
  readonly #positionsSaved = this.#gauge(
    'log_capturer_positions_saved_timestamp',
    'When nothing that was acknowledged was left to be saved, seconds since the epoch',
  )
  readonly #jetStreamFound = this.#counter('log_capturer_jetstream_found_total', 'kind', {
    help: 'What a subject held that no acknowledgement had told: records stored before, messages with other records, subjects that somebody else publishes to',
  })
  readonly #apiRefused = this.#counter('log_capturer_api_refused_total', 'reason', {
    help: 'Requests to the API that were refused: without the token, from a page in a browser, or beyond the rate',
  })
  readonly #configReloads = this.#counter('log_capturer_config_reload_total', 'result', {
    help: 'Times the configuration was read again, by what came of it; where it was refused or failed the one before is kept',
  })
  readonly #lastReload = this.#gauge(
    'log_capturer_config_last_reload_successful',
    'Whether the collector runs by the configuration as it was last read, 0 or 1; 1 before it is read again',
  )
  readonly #fileDisturbances = this.#counter('log_capturer_local_file_disturbances_total', 'kind', {
    help: 'Times an output file was found renamed, removed, replaced, cut or written to by somebody else',
  })
  readonly #openFiles = this.#gauge(
    'log_capturer_local_file_open_files',
    'Files the local file sink holds open',
  )

  readonly #fileRotations = this.#counter('log_capturer_file_rotations_total', 'kind', {
    help: 'Files that were renamed away, cut or removed while they were read',
  })
  readonly #fileErrors = this.#counter('log_capturer_file_errors_total', 'code', {
    help: 'Looks at files and directories that failed, by the error code',
  })
  /** Of what programs push. */
  readonly push: PushMetrics = new PushMetrics(this.#registry)
  readonly #anomalies = this.#counter('log_capturer_anomalies_total', 'kind', {
    help: 'Anomalies that were found; one that lasts counts once',
  })
  readonly #anomalyLinesMined = new Counter({
    name: 'log_capturer_anomaly_lines_mined_total',
    help: 'Lines the anomaly detector has looked at',
    registers: [this.#registry],
  })
  readonly #anomalyLinesSkipped = this.#counter('log_capturer_anomaly_lines_skipped_total', 'reason', {
    help: 'Lines the anomaly detector has not looked at, by what it was short of',
  })
  readonly #anomalyLinesLate = new Counter({
    name: 'log_capturer_anomaly_lines_late_total',
    help: 'Lines that were written too long ago to be counted in the rate of their source',
    registers: [this.#registry],
  })
  readonly #anomalyCpu = new Counter({
    name: 'log_capturer_anomaly_cpu_seconds_total',
    help: 'Time the anomaly detector worked beside the delivery',
    registers: [this.#registry],
  })
  readonly #anomalyTrainings = new Counter({
    name: 'log_capturer_anomaly_trainings_total',
    help: 'Trainings of the anomaly detector',
    registers: [this.#registry],
  })
  readonly #anomalyEvicted = new Counter({
    name: 'log_capturer_anomaly_models_evicted_total',
    help: 'Sources whose model was forgotten because memory was needed for others',
    registers: [this.#registry],
  })
  readonly #anomalyModelFailures = this.#counter('log_capturer_anomaly_model_failures_total', 'operation', {
    help: 'Times the model of the anomaly detector could not be loaded or saved',
  })
  readonly #perFile = {
    lines: this.#counter('log_capturer_file_lines_read_total', 'file', { help: 'Lines read from files' }),
    bytes: this.#counter('log_capturer_file_bytes_read_total', 'file', {
      help: 'Bytes of lines read from files',
    }),
    gaps: this.#counter('log_capturer_file_gaps_total', 'file', {
      help: 'Times that something may be missing: a file was cut, or gone before its end was known to be read',
    }),
    lostBytes: this.#counter('log_capturer_file_lost_bytes_total', 'file', {
      help: 'Bytes that were seen in a file and gone before they were read',
    }),
    cutLines: this.#counter('log_capturer_file_cut_lines_total', 'file', {
      help: 'Lines of files cut because they were longer than max_line_bytes',
    }),
  }

  constructor(options: MetricsOptions) {
    this.#clock = options.clock
    this.#removers.push(
      (labels) => {
        for (const reason of ROTATION_REASONS) this.#rotations.remove({ ...labels, reason })
      },
      ({ container_id }) => {
        for (const error_type of Object.keys(STREAM_ERRORS))
          this.#streamErrors.remove({ error_type, container_id })
      },
      (labels) => this.#lastRotation.remove(labels),
      (labels) => {
        for (const source of LOG_SOURCES) this.#logSource.remove({ ...labels, source })
      },
    )
    for (const result of RELOAD_RESULTS) this.#configReloads.inc({ result }, 0)
    this.#lastReload.set(1)
    this.#mirrorTasks(options.tasks)
    this.#mirrorSlots(options.slots)
    this.#mirrorProcess(options.process)
  }

  /**
   * A container's log is open, in a slot, until {@link streamClosed}. Where it is to be rotated, the container has rotation figures from the first time
   * on: an alert on a rotation that never comes needs a series to look at.
   */
  streamOpened(container: MeasuredContainer, { rotates }: { rotates: boolean }): void {
    this.#streamsActive.set((this.#openStreams += 1))
    if (!rotates) return
    const labels = this.#labelsOf(container)
    this.#lastRotation.set(labels, this.#clock.now() / 1000)
    if (this.#rotating.has(container.id)) return
    this.#rotating.add(container.id)
    for (const reason of ROTATION_REASONS) this.#rotations.inc({ ...labels, reason }, 0)
    const { container_id } = labels
    // A counter that begins at 1 has not increased, for who asks Prometheus.
    for (const error_type of Object.keys(STREAM_ERRORS))
      this.#streamErrors.inc({ error_type, container_id }, 0)
  }

  /** The container does not run: until its log is opened again it has no rotation to be late with. Idempotent. */
  rotationNotDue(container: MeasuredContainer): void {
    if (this.#rotating.delete(container.id)) this.#lastRotation.remove(this.#labelsOf(container))
  }

  /** From now on a container's lines come from there. */
  logSource(container: MeasuredContainer, now: LogSource): void {
    const labels = this.#labelsOf(container)
    for (const source of LOG_SOURCES) this.#logSource.set({ ...labels, source }, source === now ? 1 : 0)
  }

  streamClosed(): void {
    this.#streamsActive.set((this.#openStreams -= 1))
  }

  /** A container is gone whose log was not read to its end. */
  containerMissed(reason: MissedReason): void {
    this.#missed.inc({ reason })
  }

  /** @param ageSeconds how long the stream that ended was open. */
  rotation(container: MeasuredContainer, reason: RotationReason, ageSeconds: number): void {
    const labels = this.#labelsOf(container)
    this.#rotations.inc({ ...labels, reason })
    this.#rotationsOfAll += 1
    if (this.#rotating.has(container.id)) this.#lastRotation.set(labels, this.#clock.now() / 1000)
    this.#streamAge.observe(ageSeconds)
  }

  /** Of all streams, also those of containers that are gone. */
  get rotations(): number {
    return this.#rotationsOfAll
  }

  streamError(type: StreamErrorType, container: MeasuredContainer): void {
    this.#streamErrors.inc({ error_type: type, container_id: this.#labelsOf(container).container_id })
  }

  /** A read timed out and nothing was unread: the container is silent. */
  idleCheck(container: MeasuredContainer): void {
    this.#idleChecks.inc(this.#labelsOf(container))
  }

  /** The position was not found again at a reopen. */
  gap(container: MeasuredContainer): void {
    this.#gaps.inc(this.#labelsOf(container))
  }

  /** The engine sent messages again that were already delivered. */
  replayed(container: MeasuredContainer, messages: number): void {
    this.#replayed.inc(this.#labelsOf(container), messages)
  }

  orphanedLines(container: MeasuredContainer, lines: number): void {
    this.#orphaned.inc(this.#labelsOf(container), lines)
  }

  cutLines(container: MeasuredContainer, lines: number): void {
    this.#cut.inc(this.#labelsOf(container), lines)
  }

  /** Lines that are not wanted, by their text. */
  linesFiltered(container: MeasuredContainer, lines: number): void {
    this.#filtered.inc(this.#labelsOf(container), lines)
  }

  /** Lines beyond the rate that is allowed were left out. */
  rateLimited(container: MeasuredContainer, lines: number): void {
    this.#rateLimited.inc(this.#labelsOf(container), lines)
  }

  /** Reading waited for the rate that is allowed. */
  rateDelayed(container: MeasuredContainer, seconds: number): void {
    this.#rateDelayed.inc(this.#labelsOf(container), seconds)
  }

  /** Records of several lines ended otherwise than by the line behind them. */
  multilineEnded(container: MeasuredContainer, why: 'silence' | 'limit', records: number): void {
    const counter = why === 'silence' ? this.#multilineSilences : this.#multilineLimits
    counter.inc(this.#labelsOf(container), records)
  }

  linesRead(source: MeasuredSource, lines: number): void {
    if (source.kind === 'file') this.#perFile.lines.inc({ file: source.name }, lines)
    else if (source.kind === 'push') this.push.linesTaken(lines)
    else this.#linesRead.inc(this.#labelsOf(source), lines)
  }

  bytesRead(source: MeasuredSource, bytes: number): void {
    if (source.kind === 'file') this.#perFile.bytes.inc({ file: source.name }, bytes)
    else if (source.kind === 'push') this.push.bytesTaken(bytes)
    else this.#bytesRead.inc(this.#labelsOf(source), bytes)
  }

  fileRotated(kind: 'renamed' | 'cut' | 'removed'): void {
    this.#fileRotations.inc({ kind })
  }

  /** Something of the file may be missing. @param lostBytes that were seen and not read */
  fileGap(file: string, lostBytes: number): void {
    this.#perFile.gaps.inc({ file })
    this.#perFile.lostBytes.inc({ file }, lostBytes)
  }

  fileLinesCut(file: string, lines: number): void {
    this.#perFile.cutLines.inc({ file }, lines)
  }

  /** @param code of the error, or `directory` for one of a whole directory */
  fileError(code: string): void {
    this.#fileErrors.inc({ code })
  }

  /** Removes every series of a file that is gone. Idempotent. */
  forgetFile(file: string): void {
    for (const counter of Object.values(this.#perFile)) counter.remove({ file })
  }

  /** @param read.logs logs in files that are read, read.open files of them that are open, asked at every scrape */
  mirrorTailedFiles(read: { readonly logs: () => number; readonly open: () => number }): void {
    this.#mirror('log_capturer_files_tailed', 'Logs in files that are read', read.logs)
    this.#mirror('log_capturer_file_open_files', 'Files that the file monitor holds open', read.open)
  }

  /** @param kind what missed its deadline, from a small fixed set such as `stream_close`. */
  abandoned(kind: string): void {
    this.#abandoned.inc({ kind })
  }

  /** @param kind the task's kind as in {@link TaskRegistry}. */
  taskFailed(kind: string): void {
    this.#taskFailures.inc({ kind })
  }

  linesDelivered(sink: string, lines: number): void {
    this.#linesDelivered.inc({ sink }, lines)
  }

  /** There is a sink of this name. A counter that begins with its first line could not tell that no line comes. */
  sinkExpected(sink: string): void {
    this.#linesDelivered.inc({ sink }, 0)
    this.#linesElsewhere.inc({ sink }, 0)
  }

  /** Lines were read that are not for this sink. */
  linesElsewhere(sink: string, lines: number): void {
    this.#linesElsewhere.inc({ sink }, lines)
  }

  bytesDelivered(sink: string, bytes: number): void {
    this.#bytesDelivered.inc({ sink }, bytes)
  }

  retried(sink: string, lines: number): void {
    this.#linesRetried.inc({ sink }, lines)
  }

  sinkLatency(sink: string, seconds: number): void {
    this.#sinkLatency.observe({ sink }, seconds)
  }

  /** A request of the sink's is over. @param status of HTTP, or why there is none */
  sinkRequest(sink: string, status: string, bytes: number, seconds: number): void {
    this.#sinkRequests.inc({ sink, status })
    this.#sinkRequestBytes.inc({ sink }, bytes)
    this.#sinkRequestSeconds.observe({ sink }, seconds)
  }

  /** Lines that a receiver rejected without saying which: they are lost, and counted as delivered. */
  unnamedRefusals(sink: string, lines: number): void {
    this.#unnamedRefusals.inc({ sink }, lines)
  }

  /** Lines that the sink will never get. */
  dropped(sink: string, reason: DropReason, lines: number): void {
    this.#linesDropped.inc({ sink, reason }, lines)
  }

  /** @param reason from a small fixed set. */
  deadLettered(sink: string, reason: string, lines: number): void {
    this.#linesDeadLettered.inc({ sink, reason }, lines)
  }

  /** Dead letters were given to the sink again; those that it did not take are dead letters anew. */
  redelivered(sink: string, lines: number): void {
    this.#linesRedelivered.inc({ sink }, lines)
  }

  /** @param read the dead letters of each sink, asked at every scrape. */
  mirrorDeadLetters(
    read: () => ReadonlyMap<string, { readonly records: number; readonly bytes: number }>,
  ): void {
    const mirror = (name: string, help: string, of: 'records' | 'bytes'): void => {
      const gauge = new Gauge({
        name,
        help,
        labelNames: ['sink'],
        registers: [this.#registry],
        collect() {
          for (const [sink, letters] of read()) gauge.set({ sink }, letters[of])
        },
      })
    }
    mirror('log_capturer_dead_letters', 'Dead letters that are kept, lines', 'records')
    mirror('log_capturer_dead_letter_bytes', 'Disk space of the dead letters', 'bytes')
  }

  /** What is on its way to the sink now. */
  queue(sink: string, bytes: number, blocks: number): void {
    this.#queueBytes.set({ sink }, bytes)
    this.#queueBlocks.set({ sink }, blocks)
  }

  /** A part of the spool cannot be read. */
  spoolDamaged(sink: string): void {
    this.#spoolDamaged.inc({ sink })
  }

  /** Everything acknowledged a moment ago is on disk. */
  positionsSaved(): void {
    this.#positionsSaved.set(this.#clock.now() / 1000)
  }

  /** @param read what the spool holds on disk, bytes, asked at every scrape. */
  mirrorSpoolBytes(read: () => number): void {
    this.#mirror('log_capturer_spool_bytes', 'Disk space of the spool', read)
  }

  /** @param read by sink, what lies before it in the spool, bytes, asked at every scrape. */
  mirrorSpoolBehind(read: () => ReadonlyMap<string, number>): void {
    const gauge = new Gauge({
      name: 'log_capturer_spool_behind_bytes',
      help: 'What a sink has yet to get of the spool',
      labelNames: ['sink'],
      registers: [this.#registry],
      collect() {
        gauge.reset()
        for (const [sink, bytes] of read()) gauge.set({ sink }, bytes)
      },
    })
  }

  /** @param read the monitors that are switched on by the configuration, asked at every scrape. */
  mirrorMonitors(read: () => readonly { readonly name: string; readonly state: string }[]): void {
    const gauge = new Gauge({
      name: 'log_capturer_monitor_running',
      help: 'Whether a monitor runs, 0 or 1: it may be stopped over the API',
      labelNames: ['monitor'],
      registers: [this.#registry],
      collect() {
        gauge.reset()
        for (const { name, state } of read()) gauge.set({ monitor: name }, Number(state === 'running'))
      },
    })
  }

  /** @param read what `/health` says, asked at every scrape. */
  mirrorHealth(read: () => Health): void {
    this.#mirror('log_capturer_healthy', 'Whether everything is well, 0 or 1', () =>
      Number(read().status === 'healthy'),
    )
    const byCheck = new Gauge({
      name: 'log_capturer_health_check',
      help: 'Whether a check of /health is passed, 0 or 1',
      labelNames: ['check'],
      registers: [this.#registry],
      collect() {
        byCheck.reset()
        for (const [check, { ok }] of Object.entries(read().checks)) byCheck.set({ check }, Number(ok))
      },
    })
  }

  /** @param read the connections to the engine that are open, asked at every scrape. */
  mirrorConnections(read: () => number): void {
    this.#mirror('log_capturer_docker_connections_active', 'Open connections to the engine', read)
  }

  /** @param read the lines of the collector's own log that were dropped so far, asked at every scrape. */
  mirrorDroppedLogLines(read: () => number): void {
    const counter = new Counter({
      name: 'log_capturer_log_lines_dropped_total',
      help: "Lines of the collector's own log that were dropped because nobody read them",
      registers: [this.#registry],
      collect() {
        counter.reset()
        counter.inc(read())
      },
    })
  }

  apiRefused(reason: RefusedReason): void {
    this.#apiRefused.inc({ reason })
  }

  configReloaded(result: ReloadResult): void {
    this.#configReloads.inc({ result })
    this.#lastReload.set(Number(result === 'applied' || result === 'unchanged'))
  }

  /** @param kind what somebody else did to an output file, from a small fixed set such as `cut`. */
  fileDisturbed(kind: string): void {
    this.#fileDisturbances.inc({ kind })
  }

  /** @param read whether the JetStream sink has a connection, asked at every scrape. */
  mirrorJetStreamConnection(read: () => boolean): void {
    const help = 'Whether the JetStream sink has a connection, 0 or 1'
    this.#mirror('log_capturer_jetstream_connected', help, () => Number(read()))
  }

  /** @param kind records `stored` before, messages that hold `other` records, subjects that are `foreign` too */
  jetStreamFound(kind: 'stored' | 'other' | 'foreign', count: number): void {
    if (count > 0) this.#jetStreamFound.inc({ kind }, count)
  }

  /** An anomaly that is not a lasting one seen again. */
  anomaly(kind: AnomalyKind): void {
    this.#anomalies.inc({ kind })
  }

  /** They are looked for. A counter that begins with its first anomaly could not tell that there was one. */
  anomaliesExpected(): void {
    for (const kind of ANOMALY_KINDS) this.#anomalies.inc({ kind }, 0)
  }

  anomalyLinesMined(lines: number): void {
    this.#anomalyLinesMined.inc(lines)
  }

  /** @param reason what the detector was short of, or `loading` before it had its model */
  anomalyLinesSkipped(reason: SkipReason | 'loading', lines: number): void {
    this.#anomalyLinesSkipped.inc({ reason }, lines)
  }

  anomalyLinesLate(lines: number): void {
    this.#anomalyLinesLate.inc(lines)
  }

  anomalyCpu(seconds: number): void {
    this.#anomalyCpu.inc(seconds)
  }

  anomalyModelTrained(): void {
    this.#anomalyTrainings.inc()
  }

  anomalyModelEvicted(): void {
    this.#anomalyEvicted.inc()
  }

  anomalyModelFailed(operation: 'load' | 'save'): void {
    this.#anomalyModelFailures.inc({ operation })
  }

  /** @param read what the detector holds and what lasts, asked at every scrape. */
  mirrorAnomalies(read: {
    readonly sources: () => number
    readonly bytes: () => number
    readonly ongoing: () => ReadonlyMap<string, number>
  }): void {
    this.#mirror('log_capturer_anomaly_sources', 'Sources the anomaly detector has a model of', read.sources)
    this.#mirror('log_capturer_anomaly_memory_bytes', 'Memory of the anomaly detector, at most', read.bytes)
    const gauge = new Gauge({
      name: 'log_capturer_anomalies_ongoing',
      help: 'Anomalies that last',
      labelNames: ['kind'],
      registers: [this.#registry],
      collect() {
        for (const [kind, count] of read.ongoing()) gauge.set({ kind }, count)
      },
    })
  }

  /** Files the local file sink holds open now. */
  openFiles(count: number): void {
    this.#openFiles.set(count)
  }

  /** Removes every series of a container that is gone. Idempotent. Figures reported later would bring them back. */
  forgetContainer(container: { readonly id: string }): void {
    const labels = this.#labels.get(container.id)
    if (labels === undefined) return
    this.#labels.delete(container.id)
    this.#rotating.delete(container.id)
    for (const remove of this.#removers) remove(labels)
  }

  /** The exposition, text format 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  /** What the exposition says, sample by sample, for who asks in the same process: no text is made. */
  async samples(): Promise<Sample[]> {
    const metrics = await this.#registry.getMetricsAsJSON()
    return metrics.flatMap(({ name, values }) => values.map((each) => sampleOf(name, each)))
  }

  /** Every metric there is, by name, with its labels: what rules, dashboards and pages may speak of. */
  labelNames(): Map<string, readonly string[]> {
    const all: readonly object[] = this.#registry.getMetricsAsArray()
    return new Map(
      all.map((metric) => {
        if (!('name' in metric && 'labelNames' in metric && Array.isArray(metric.labelNames)))
          throw new Error('A metric without a name or labels')
        return [String(metric.name), metric.labelNames.map(String)]
      }),
    )
  }

  #labelsOf(container: MeasuredContainer): ContainerLabels {
    let labels = this.#labels.get(container.id)
    if (labels === undefined) {
      labels = { container_id: container.id.slice(0, SHORT_ID), container_name: container.name }
      this.#labels.set(container.id, labels)
    }
    return labels
  }

  #perContainer(name: string, options: { help: string }): Counter<keyof ContainerLabels> {
    const counter = new Counter({
      name,
      help: options.help,
      labelNames: ['container_id', 'container_name'],
      registers: [this.#registry],
    })
    this.#removers.push((labels) => counter.remove(labels))
    return counter
  }

  #counter<Label extends string>(name: string, label: Label, options: { help: string }): Counter<Label> {
    return new Counter({ name, help: options.help, labelNames: [label], registers: [this.#registry] })
  }

  #gaugePerSink(name: string, help: string): Gauge<'sink'> {
    return new Gauge({ name, help, labelNames: ['sink'], registers: [this.#registry] })
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.#registry] })
  }

  /** A gauge read at every scrape; without a sample where the platform does not tell. */
  #mirror(name: string, help: string, read: () => number | null | Promise<number | null>): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      async collect() {
        const value = await read()
        if (value === null) gauge.remove()
        else gauge.set(value)
      },
    })
  }

  #mirrorTasks(tasks: TaskRegistry): void {
    const byKind = new Gauge({
      name: 'log_capturer_tasks',
      help: 'Live tasks by kind',
      labelNames: ['kind'],
      registers: [this.#registry],
      collect() {
        for (const [kind, count] of tasks.counts()) byKind.set({ kind }, count)
      },
    })
    this.#mirror('log_capturer_goroutines', 'Live tasks of all kinds', () => tasks.size)
  }

  #mirrorSlots(slots: MetricsOptions['slots']): void {
    this.#mirror(
      'log_capturer_container_stream_pool_capacity',
      'Log streams that may be open at once',
      () => slots.capacity,
    )
    this.#mirror('log_capturer_container_stream_pool_utilization', 'Share of the stream pool in use', () =>
      slots.capacity === 0 ? 0 : slots.active / slots.capacity,
    )
  }

  #mirrorProcess(host: HostProcess): void {
    this.#mirror('log_capturer_open_file_descriptors', 'Open file descriptors of the process', () =>
      host.openFileDescriptors(),
    )
    this.#mirror('process_max_fds', 'Soft limit on open file descriptors', () => host.fileDescriptorLimit())
    this.#mirror('process_resident_memory_bytes', 'Resident memory of the process', () =>
      host.residentBytes(),
    )
    const cpu = new Counter({
      name: 'process_cpu_seconds_total',
      help: 'User and system CPU time of the process',
      registers: [this.#registry],
      collect() {
        cpu.remove()
        const seconds = host.cpuSeconds()
        if (seconds !== null) cpu.inc(seconds)
      },
    })
  }
}

/** One figure of the exposition. */
export interface Sample {
  /** Of a histogram with its ending, such as `_bucket`. */
  readonly name: string
  readonly labels: Readonly<Partial<Record<string, string | number>>>
  readonly value: number
}

function sampleOf(name: string, { labels, value, ...rest }: MetricValue): Sample {
  return { name: 'metricName' in rest ? String(rest.metricName) : name, labels, value }
}

type MetricValue = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number]['values'][number]

interface ContainerLabels {
  readonly container_id: string
  readonly container_name: string
}

const SHORT_ID = 12
