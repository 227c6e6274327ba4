import type { ContainerMonitorConfig } from '../config/config.ts'
import type { Block } from '../dispatch/block.ts'
import { isAbortOf, linkedController, onAbort, type LinkedController } from '../lifecycle/abort.ts'
import type { Condition } from '../lifecycle/condition.ts'
import { DeadlineError, withDeadline } from '../lifecycle/deadline.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { Slot } from '../lifecycle/slot-pool.ts'
import { Watchdog } from '../lifecycle/watchdog.ts'
import type { MeasuredContainer, Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import { EngineError, type DockerEngine, type LogStream } from '../ports/docker-engine.ts'
import type { Logger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'
import type { Beyond, ContainerReader, Notice, ReaderState } from './reading/container-reader.ts'
import type { Pacer } from './stages/pacer.ts'
import { anythingBeyond } from './idle-probe.ts'
import { NEVER } from '../lifecycle/abort-listener.ts'

/** Why a turn ended. */
export type TurnEnd =
  /** The stream reached its age: planned rotation. */
  | { readonly kind: 'planned' }
  /** Another container waits for the slot. */
  | { readonly kind: 'yield' }
  /** The engine ended the reply cleanly, and everything in it was read. */
  | { readonly kind: 'ended' }
  /** The stream does not bring what was read before: only a snapshot, which has an end, can tell where the cursor is. */
  | { readonly kind: 'unaligned' }
  /** Something is stored beyond the cursor and the stream does not bring it. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'failed'; readonly during: 'open' | 'read'; readonly error: unknown }

/** What a turn needs of the monitor it belongs to. */
export interface TurnContext {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly engine: DockerEngine
  readonly metrics: Metrics
  /** May change while a stream is open. */
  readonly config: ContainerMonitorConfig
  /** Told when it did. */
  readonly reconfigured: Condition
  /** Takes a block at once, or says that there is no room. */
  readonly tryDeliver: (block: Block) => boolean
  /** Takes a block when it is its turn for room; rejects with `signal.reason` on abort, and then it was not taken. */
  readonly deliver: (block: Block, options: { signal: AbortSignal }) => Promise<void>
  /** Resolves once everything that was taken of the source is safe and its position on disk says so; rejects with `signal.reason` on abort. */
  readonly whenSaved: (sourceId: string, options: { signal: AbortSignal }) => Promise<void>
  /** Makes metrics and log lines of what the reader noticed. */
  readonly report: (container: MeasuredContainer, notices: readonly Notice[]) => void
}

/** The container a turn reads, with what lives longer than the turn. */
export interface TurnSubject {
  readonly id: string
  readonly name: string
  readonly tty: boolean
  readonly reader: ContainerReader
  /** How long streams brought nothing in the turns before, since something came or the engine said that nothing was to come, milliseconds. */
  readonly silentMs: number
  /** Has reading wait where more is read than is allowed; null where everything is. */
  readonly pacer: Pacer | null
  /** The container's scope: streams are scopes within it. */
  readonly scope: Scope
}

/** The reasons a turn is told to end. */
class TurnOver extends Error {
  override readonly name = 'TurnOver'
  readonly why: 'planned' | 'yield'

  constructor(why: 'planned' | 'yield') {
    super(`The turn is over: ${why}`)
    this.why = why
  }
}

/**
 * One tenure of a slot: opens the container's log at the cursor and reads until the stream ends, its age or the turn is over, it
 * fails, or the container's scope is cancelled. Whatever the stream does (idle, blocked, hung), every wait in here has a deadline.
 */
export class StreamTurn {
  readonly #context: TurnContext
  readonly #subject: TurnSubject
  readonly #slot: Slot
  readonly #over: LinkedController
  #openedMs: number | null = null
  #ageMs = 0
  /** How long the current stream took to find its place, milliseconds; null while it is searching. */
  #searchMs: number | null = null
  #lastBytesMs = 0
  /** The longest silence of the current stream, milliseconds. */
  #longestSilenceMs = 0
  /** For how long the current stream was not read since that was last put right, milliseconds. */
  #heldUpMs = 0
  #lookedAtEnd = false
  /** Whether the engine was asked in this turn what a silence of the stream means. */
  #hasAsked = false
  #foundPlace = false
  #isAbreast = false
  /** {@link TurnSubject.silentMs} up to when the current stream was opened. */
  #silentMs: number
  /** Since when the current stream is silent, and nobody said that this is right. */
  #silentSinceMs = 0
  #unclearSinceMs: number | null = null
  /** A block the queue had no room for when the turn ended. */
  #undelivered: Block | undefined

  constructor(context: TurnContext, subject: TurnSubject, slot: Slot) {
    this.#context = context
    this.#subject = subject
    this.#slot = slot
    this.#silentMs = subject.silentMs
    this.#over = linkedController(subject.scope.signal)
  }

  /** When the current stream was opened, monotonic milliseconds; null while none is open. */
  get openedMs(): number | null {
    return this.#openedMs
  }

  /** How old the stream that is open is, or that the last one of the turn became, milliseconds. */
  get ageMs(): number {
    return this.#openedMs === null ? this.#ageMs : this.#context.clock.monotonic() - this.#openedMs
  }

  /** Whether it has brought something new, or nothing new is stored: it is read, whatever it was before. */
  get isAbreast(): boolean {
    return this.#isAbreast
  }

  /** {@link TurnSubject.silentMs} with this turn, once it is over. */
  get silentMs(): number {
    return this.#silentMs
  }

  /** Since when the engine does not say whether a silent stream is idle, monotonic milliseconds. */
  get unclearSinceMs(): number | null {
    return this.#unclearSinceMs
  }

  /** Whether it has come to where reading goes on. */
  get foundPlace(): boolean {
    return this.#foundPlace || this.#isAbreast
  }

  /** The block that must be delivered before anything else of this container. */
  get undelivered(): Block | undefined {
    return this.#undelivered
  }

  /** Runs the turn. Rejects only with the scope's abort reason. */
  async run(how: 'follow' | 'snapshot'): Promise<TurnEnd> {
    using over = this.#over
    using _ = this.#slot.onYield(() => over.abort(new TurnOver('yield')))
    let connection: TurnEnd | Reopen = { kind: 'reopen' }
    while (connection.kind === 'reopen') connection = await this.#connect(how)
    return connection
  }

  async #connect(how: 'follow' | 'snapshot'): Promise<TurnEnd | Reopen> {
    // The scope may have been cancelled while the stream before this one was closed.
    this.#subject.scope.signal.throwIfAborted()
    const scope = this.#subject.scope.child('stream')
    using _ = onAbort(this.#over.signal, () => scope.abort(this.#over.signal.reason))
    let stream: LogStream | undefined
    try {
      const { stream: opened, follow } = await this.#open(how, this.#over.signal)
      stream = opened
      const rotates = this.#context.config.streamRotation.enabled && follow
      this.#context.metrics.streamOpened(this.#subject, { rotates })
      this.#openedMs = this.#context.clock.monotonic()
      this.#searchMs = null
      this.#lastBytesMs = this.#openedMs
      this.#silentSinceMs = this.#openedMs
      this.#longestSilenceMs = 0
      this.#heldUpMs = 0
      this.#noteAlignment()
      if (follow) this.#rotateAtAge(scope.signal).catch(() => {})
      const { name } = this.#subject
      const reading = scope.spawn('stream_reader', name, (signal) => this.#read(opened, follow, signal))
      return await this.#untilOver(reading.done)
    } catch (error) {
      return this.#asEnd(stream === undefined ? 'open' : 'read', error)
    } finally {
      await this.#close(stream, scope)
    }
  }

  async #open(how: 'follow' | 'snapshot' | 'proof', over: AbortSignal): Promise<Opened> {
    const { clock, engine, config } = this.#context
    const { id, name, reader } = this.#subject
    const request = reader.open(how)
    const stream = await withDeadline(
      clock,
      `opening the log of ${name}`,
      config.openTimeoutMs,
      over,
      (signal) => engine.openLogs(id, { ...request, signal }),
      (late) => late.destroy(),
    )
    return { stream, follow: request.follow }
  }

  /**
   * Planned rotation: jitter only shortens the interval, so that streams opened together do not reopen together. A stream that is still
   * searching for its place is not cut while the search goes on, and then reads on for as long as the search took: otherwise a log that takes
   * longer to search than the interval would be searched for ever. One that is blocked is cut.
   */
  async #rotateAtAge(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#context
    const ageMs = await this.#untilAge(0.8 + 0.15 * random.next(), signal)
    while (this.#searchMs === null) {
      const silentMs = clock.monotonic() - this.#lastBytesMs
      if (silentMs >= SEARCH_SILENCE_MS) break
      // eslint-disable-next-line no-await-in-loop -- looks again when the silence would be long enough
      await clock.sleep(SEARCH_SILENCE_MS - silentMs, { signal })
    }
    await clock.sleep(2 * (this.#searchMs ?? 0) - ageMs, { signal })
    // It may never find it: only a reply that ends tells.
    if (this.#searchMs === null) this.#subject.reader.distrust()
    this.#over.abort(new TurnOver('planned'))
  }

  /** Resolves when the stream is as old as that part of the interval, which may change meanwhile: how old that is, milliseconds. */
  async #untilAge(share: number, signal: AbortSignal): Promise<number> {
    const { clock, config, reconfigured } = this.#context
    const startedMs = clock.monotonic()
    for (;;) {
      const { enabled, intervalMs } = config.streamRotation
      const leftMs = share * intervalMs - (clock.monotonic() - startedMs)
      if (enabled && leftMs < TIMER_MS) return share * intervalMs
      // eslint-disable-next-line no-await-in-loop -- looks again when there are other settings
      if (enabled) await reconfigured.waitAtMost(clock, leftMs, { signal })
      // eslint-disable-next-line no-await-in-loop
      else await reconfigured.wait({ signal })
    }
  }

  /** The stream has found its place: its turn counts from here. */
  #noteAlignment(): void {
    if (!this.#subject.reader.aligned) return
    this.#foundPlace = true
    this.#slot.caughtUp()
    this.#searchMs ??= this.#context.clock.monotonic() - (this.#openedMs ?? 0)
  }

  /** The reader's result, or a rejection as soon as the turn is over: a reader that does not listen is not waited for. */
  async #untilOver<T>(reading: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    using _ = onAbort(this.#over.signal, () => reject(this.#over.signal.reason))
    reading.then(resolve, reject)
    return await promise
  }

  /** Gives the stream back: the handle at once, then its reader and the acknowledgement, each with a deadline. */
  async #close(stream: LogStream | undefined, scope: Scope): Promise<void> {
    const { clock, config, logger, metrics } = this.#context
    const { name, reader } = this.#subject
    const deadlineMs = config.closeTimeoutMs
    if (stream !== undefined) metrics.streamClosed()
    stream?.destroy()
    const [joined, acknowledged] = await Promise.all([
      scope.close({ deadlineMs }),
      acknowledgement(clock, stream, deadlineMs),
    ])
    reader.cut()
    if (this.#openedMs !== null) {
      this.#ageMs = clock.monotonic() - this.#openedMs
      this.#silentMs += clock.monotonic() - this.#silentSinceMs
    }
    this.#openedMs = null
    if (acknowledged && joined.ended) return
    if (!acknowledged) metrics.abandoned('stream_close')
    if (!joined.ended) metrics.abandoned('stream_reader')
    logger.warn(
      { container: name, deadlineMs, acknowledged, unfinished: joined.unfinished },
      'A stream did not close',
    )
  }

  /** Reads until the reply ends or cannot go on. Rejects with the signal's reason when the turn is over, during any wait. */
  async #read(stream: LogStream, follow: boolean, signal: AbortSignal): Promise<TurnEnd | Reopen> {
    let silenceMs = this.#silenceMs(follow)
    using watchdog = new Watchdog(this.#context.clock, silenceMs, signal)
    try {
      if (this.#subject.reader.awaitsSave) await this.#deliver(signal)
      for (;;) {
        await this.#pace(signal)
        // What was waited for here or for room is no silence of the stream.
        const dueMs = this.#silenceMs(follow)
        if (watchdog.expired || dueMs !== silenceMs) watchdog.rearm((silenceMs = dueMs))
        const chunk = follow
          ? await this.#readOrTick(stream, watchdog, signal)
          : await readOrSilence(stream, watchdog, signal)
        const end =
          chunk === SILENCE
            ? await this.#afterSilence(stream, follow, watchdog, signal)
            : await this.#take(chunk, signal)
        if (end !== undefined) return end
      }
    } catch (error) {
      if (isAbortOf(signal, error)) throw error
      return { kind: 'failed', during: 'read', error }
    }
  }

  /**
   * How long nothing may come before the engine is asked whether anything should have. Turns may be shorter than the read timeout: a silence goes on from one to
   * the next, or a stream that never brings anything in its turn would never be looked at.
   */
  #silenceMs(follow: boolean): number {
    const { readTimeoutMs, slotTurnMs } = this.#context.config
    if (!follow || !this.#subject.reader.aligned || this.#hasAsked) return readTimeoutMs
    // Early in the turn, so that there is time for an answer.
    const soonMs = Math.min(STUCK_AFTER_MS, slotTurnMs / 5)
    return Math.min(readTimeoutMs, Math.max(soonMs, readTimeoutMs - this.#silentMs))
  }

  /** Waits while more was read than is allowed. No read is pending meanwhile, and the wait ends with the turn. */
  async #pace(signal: AbortSignal): Promise<void> {
    const { pacer } = this.#subject
    if (pacer === null) return
    const waitedMs = await this.#waitFor(pacer.wait({ signal }))
    if (waitedMs === 0) return
    this.#context.metrics.rateDelayed(this.#subject, waitedMs / 1000)
    // Meanwhile it was not read, which is no silence of its own.
    this.#lastBytesMs = this.#context.clock.monotonic()
  }

  /** For so long the stream was not read. A follower that stands still passes over log files, however short the times that add up. */
  #heldUp(ms: number): void {
    this.#silentSinceMs += ms
    this.#heldUpMs += ms
    if (this.#heldUpMs < HELD_UP_MS) return
    this.#heldUpMs = 0
    this.#subject.reader.wasHeldUp()
  }

  /** The next chunk of a followed stream, or its silence. What is complete because nothing comes is delivered meanwhile. */
  async #readOrTick(
    stream: LogStream,
    watchdog: Watchdog,
    signal: AbortSignal,
  ): Promise<Uint8Array | null | typeof SILENCE> {
    const { clock, config } = this.#context
    const { reader } = this.#subject
    while (reader.aligned) {
      const nowMs = clock.monotonic()
      // eslint-disable-next-line no-await-in-loop -- until nothing is left that silence would complete
      if (reader.tick(nowMs)) await this.#deliver(signal)
      const { dueMs } = reader
      if (dueMs === null || dueMs - nowMs > config.readTimeoutMs) break
      using due = new Watchdog(clock, dueMs - nowMs, signal)
      // eslint-disable-next-line no-await-in-loop
      const chunk = await readOrSilence(stream, due, signal)
      if (chunk !== SILENCE) return chunk
    }
    return await readOrSilence(stream, watchdog, signal)
  }

  /** Feeds the reader with a chunk, or tells it the clean end, and passes on what is complete. */
  async #take(chunk: Uint8Array | null, signal: AbortSignal): Promise<TurnEnd | Reopen | undefined> {
    const { reader } = this.#subject
    this.#noteSilence()
    let state: ReaderState
    try {
      state = chunk === null ? reader.end() : reader.push(chunk)
      if (chunk === null && state === 'aligned') reader.tick(this.#context.clock.monotonic())
    } finally {
      // Also when the reader refused the chunk: what came before the fault is good.
      await this.#deliver(signal)
    }
    const over = await this.#afterDoubt(state, signal)
    if (over === undefined && chunk === null) return await this.#afterEnd(signal)
    return over
  }

  /**
   * Some bytes came. A silence may be that of a follow which passes over something if it began soon after the opening. Where what was stored then took long to come it
   * begins later, and lasts longer than any before it: for as long as a log file is written.
   */
  #noteSilence(): void {
    const nowMs = this.#context.clock.monotonic()
    const silentMs = nowMs - this.#lastBytesMs
    const beganAfterMs = this.#lastBytesMs - (this.#openedMs ?? 0)
    const isSuspect = beganAfterMs <= YOUNG_MS || silentMs > this.#longestSilenceMs
    if (silentMs >= SILENCE_MS && isSuspect) this.#subject.reader.wasSilent()
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, silentMs)
    this.#lastBytesMs = nowMs
    this.#silentSinceMs = nowMs
  }

  /** The stream brought something new, or nothing new is stored. What is not new, or not complete, comes at the beginning of any turn. */
  #noteProof(): void {
    this.#silentMs = 0
    this.#silentSinceMs = this.#context.clock.monotonic()
  }

  /** The reply ended. Once in a turn it is asked whether it should have gone on: some engines end it at a record that they cannot read. */
  async #afterEnd(signal: AbortSignal): Promise<TurnEnd | Reopen> {
    const { reader } = this.#subject
    if (reader.endIsCertain || this.#lookedAtEnd) return { kind: 'ended' }
    this.#lookedAtEnd = true
    if ((await this.#look(signal)) !== 'something') return { kind: 'ended' }
    reader.distrust()
    return { kind: 'reopen' }
  }

  /** What a stream is worth, once snapshots have settled what it leaves in doubt: undefined to read on. */
  async #afterDoubt(first: ReaderState, signal: AbortSignal): Promise<Reopen | undefined> {
    let state = first
    while (state === 'doubt') {
      // eslint-disable-next-line no-await-in-loop -- what was held may leave another doubt
      state = await this.#settle(signal)
    }
    if (state === 'reopen') return { kind: 'reopen' }
    this.#noteAlignment()
    return undefined
  }

  /** Reads a snapshot beside the followed stream, which waits meanwhile; what that stream is worth then. */
  async #settle(signal: AbortSignal): Promise<ReaderState> {
    const { reader } = this.#subject
    let state: ReaderState = 'reopen'
    let proof: 'read' | 'impossible' = 'read'
    try {
      // eslint-disable-next-line no-await-in-loop -- asks for more until the place is in the reply
      while (state === 'reopen') state = await this.#readProof(signal)
    } catch (error) {
      if (!isRemoved(error)) throw error
      proof = 'impossible'
    }
    state = reader.resume(proof)
    this.#noteProof()
    await this.#deliver(signal)
    // Meanwhile it was not read, which is no silence of its own.
    this.#lastBytesMs = this.#context.clock.monotonic()
    return state
  }

  /** Whether a snapshot that brought nothing is to be asked for otherwise. */
  #isUnanswered(): boolean {
    const { logger, metrics } = this.#context
    if (!this.#subject.reader.unanswered()) return false
    metrics.streamError('read_timeout', this.#subject)
    logger.warn(
      { container: this.#subject.name },
      'The engine did not send the end of a log: all of it is read',
    )
    return true
  }

  async #readProof(signal: AbortSignal): Promise<ReaderState> {
    const { stream } = await this.#open('proof', signal)
    const { clock, config } = this.#context
    const { reader } = this.#subject
    try {
      for (;;) {
        // eslint-disable-next-line no-await-in-loop -- a stream is read in order
        await this.#pace(signal)
        const read = (own: AbortSignal): Promise<Uint8Array | null> => stream.read({ signal: own })
        // eslint-disable-next-line no-await-in-loop
        const chunk = await withDeadline(clock, 'reading a snapshot', config.readTimeoutMs, signal, read)
        let state: ReaderState
        try {
          state = chunk === null ? reader.end() : reader.push(chunk)
        } finally {
          // eslint-disable-next-line no-await-in-loop
          await this.#deliver(signal)
        }
        if (chunk === null || state === 'reopen') return state
      }
    } catch (error) {
      if (error instanceof DeadlineError && this.#isUnanswered()) return 'reopen'
      throw error
    } finally {
      stream.destroy()
    }
  }

  /** The read timeout passed. Idle is normal; stuck is when something is stored beyond the cursor and does not come. */
  async #afterSilence(
    stream: LogStream,
    follow: boolean,
    watchdog: Watchdog,
    signal: AbortSignal,
  ): Promise<TurnEnd | Reopen | undefined> {
    if (!follow) return this.#isUnanswered() ? { kind: 'reopen' } : { kind: 'stuck' }
    if (!this.#subject.reader.aligned) {
      this.#subject.reader.distrust()
      return { kind: 'unaligned' }
    }
    this.#hasAsked = true
    const beyond = await this.#look(signal)
    watchdog.rearm(this.#context.config.readTimeoutMs)
    if (beyond === 'nothing') return undefined
    // The log was emptied, or its end cannot be asked for: a snapshot tells.
    if (beyond === 'unclear') return await this.#afterDoubt(await this.#settle(signal), signal)
    watchdog.rearm(STUCK_AFTER_MS)
    const chunk = await readOrSilence(stream, watchdog, signal)
    if (chunk === SILENCE) {
      this.#subject.reader.distrust()
      return { kind: 'stuck' }
    }
    watchdog.rearm(this.#context.config.readTimeoutMs)
    return await this.#take(chunk, signal)
  }

  /** What lies beyond the cursor. An engine that cannot answer now tells nothing about the stream: go on. */
  async #look(signal: AbortSignal): Promise<Beyond> {
    const { metrics, logger } = this.#context
    const { id, name, reader } = this.#subject
    if (!reader.endIsKnown) return 'unclear'
    try {
      const beyond = await anythingBeyond(this.#context, id, reader, signal)
      this.#isAbreast ||= beyond === 'nothing'
      if (beyond === 'nothing') this.#noteProof()
      this.#unclearSinceMs = null
      if (beyond !== 'something') metrics.idleCheck(this.#subject)
      return beyond
    } catch (error) {
      signal.throwIfAborted()
      // Of a container that is being removed nothing more can be had.
      if (isRemoved(error)) return 'nothing'
      this.#unclearSinceMs ??= this.#context.clock.monotonic()
      metrics.streamError('open_failed', this.#subject)
      logger.warn({ container: name, err: error }, 'The engine did not say whether a silent stream is idle')
      return 'nothing'
    }
  }

  /** Hands over what the reader completed. While there is no room the block is kept, so that a turn's end does not lose it. */
  async #deliver(signal: AbortSignal): Promise<void> {
    const { deliver, report, tryDeliver, whenSaved } = this.#context
    const { id, pacer, reader } = this.#subject
    for (;;) {
      report(this.#subject, reader.takeNotices())
      for (let block = reader.take(); block !== undefined; block = reader.take()) {
        this.#undelivered = block
        this.#isAbreast = true
        this.#unclearSinceMs = null
        this.#noteProof()
        pacer?.took({ lines: block.ends.length, bytes: block.bytes.length })
        // eslint-disable-next-line no-await-in-loop -- blocks are delivered in order
        if (!tryDeliver(block)) await this.#waitFor(deliver(block, { signal }))
        this.#undelivered = undefined
      }
      if (!reader.awaitsSave) return
      // eslint-disable-next-line no-await-in-loop
      await this.#waitFor(whenSaved(id, { signal }))
      reader.saved()
    }
  }

  /** Waits for something else than the stream, which is not read meanwhile. */
  async #waitFor<T>(other: Promise<T>): Promise<T> {
    const { clock } = this.#context
    const startedMs = clock.monotonic()
    try {
      return await other
    } finally {
      this.#heldUp(clock.monotonic() - startedMs)
    }
  }

  #asEnd(during: 'open' | 'read', error: unknown): TurnEnd {
    const { signal } = this.#over
    if (!signal.aborted) return { kind: 'failed', during, error }
    if (signal.reason instanceof TurnOver) return { kind: signal.reason.why }
    throw signal.reason
  }
}

/** Whether the container is gone, or about to be. */
function isRemoved(error: unknown): boolean {
  return error instanceof EngineError && (error.code === 'not_found' || error.code === 'conflict')
}

/** A log that was opened. What a turn wants to follow may have to be read in snapshots first. */
interface Opened {
  readonly stream: LogStream
  readonly follow: boolean
}

/** The log must be opened again within the same turn, with the larger margin the reader now asks for. */
interface Reopen {
  readonly kind: 'reopen'
}

/** Whether the engine's side acknowledged the close in time. */
async function acknowledgement(
  clock: Clock,
  stream: LogStream | undefined,
  deadlineMs: number,
): Promise<boolean> {
  if (stream === undefined) return true
  return await withDeadline(clock, 'closing a stream', deadlineMs, NEVER, () => stream.closed).then(
    () => true,
    () => false,
  )
}

const SILENCE = Symbol('silence')

/** The next chunk, `null` at the clean end, or {@link SILENCE} when nothing came in the watchdog's time. Nothing stays pending. */
async function readOrSilence(
  stream: LogStream,
  watchdog: Watchdog,
  signal: AbortSignal,
): Promise<Uint8Array | null | typeof SILENCE> {
  watchdog.feed()
  try {
    const chunk = await stream.read({ signal: watchdog.signal })
    signal.throwIfAborted()
    return chunk
  } catch (error) {
    if (watchdog.expired && isAbortOf(watchdog.signal, error)) return SILENCE
    throw error
  }
}

/** How long something may lie beyond the cursor unread, once it was seen, before the stream counts as stuck. */
const STUCK_AFTER_MS = 1000
/** How long a follow brings nothing that has missed a rotation, at the least: a log file is not written in less. */
const SILENCE_MS = 100
/** When it begins to, at the latest, where what was stored at its opening comes at once. */
const YOUNG_MS = 10_000
/** In this time no two log files are written, as a rule. */
const HELD_UP_MS = 1000
/** A timer may be early by as much. */
const TIMER_MS = 1
/** A search for the cursor that brings nothing for so long is blocked. */
const SEARCH_SILENCE_MS = 1000
