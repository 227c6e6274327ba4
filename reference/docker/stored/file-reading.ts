import { linkedController, type LinkedController } from '../../lifecycle/abort.ts'
import type { BackOff } from '../../lifecycle/back-off.ts'
import { codeOf } from '../../errors.ts'
import type { Source } from '../../dispatch/block.ts'
import type { MissedReason } from '../../metrics/metrics.ts'
import type { ContainerDetails } from '../../ports/docker-engine.ts'
import type { ContainerNews, NewsSeen } from '../container-news.ts'
import type { ContainerPosition } from '../reading/container-position.ts'
import type { TurnContext } from '../stream-turn.ts'
import type { Pacer } from '../stages/pacer.ts'
import { LogTail, type TailEnd } from './log-tail.ts'
import type { StoredLogs } from './stored-logs.ts'
import type { StoredReader } from './stored-reader.ts'

export type FileReadingContext = Pick<
  TurnContext,
  'clock' | 'logger' | 'metrics' | 'config' | 'tryDeliver' | 'deliver' | 'whenSaved' | 'report'
> & { readonly storedLogs: StoredLogs }

/** The container whose log is read. */
export interface FileReadingSubject {
  readonly details: ContainerDetails
  readonly news: ContainerNews
  readonly reader: StoredReader
  /** Between one attempt and the next where the files cannot be read. */
  readonly backOff: BackOff
  /** Where reading waits when more is read than is allowed; null for nowhere. */
  readonly pacer: Pacer | null
  /** As it is called now. */
  readonly source: () => Source
  /** Asks the engine until it answers; null once the container is gone. Rejects with the signal's reason only. */
  readonly inspect: (signal: AbortSignal) => Promise<ContainerDetails | null>
}

/** The container is gone, or its files cannot be read and its log is to be had over the engine's API. */
export type FileReadingEnd =
  | { readonly kind: 'gone'; readonly missed: MissedReason | null }
  | { readonly kind: 'unreadable'; readonly position: ContainerPosition | undefined; readonly why: string }

/**
 * Reads a container's log from the engine's files for as long as it exists:
 *
 *     look at the end of the file, more and more seldom while nothing comes
 *     it is said to have ended, or to be gone --> ask the engine --> read once more: that is all; open lines become records
 *
 * No slot is needed, since no stream of the engine is open; how many files may be open is bounded by {@link StoredLogs}. The engine is asked while reading goes
 * on: it may be away.
 */
export class FileReading {
  readonly #context: FileReadingContext
  readonly #subject: FileReadingSubject
  #details: ContainerDetails
  #tail: LogTail | null = null
  /** All that the container wrote up to its end is read. */
  #isFinished = false
  #pauseMs = PAUSE_MS_MIN
  /** Until when the file of a container that was just created or started is looked for as often as can be. */
  #hurriesUntilMs = 0
  /** What the engine answered, until it is taken note of. */
  #answer: { readonly details: ContainerDetails | null } | null = null
  #asking: Promise<void> | null = null
  #isToAsk = false
  #failure: unknown = null
  /** Since when it is not read, monotonic milliseconds. */
  #unreadSinceMs: number | null = null
  /** Since when the file system has not answered, monotonic milliseconds; null while it is asked nothing. */
  #askedSinceMs: number | null = null
  /** What keeps the files from being read, as the end of a sentence about the container. */
  #why = ''

  constructor(context: FileReadingContext, subject: FileReadingSubject) {
    this.#context = context
    this.#subject = subject
    this.#details = subject.details
  }

  /** Since when the files cannot be read though they should be there, monotonic milliseconds; null while they are read. */
  get unreadSinceMs(): number | null {
    return this.#unreadSinceMs ?? this.#askedSinceMs
  }

  /** Rejects with the signal's reason, or when there is a defect. */
  async run(signal: AbortSignal): Promise<FileReadingEnd> {
    using local = linkedController(signal)
    try {
      return await this.#read(local)
    } finally {
      local.abort(signal.reason)
      await this.#asking
      await this.#tail?.close()
    }
  }

  async #read(local: LinkedController): Promise<FileReadingEnd> {
    const { news } = this.#subject
    const { signal } = local
    this.#hurriesUntilMs = this.#context.clock.monotonic() + HURRY_MS
    for (;;) {
      const seen = news.seen
      const answer = this.#takeAnswer()
      // eslint-disable-next-line no-await-in-loop -- a log is read in order
      const end = await this.#readToEnd(signal)
      if (end === 'unreadable') return this.#unreadable()
      // eslint-disable-next-line no-await-in-loop
      if (answer === null) return await this.#gone(end, signal)
      // eslint-disable-next-line no-await-in-loop
      await this.#note(end, signal)
      // eslint-disable-next-line no-await-in-loop
      if (news.told === seen.told && news.ends === seen.ends && this.#answer === null)
        await this.#pause(end, signal)
      if (isToBeAskedAbout(seen, news)) this.#isToAsk = true
      if (news.starts !== seen.starts) this.#hurriesUntilMs = this.#context.clock.monotonic() + HURRY_MS
      this.#ask(signal)
    }
  }

  /** What the engine said since it was asked; undefined for nothing, null when the container is gone. */
  #takeAnswer(): ContainerDetails | null | undefined {
    if (this.#failure !== null) throw this.#failure
    const answer = this.#answer
    this.#answer = null
    if (answer === null) return undefined
    if (answer.details !== null) {
      if (answer.details.running || answer.details.startedAt !== this.#details.startedAt)
        this.#isFinished = false
      this.#details = answer.details
      this.#context.storedLogs.learn(answer.details)
    }
    return answer.details
  }

  #ask(signal: AbortSignal): void {
    if (!this.#isToAsk || this.#asking !== null) return
    this.#isToAsk = false
    this.#asking = this.#subject.inspect(signal).then(
      (details) => this.#answered({ details }),
      (error: unknown) => {
        this.#asking = null
        if (!signal.aborted) this.#failure = error
      },
    )
  }

  #answered(answer: { readonly details: ContainerDetails | null }): void {
    this.#asking = null
    this.#answer = answer
  }

  async #readToEnd(signal: AbortSignal): Promise<TailEnd | 'failed' | 'unreadable'> {
    const tail = (this.#tail ??= this.#open(signal))
    if (tail === null) return this.#absent()
    this.#askedSinceMs = this.#context.clock.monotonic()
    try {
      const end = await tail.readToEnd(signal)
      if (end !== 'absent') {
        this.#subject.reader.tick(this.#context.clock.monotonic())
        await this.#deliver(signal)
      }
      if (end !== 'absent') this.#readWell()
      return end === 'absent' ? this.#absent() : end
    } catch (error) {
      signal.throwIfAborted()
      return this.#failed(error)
    } finally {
      this.#askedSinceMs = null
    }
  }

  #open(signal: AbortSignal): LogTail | null {
    const { clock, storedLogs } = this.#context
    const { reader } = this.#subject
    const path = storedLogs.pathOf(this.#details)
    if (path === null) return null
    const { buffers, fileSystem, gunzip, openLogs } = storedLogs
    const deliver = (): Promise<void> => this.#deliver(signal)
    return new LogTail({ clock, fileSystem, gunzip, openLogs, buffers, path, reader, deliver })
  }

  #readWell(): void {
    this.#unreadSinceMs = null
    this.#subject.backOff.reset()
  }

  /** There is no file. Before the first run of a container that is as it should be. */
  #absent(): 'absent' | 'unreadable' {
    const { clock, storedLogs } = this.#context
    if (this.#details.startedAt === null && this.#subject.news.starts === 0) return 'absent'
    this.#unreadSinceMs ??= clock.monotonic()
    const isLate = clock.monotonic() - this.#unreadSinceMs > ABSENT_MS
    if (!isLate || storedLogs.isOnly || this.#tail?.hasEntered === true) return 'absent'
    this.#why = 'the file of its log is not there'
    return 'unreadable'
  }

  #failed(error: unknown): 'failed' | 'unreadable' {
    const { clock, logger, metrics, storedLogs } = this.#context
    const { source } = this.#subject
    const isForbidden = FORBIDDEN.has(codeOf(error) ?? '')
    if (isForbidden && !storedLogs.isOnly) {
      this.#why = `its log cannot be read: ${String(codeOf(error))}`
      return 'unreadable'
    }
    // Not an error of the file system: a defect, or a log that is unlike the engine's.
    if (codeOf(error) === undefined) throw error
    this.#unreadSinceMs ??= clock.monotonic()
    metrics.streamError('read_failed', source())
    logger.warn({ container: source().name, err: error }, 'The file of a log cannot be read')
    return 'failed'
  }

  #unreadable(): FileReadingEnd {
    const position = this.#tail?.hasEntered === true ? this.#subject.reader.position : undefined
    return { kind: 'unreadable', position, why: this.#why }
  }

  async #gone(end: TailEnd | 'failed', signal: AbortSignal): Promise<FileReadingEnd> {
    await this.#flush(signal)
    const hasRun = this.#details.startedAt !== null || this.#subject.news.starts > 0
    const isRead = !hasRun || this.#isFinished || (end !== 'failed' && this.#tail?.isInNewest === true)
    if (isRead) return { kind: 'gone', missed: null }
    return { kind: 'gone', missed: this.#tail?.hasEntered === true ? 'cut_short' : 'not_opened' }
  }

  async #note(end: TailEnd | 'failed', signal: AbortSignal): Promise<void> {
    if (end === 'something') {
      this.#pauseMs = PAUSE_MS_MIN
      // It goes on, though nobody has said that it was started.
      if (this.#isFinished) this.#isToAsk = true
    }
    const { running, startedAt } = this.#details
    if (running || startedAt === null || this.#isFinished || end === 'failed') return
    this.#isFinished = end !== 'absent'
    await this.#flush(signal)
  }

  async #pause(end: TailEnd | 'failed', signal: AbortSignal): Promise<void> {
    const { clock, config } = this.#context
    const { backOff, news } = this.#subject
    if (end === 'failed') return await news.waitAtMost(clock, backOff.next(), { signal })
    if (this.#isFinished && this.#asking === null) return await news.since(news.told, { signal })
    // The file of a log that is about to begin may be gone in no time.
    if (end === 'absent' && clock.monotonic() < this.#hurriesUntilMs) this.#pauseMs = PAUSE_MS_MIN
    const dueMs = this.#subject.reader.dueMs ?? Infinity
    const pauseMs = Math.min(this.#pauseMs, config.pollIntervalMs, Math.max(0, dueMs - clock.monotonic()))
    this.#pauseMs = Math.min(PAUSE_GROWTH * this.#pauseMs, config.pollIntervalMs)
    await news.hearAtMost(clock, pauseMs, { signal })
  }

  /** Nothing will continue the lines that are still open. */
  async #flush(signal: AbortSignal): Promise<void> {
    this.#subject.reader.flush()
    await this.#deliver(signal)
  }

  async #deliver(signal: AbortSignal): Promise<void> {
    const { clock, deliver, metrics, report, tryDeliver, whenSaved } = this.#context
    const { pacer, reader, source } = this.#subject
    const isAsking = this.#askedSinceMs !== null
    this.#askedSinceMs = null
    for (;;) {
      report(source(), reader.takeNotices())
      for (let block = reader.take(); block !== undefined; block = reader.take()) {
        pacer?.took({ lines: block.ends.length, bytes: block.bytes.length })
        // eslint-disable-next-line no-await-in-loop -- blocks are delivered in order
        if (!tryDeliver(block)) await deliver(block, { signal })
      }
      if (!reader.awaitsSave) break
      // eslint-disable-next-line no-await-in-loop
      await whenSaved(source().id, { signal })
      reader.saved()
    }
    const waitedMs = (await pacer?.wait({ signal })) ?? 0
    if (waitedMs > 0) metrics.rateDelayed(source(), waitedMs / 1000)
    if (isAsking) this.#askedSinceMs = clock.monotonic()
  }
}

/** Whether something was said that only the engine can say more about. */
function isToBeAskedAbout(seen: NewsSeen, news: ContainerNews): boolean {
  if (news.starts !== seen.starts || news.ends !== seen.ends) return true
  return news.interruptions !== seen.interruptions || (news.removed && news.told !== seen.told)
}

const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENOTDIR', 'ELOOP'])
/** How long after something came it is looked for more. */
const PAUSE_MS_MIN = 20
const PAUSE_GROWTH = 2
const HURRY_MS = 10_000
/** The engine makes the file before it starts the container: for so long it may have been too busy to. */
const ABSENT_MS = 5000
