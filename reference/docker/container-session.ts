import { renamed } from '../dispatch/attributes.ts'
import type { ContainerMonitorConfig } from '../config/config.ts'
import { DroppedReport } from './dropped-report.ts'
import type { Admitted } from './admission.ts'
import type { Source, SourcePosition } from '../dispatch/block.ts'
import { BackOff } from '../lifecycle/back-off.ts'
import { linkedController } from '../lifecycle/abort.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { Slot, SlotPool } from '../lifecycle/slot-pool.ts'
import type { MissedReason } from '../metrics/metrics.ts'
import type { ContainerDetails, EngineInfo } from '../ports/docker-engine.ts'
import {
  inspectContainer,
  isBeingRemoved,
  isNotFound,
  type InspectionContext,
} from './container-inspection.ts'
import type { ContainerNews, NewsSeen } from './container-news.ts'
import { flushReader } from './flush-reader.ts'
import { ContainerPosition } from './reading/container-position.ts'
import type { ContainerReader } from './reading/container-reader.ts'
import { createReader } from './reading/create-reader.ts'
import { stampOf } from './reading/parsing/stamp.ts'
import { Pacer } from './stages/pacer.ts'
import { rateOf } from './stages/rate-limit.ts'
import { digestsOf, type StageSettings } from './stages/stages.ts'
import { pollPauseMs, readingOf } from './reading/log-reading.ts'
import { FileReading, type FileReadingEnd } from './stored/file-reading.ts'
import type { StoredLogs } from './stored/stored-logs.ts'
import { StoredReader, type StoredReaderOptions } from './stored/stored-reader.ts'
import { StreamTurn, type TurnContext, type TurnEnd } from './stream-turn.ts'

/** What a session needs of the monitor it belongs to. */
export interface SessionContext extends TurnContext, InspectionContext {
  readonly pool: SlotPool
  /** What a container is, by its real name and labels; null when it is not to be followed. */
  readonly admit: (details: ContainerDetails) => Admitted | null
  readonly engineInfo: () => EngineInfo
  readonly resumePosition: (source: string) => SourcePosition | undefined
  /** How long a container may wait for a slot before that is an error (invariant I6), milliseconds. */
  readonly slotWaitBoundMs: () => number
  readonly storedLogs: StoredLogs
}

/**
 * What a session does next:
 *
 *     follow --ended, running--> follow       (after a back-off)
 *     follow --ended, stopped--> drain        one read without follow: the end of the log, for certain
 *     follow --unaligned-------> align        one read without follow, to find the cursor
 *     align  --ended-----------> follow
 *     drain  --ended-----------> waiting      until it is started, or was without a word of it, or is removed
 *     poll   --ended-----------> poll         where follow cannot be trusted
 */
type Mode = 'follow' | 'align' | 'drain' | 'poll'

/** Why following a container ended for good. */
export type SessionEnd =
  /** It is not to be followed, under this name. */
  | { readonly kind: 'ignored'; readonly name: string }
  /** It was removed. `missed` says why its log was not read to its end; null when it was. */
  | { readonly kind: 'gone'; readonly missed: MissedReason | null }

/** The container a session is for. */
export interface SessionSubject {
  readonly id: string
  /** As it was heard of, until the engine describes it. */
  readonly name: string
  readonly news: ContainerNews
  /** It was followed before, by other settings. */
  readonly again: boolean
  /** Without a position: everything that is stored, what was written in the last so many milliseconds, or only what comes from now on. */
  readonly from: ContainerMonitorConfig['from']
}

/** Follows one container for as long as it exists, over rotations, restarts of the container and absences of the engine. */
export class ContainerSession {
  readonly #context: SessionContext
  readonly #news: ContainerNews
  readonly #from: ContainerMonitorConfig['from']
  readonly #scope: Scope
  readonly #backOff: BackOff
  #source: Source
  /** Where reading waits when more is read than is allowed. */
  readonly #pacer: Pacer | null
  /** What decides how it is read, as text; once it is admitted. */
  #admission: { readonly details: ContainerDetails; readonly reading: string } | null = null
  /** Once it is admitted. */
  #reader: ContainerReader | StoredReader | null = null
  /** While its log is read from the engine's files. */
  #files: FileReading | null = null
  #turn: StreamTurn | null = null
  #stuckTurn: StreamTurn | null = null
  #waitingForSlot = false
  /** How long the last turn lasted. */
  #readMs = 0
  /** Until the first slot since it was created or started for the first time: it may be gone in milliseconds, and its log with it. */
  #urgent: boolean
  /** Whether its log was ever open, and whether it is read to its end. */
  #opened = false
  #finished = false
  /** How often it was said to have ended when it was last known to run. */
  #endsWhileRunning = 0
  /** {@link TurnSubject.silentMs} */
  #silentMs = 0
  /** Since when the engine does not let it be read, monotonic milliseconds. */
  #troubleSinceMs: number | null = null
  /** What shows that it is read again. */
  #isOverWith: 'stream' | 'place' | 'progress' = 'stream'
  /** The last run before the log was read to its end, see {@link ContainerDetails.startedAt}. */
  #readRun: string | null = null

  /** @param scope the container's own: its tasks and streams live and end with it. */
  constructor(context: SessionContext, subject: SessionSubject, scope: Scope) {
    const { again, id, name, news, from } = subject
    const dropped = new DroppedReport(context.clock, context.logger)
    this.#context = {
      ...context,
      report: (container, notices) => {
        context.report(container, notices)
        dropped.note(container.name, notices)
      },
    }
    this.#source = { id, kind: 'container', name, attributes: {} }
    this.#news = news
    this.#from = from
    this.#urgent = news.announced && !again
    this.#scope = scope
    const { rateLimit, reconnectIntervalMs: maxMs } = context.config
    const rate = rateLimit.whenExceeded === 'delay' ? rateOf(rateLimit) : null
    this.#pacer = rate === null ? null : new Pacer(rate, context.clock)
    this.#backOff = new BackOff({ initialMs: Math.min(RECONNECT_INITIAL_MS, maxMs), maxMs }, context.random)
  }

  get source(): Source {
    return this.#source
  }

  /**
   * Whether it would be read otherwise, or not at all, by the settings there are now.
   * @param review what it would be admitted as
   */
  isOutdated(review: (details: ContainerDetails) => Admitted | null): boolean {
    // What is not admitted yet will be, by the settings there are then.
    if (this.#admission === null) return false
    const admitted = review(this.#admission.details)
    return admitted === null || readingText(admitted, this.#context.config) !== this.#admission.reading
  }

  /** The container has another name from now on. */
  rename(name: string): void {
    this.#source = renamed(this.#source, name)
    this.#reader?.describe(this.#source)
  }

  /** How long it should have been read and was not, because streams failed or did not bring what they should; 0 while one does. Milliseconds. */
  get unreadForMs(): number {
    const isRead = this.#files !== null || (this.#turn !== null && this.#isRead(this.#turn))
    const sinceMs =
      (isRead ? null : this.#troubleSinceMs) ??
      this.#turn?.unclearSinceMs ??
      this.#files?.unreadSinceMs ??
      null
    return sinceMs === null ? 0 : this.#context.clock.monotonic() - sinceMs
  }

  get waitingForSlot(): boolean {
    return this.#waitingForSlot
  }

  /** True while a stream is open beyond its interval and a minute: its rotation is stuck. */
  get rotationStuck(): boolean {
    return this.#stuckTurn !== null && this.#stuckTurn === this.#turn
  }

  /** Of the stream that is open, milliseconds; null without one. */
  get streamAgeMs(): number | null {
    const openedMs = this.#turn?.openedMs ?? null
    return openedMs === null ? null : this.#context.clock.monotonic() - openedMs
  }

  /** Where its lines come from; null before that is decided. */
  get logSource(): 'files' | 'api' | null {
    if (this.#files !== null) return 'files'
    return this.#reader === null ? null : 'api'
  }

  /** Reports a stuck rotation, once per stream. For the heartbeat. */
  checkRotation(): void {
    const { clock, config, logger, metrics } = this.#context
    const openedMs = this.#turn?.openedMs
    if (openedMs === null || openedMs === undefined || !config.streamRotation.enabled || this.rotationStuck)
      return
    const ageMs = clock.monotonic() - openedMs
    if (ageMs <= config.streamRotation.intervalMs + ROTATION_GRACE_MS) return
    this.#stuckTurn = this.#turn
    metrics.streamError('rotation_stuck', this.source)
    logger.error({ container: this.source.name, ageMs }, 'A stream is open beyond its rotation interval')
  }

  /** Follows until the container is gone, or at once says that it is not to be followed. Rejects only with the signal's reason. */
  async run(signal: AbortSignal): Promise<SessionEnd> {
    let seen = this.#news.seen
    const details = await this.#inspect(signal)
    if (details === null) return { kind: 'gone', missed: this.#news.starts > 0 ? 'not_described' : null }
    const admitted = this.#context.admit(details)
    if (admitted === null) return { kind: 'ignored', name: details.name }
    this.#source = admitted.source
    this.#admission = { details, reading: readingText(admitted, this.#context.config) }
    const { stages } = admitted
    const fromFiles = await this.#readFiles(details, stages, signal)
    if (fromFiles?.kind === 'gone') return fromFiles
    const reader = this.#makeReader(details, stages, fromFiles?.position)
    this.#reader = reader
    this.#context.metrics.logSource(this.source, 'api')
    const follow: Mode = readingOf(this.#context.engineInfo()).poll ? 'poll' : 'follow'
    let mode: Mode | 'waiting' | 'gone' = this.#firstMode(details, reader, follow)
    while (mode !== 'gone') {
      if (mode === 'waiting') {
        this.#context.metrics.rotationNotDue(this.source)
        // eslint-disable-next-line no-await-in-loop -- a session is a sequence of turns
        mode = await this.#waitForNews(seen, follow, signal)
        continue
      }
      seen = this.#news.seen
      // eslint-disable-next-line no-await-in-loop
      mode = await this.#afterTurn(
        await this.#takeTurn(reader, details, mode, signal),
        mode,
        follow,
        reader,
        signal,
      )
    }
    await this.#flush(reader, signal)
    return { kind: 'gone', missed: this.#missed() }
  }

  /** What exists already is passed over before anyone gets a long turn: while it waits for one, a container writes what is wanted. */
  #firstMode(
    { running, startedAt }: ContainerDetails,
    reader: ContainerReader,
    follow: Mode,
  ): Mode | 'waiting' {
    this.#readRun = startedAt
    this.#finished = !running && startedAt === null
    if (this.#finished) return 'waiting'
    if (!running) return 'drain'
    return reader.primes ? 'align' : follow
  }

  #missed(): MissedReason | null {
    if (this.#finished) return null
    return this.#opened ? 'cut_short' : 'not_opened'
  }

  #makeReader(
    details: ContainerDetails,
    stages: StageSettings,
    position: ContainerPosition | undefined,
  ): ContainerReader {
    return createReader({
      ...this.#readerOptions(details, stages, position),
      ...readingOf(this.#context.engineInfo()),
      wasThere: !this.#news.announced,
    })
  }

  /** @param position where reading has come to; where it has not begun it is the saved one */
  #readerOptions(
    { tty }: ContainerDetails,
    stages: StageSettings,
    position: ContainerPosition | undefined,
  ): StoredReaderOptions {
    const { clock, config, resumePosition } = this.#context
    const from = this.#from
    const saved = position ?? resumePosition(this.source.id)
    return {
      source: this.source,
      tty,
      maxLineBytes: config.maxLineBytes,
      stages,
      ...(typeof from === 'number' ? { from: 'start', since: stampOf(clock.now() - from) } : { from }),
      ...(saved instanceof ContainerPosition ? { position: saved } : {}),
    }
  }

  /** Reads the engine's files for as long as the container exists or they can be read; undefined where they are not to be read. */
  async #readFiles(
    details: ContainerDetails,
    stages: StageSettings,
    signal: AbortSignal,
  ): Promise<FileReadingEnd | undefined> {
    const { engineInfo, logger, metrics, storedLogs } = this.#context
    if (!storedLogs.isFor(details, engineInfo())) return undefined
    const reader = new StoredReader(this.#readerOptions(details, stages, undefined))
    this.#reader = reader
    const files = new FileReading(this.#context, {
      details,
      news: this.#news,
      reader,
      backOff: this.#backOff,
      pacer: this.#pacer,
      source: () => this.#source,
      inspect: (own) => this.#inspect(own),
    })
    this.#files = files
    metrics.logSource(this.source, 'files')
    logger.info(
      { container: this.source.name, path: storedLogs.pathOf(details) },
      'A log is read from its file',
    )
    try {
      const end = await files.run(signal)
      if (end.kind === 'unreadable')
        logger.warn({ container: this.source.name, why: end.why }, 'A log is read over the API')
      return end
    } finally {
      this.#files = null
      this.#reader = null
    }
  }

  async #takeTurn(
    reader: ContainerReader,
    { tty }: ContainerDetails,
    mode: Mode,
    signal: AbortSignal,
  ): Promise<TurnEnd> {
    const { id, name } = this.source
    // Without a slot, which others can use meanwhile.
    const waitedMs = (await this.#pacer?.wait({ signal })) ?? 0
    if (waitedMs > 0) this.#context.metrics.rateDelayed(this.source, waitedMs / 1000)
    const slot = await this.#acquireSlot(signal)
    const hadEnded = this.#news.ends > this.#endsWhileRunning
    const subject = {
      id,
      name,
      tty,
      reader,
      silentMs: this.#silentMs,
      pacer: this.#pacer,
      scope: this.#scope,
    }
    const turn = new StreamTurn(this.#context, subject, slot)
    this.#turn = turn
    let end: TurnEnd
    try {
      end = await turn.run(mode === 'follow' ? 'follow' : 'snapshot')
    } finally {
      slot.release()
      this.#turn = null
    }
    this.#note(end, mode, turn, hadEnded)
    this.#silentMs = end.kind === 'ended' ? 0 : turn.silentMs
    if (turn.undelivered !== undefined) await this.#context.deliver(turn.undelivered, { signal })
    this.#count(end, turn)
    return end
  }

  /** @param hadEnded whether it was said to have ended before the turn */
  #note(end: TurnEnd, mode: Mode, turn: StreamTurn, hadEnded: boolean): void {
    if (end.kind !== 'failed' || end.during === 'read') this.#opened = true
    this.#noteTrouble(end, mode, turn)
    // A snapshot ends where the log does at that moment.
    if (end.kind === 'ended' && mode !== 'align') this.#finished = mode !== 'poll' || hadEnded
    // A drain confirms what a follow found to be the end.
    else if (mode !== 'drain') this.#finished = false
  }

  #noteTrouble(end: TurnEnd, mode: Mode, turn: StreamTurn): void {
    const isFailed = end.kind === 'failed' && !this.#leavesUnmissed(end.error)
    const hadPlace = mode === 'follow' ? turn.foundPlace : turn.isAbreast
    const isCutShort = (end.kind === 'planned' || end.kind === 'yield') && !hadPlace
    const isUnaligned = end.kind === 'unaligned' || isCutShort
    const isStuck = end.kind === 'stuck' || turn.unclearSinceMs !== null || this.#wasUnproven(end, turn)
    const isOver = this.#isOverWith === 'stream' ? !isFailed : end.kind === 'ended'
    if (isOver || this.#isRead(turn)) this.#troubleSinceMs = null
    if (this.#troubleSinceMs === null) this.#isOverWith = 'stream'
    if (isFailed || isStuck || isUnaligned)
      this.#troubleSinceMs ??= turn.unclearSinceMs ?? this.#context.clock.monotonic()
    if (isStuck || (isUnaligned && mode !== 'follow')) this.#isOverWith = 'progress'
    else if (isUnaligned) this.#isOverWith = 'place'
  }

  /** Whether nothing came for longer than a stream may be silent, and the engine did not say that nothing was to come. */
  #wasUnproven({ kind }: TurnEnd, { silentMs }: StreamTurn): boolean {
    return kind !== 'ended' && silentMs > this.#context.config.readTimeoutMs
  }

  #isRead(turn: StreamTurn): boolean {
    if (this.#isOverWith === 'progress') return turn.isAbreast
    if (this.#isOverWith === 'place') return turn.foundPlace
    // One that was just opened may break as those before it did.
    return turn.isAbreast || turn.ageMs >= PROVEN_MS
  }

  /** Whether it is being removed, and its log was read to its end before that. */
  #leavesUnmissed(error: unknown): boolean {
    return this.#finished && isBeingRemoved(error)
  }

  async #acquireSlot(signal: AbortSignal): Promise<Slot> {
    const { clock, metrics, pool, slotWaitBoundMs } = this.#context
    using late = linkedController(signal)
    clock.sleep(slotWaitBoundMs(), late).then(
      () => metrics.streamError('pool_full', this.source),
      () => {},
    )
    this.#waitingForSlot = true
    try {
      return await pool.acquire({ signal, urgent: this.#urgent })
    } finally {
      this.#waitingForSlot = false
      this.#urgent = false
    }
  }

  #count(end: TurnEnd, turn: StreamTurn): void {
    const { config, logger, metrics } = this.#context
    this.#readMs = turn.ageMs
    if (turn.ageMs > config.reconnectIntervalMs) this.#backOff.reset()
    if (end.kind === 'planned' || end.kind === 'yield')
      metrics.rotation(this.source, end.kind, turn.ageMs / 1000)
    if (end.kind === 'stuck' || end.kind === 'unaligned') {
      metrics.streamError('read_timeout', this.source)
      logger.warn(
        { container: this.source.name },
        'A stream is stuck: something is stored that it does not bring',
      )
    }
    if (end.kind === 'failed' && !isNotFound(end.error) && !this.#leavesUnmissed(end.error)) {
      metrics.streamError(end.during === 'open' ? 'open_failed' : 'read_failed', this.source)
      logger.warn({ container: this.source.name, during: end.during, err: end.error }, 'A stream failed')
    }
  }

  async #afterTurn(
    end: TurnEnd,
    mode: Mode,
    follow: Mode,
    reader: ContainerReader,
    signal: AbortSignal,
  ): Promise<Mode | 'waiting' | 'gone'> {
    const { clock, config } = this.#context
    switch (end.kind) {
      case 'planned':
        this.#backOff.reset()
        await clock.sleep(config.streamRotation.pauseBetweenRotationsMs, { signal })
        return mode
      case 'yield':
        this.#backOff.reset()
        return mode
      case 'unaligned':
        return 'align'
      case 'stuck':
        return mode
      case 'failed':
        if (isNotFound(end.error)) return await this.#afterNotFound(follow, signal)
        await this.#backOffBeforeRetry(signal)
        return mode
      case 'ended':
        return await this.#afterEnd(mode, follow, reader, signal)
    }
  }

  /** The engine ended a reply cleanly. What that means depends on what was asked, and on the container. */
  async #afterEnd(
    mode: Mode,
    follow: Mode,
    reader: ContainerReader,
    signal: AbortSignal,
  ): Promise<Mode | 'waiting' | 'gone'> {
    if (mode === 'align') return follow
    if (mode === 'drain') {
      await this.#flush(reader, signal)
      return 'waiting'
    }
    const details = await this.#inspect(signal)
    if (details === null) return 'gone'
    this.#finished &&= !details.running
    this.#readRun = details.startedAt
    if (!details.running) return 'drain'
    if (mode === 'poll' || !reader.endIsKnown) {
      const { clock, config } = this.#context
      const pauseMs = pollPauseMs(this.#readMs, config.pollIntervalMs, config.reconnectIntervalMs)
      await this.#news.hearAtMost(clock, pauseMs, { signal })
    } else await this.#backOffBeforeRetry(signal)
    return follow
  }

  /** The log is not there. The container may be all the same, and then it is tried again. */
  async #afterNotFound(follow: Mode, signal: AbortSignal): Promise<Mode | 'gone'> {
    const details = await this.#inspect(signal)
    if (details === null) return 'gone'
    await this.#backOffBeforeRetry(signal)
    return details.running ? follow : 'drain'
  }

  /** Everything is read. @param seen what was told before the log was. */
  async #waitForNews(seen: NewsSeen, follow: Mode, signal: AbortSignal): Promise<Mode | 'gone'> {
    const news = this.#news
    let { told } = seen
    for (;;) {
      // eslint-disable-next-line no-await-in-loop -- until it is news that something is to be read
      await news.since(told, { signal })
      ;({ told } = news)
      if (news.starts !== seen.starts) {
        this.#endsWhileRunning = news.ends
        this.#urgent = !this.#opened
        return follow
      }
      // eslint-disable-next-line no-await-in-loop
      const details = await this.#inspect(signal)
      this.#troubleSinceMs = null
      if (details === null) return 'gone'
      if (details.running) return follow
      // The engine may have gone while the log was drained, and then a reply that was cut looks complete.
      const mayHaveMore = details.startedAt !== this.#readRun || news.interruptions !== seen.interruptions
      if (details.startedAt === null || !mayHaveMore) continue
      this.#readRun = details.startedAt
      this.#finished = false
      return 'drain'
    }
  }

  async #inspect(signal: AbortSignal): Promise<ContainerDetails | null> {
    const { id, name } = this.#source
    const subject = { id, name, news: this.#news, backOff: this.#backOff }
    const onFailure = (): void => void (this.#troubleSinceMs ??= this.#context.clock.monotonic())
    const { ends } = this.#news
    const details = await inspectContainer(this.#context, subject, {
      signal,
      urgent: this.#urgent,
      onFailure,
    })
    if (details?.running === true) this.#endsWhileRunning = ends
    return details
  }

  /** Waits before the engine is asked again, less when there is news. */
  async #backOffBeforeRetry(signal: AbortSignal): Promise<void> {
    await this.#news.waitAtMost(this.#context.clock, this.#backOff.next(), { signal })
  }

  /** Nothing will continue the lines that are still open: they become records. */
  async #flush(reader: ContainerReader, signal: AbortSignal): Promise<void> {
    await flushReader(reader, this.source, this.#context, signal)
    this.#context.report(this.source, reader.takeNotices())
  }
}

/** Everything that a reader is made of and that settings decide. A name is not: it changes while it is read. */
function readingText({ source, stages }: Admitted, config: ContainerMonitorConfig): string {
  const { maxLineBytes, rateLimit, source: from } = config
  const { attributes } = renamed(source, source.name)
  return JSON.stringify([attributes, digestsOf(stages), maxLineBytes, rateLimit, from])
}

const RECONNECT_INITIAL_MS = 100
/** A stream that is open for so long does not break at once. */
const PROVEN_MS = 1000
/** A rotation that is this much overdue is stuck. */
const ROTATION_GRACE_MS = 60_000
