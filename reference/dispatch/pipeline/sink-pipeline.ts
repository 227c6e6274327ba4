import { messageOf } from '../../errors.ts'
import type { Health } from '../../http/health.ts'
import { BackOff } from '../../lifecycle/back-off.ts'
import { Condition } from '../../lifecycle/condition.ts'
import { withDeadline } from '../../lifecycle/deadline.ts'
import type { Scope } from '../../lifecycle/scope.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Random } from '../../ports/random.ts'
import type { Block, Source } from '../block.ts'
import { Circuit, retryDelay } from './circuit.ts'
import { lettersOf, type LetterReason } from '../dead-letters/letter.ts'
import type { DeadLetters } from '../dead-letters/dead-letters.ts'
import { LetterWriter } from '../dead-letters/letter-writer.ts'
import { Redelivery } from '../dead-letters/redelivery.ts'
import { Lane, type Item, type Portion } from './lane.ts'
import { pipelineCheck } from './pipeline-check.ts'
import { ReadyLanes } from './ready-lanes.ts'
import type { SinkFigures } from '../statistics.ts'
import type { RefusedRecord, Sink, SinkBatch, SinkMark, WriteAnswer } from '../sink.ts'

export interface PipelineContext {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  /** Writes under way at the same time, at most, also where the sink allows more. */
  readonly workers: number
  /** Of those, at most so many that repeat a write that failed. */
  readonly retriesMax: number
  readonly fileSystem: FileSystem
  readonly deadLetters: DeadLetters
}

export interface SinkPipelineOptions extends PipelineContext {
  readonly sink: Sink
  /** What the sink answered when it last stored something of the source. */
  readonly markOf: (source: string) => SinkMark | undefined
  /** The sink has these blocks, and everything before them of the source. Gives their room back. */
  readonly onStored: (source: Source, items: readonly Item[], mark: SinkMark | undefined) => void
  /** Whether nothing of the source can be stored now. */
  readonly onStalled: (source: string, stalled: boolean) => void
}

/** A part of a batch that is being written. */
interface Piece {
  readonly lane: Lane
  readonly portion: Portion
}

/**
 * Brings blocks to one sink: a lane per source that keeps the order, workers that put ready lanes together to batches within the sink's limits.
 * Nothing in it is shared with another sink.
 *
 *     push -> lanes -> ready -> workers -> sink: stored -----------------------> onStored
 *               ^                            |\-> partly: -> dead letters, synced --^
 *               |                            \--> again: the lanes of the batch wait, with back-off; no other does
 *               \--------- when due --------/---> away, refused: every lane waits, one write is the probe
 *
 * Its room is bounded by whoever pushes: an item brings its permit.
 */
export class SinkPipeline {
  readonly #options: SinkPipelineOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #ready: ReadyLanes
  readonly #waiting = new Set<Lane>()
  /** In the order in which their writes began. */
  readonly #writing = new Set<Lane>()
  readonly #circuit: Circuit
  readonly #work = new Condition()
  readonly #timers = new Condition()
  readonly #finished = new Condition()
  #timersIdle = false
  #blocks = 0
  #bytes = 0
  /** When the sink last stored something, or was given something after it had all. */
  #progressMs = 0
  /** Writes under way that repeat one that failed. */
  #retrying = 0
  /** By source: dead letters that the sink is given again. */
  readonly #letterLanes = new Map<string, Lane>()
  readonly #letters: LetterWriter
  readonly #redelivery: Redelivery
  /** Since the process began. */
  readonly #counts = { lines: 0, bytes: 0, writes: 0, retried: 0 }
  /** When the sink last stored something, monotonic milliseconds. */
  #lastStoredMs = -Infinity

  constructor(options: SinkPipelineOptions) {
    this.#options = options
    this.#circuit = new Circuit(options.clock, options.random, this.#backOff())
    this.#ready = new ReadyLanes(options.sink.limits)
    const { deadLetters, sink } = options
    const store = deadLetters.of(sink.name)
    this.#letters = new LetterWriter({ ...options, sink: sink.name, store })
    this.#redelivery = new Redelivery({
      ...options,
      store,
      atStart: deadLetters.config.redeliverAtStart,
      push: (item) => this.#pushLetter(item),
    })
  }

  get sink(): Sink {
    return this.#options.sink
  }

  /** Memory of the blocks it holds, as their permits count it, bytes. */
  get heldBytes(): number {
    return this.#bytes
  }

  get figures(): Omit<SinkFigures, 'spoolBytes'> {
    const { deadLetters } = this.#options
    const { name } = this.sink
    return { sink: name, ...this.#counts, deadLetters: deadLetters.of(name).records, queueBytes: this.#bytes }
  }

  /** True when everything it was given is stored. */
  get drained(): boolean {
    return this.#blocks === 0
  }

  /** Memory of dead letters that the sink is given again, bytes. */
  get letterBytes(): number {
    return this.#redelivery.heldBytes
  }

  /** True when something is wrong with the sink, or with a source in it: what it was given may stay with it for long. */
  get troubled(): boolean {
    return this.#circuit.trouble !== null || this.#waiting.size > 0 || this.#letters.trouble !== null
  }

  /** True when something of the source is not stored; dead letters that are given to the sink again do not count. */
  holds(source: string): boolean {
    return (this.#lanes.get(source)?.blocks ?? 0) > 0
  }

  /** Starts the workers in the scope. What is not stored when that is closed stays, and is taken up again at the next start. */
  start(scope: Scope): void {
    this.#progressMs = this.#options.clock.monotonic()
    this.#ready.draining = false
    this.#circuit.calm()
    const { name, limits } = this.sink
    const workers = Math.min(limits.inFlight, this.#options.workers)
    for (let n = 1; n <= workers; n++) {
      scope.keep('dispatch_worker', `${name} ${n}`, (signal) => this.#serve(signal))
    }
    scope.keep('dispatch_retry', name, (signal) => this.#wakeWaiting(signal))
    this.#forgetLetters()
    scope.keep('dead_letters', name, (signal) => this.#letters.run(signal))
    scope.keep('dead_letter_requests', name, (signal) => this.#redelivery.run(signal))
    for (const lane of this.#lanes.values()) this.#offer(lane)
  }

  /** Takes a block, which must follow what it was last given of the source. */
  push(item: Item): void {
    const nowMs = this.#options.clock.monotonic()
    if (this.#blocks === 0) this.#progressMs = nowMs
    const lane = this.#laneOf(item.block.source)
    const before = lane.blocks
    lane.push(item, nowMs)
    if (lane.blocks > before) this.#hold(1, item.permit.bytes)
    if (lane.state === 'ready') this.#grew(item.block)
    else this.#offer(lane)
  }

  /** Somebody waits for the room of what it holds: what is ready is written without waiting for company. */
  hurry(): void {
    this.#ready.hurried = this.#ready.size > 0
    this.#work.notifyAll()
  }

  /** No more is waited for company until the next start. */
  endGathering(): void {
    this.#ready.draining = true
    this.#work.notifyAll()
  }

  /** What it is given may wait for company again. */
  gather(): void {
    this.#ready.draining = false
  }

  /** True while a write is under way. */
  get isWriting(): boolean {
    return this.#writing.size > 0
  }

  /** Resolves once everything it was given is stored. */
  async drain(options: { signal: AbortSignal }): Promise<void> {
    this.endGathering()
    this.#hurryRetries()
    while (!this.drained) await this.#finished.wait(options)
  }

  /** What waits for its next try is tried now: a stop may end before that would be due. */
  #hurryRetries(): void {
    this.#circuit.hurry()
    this.#letters.hurry()
    const nowMs = this.#options.clock.monotonic()
    for (const lane of this.#waiting) lane.dueMs = Math.min(lane.dueMs, Math.max(nowMs, lane.askedUntilMs))
    this.#timers.notifyAll()
  }

  /** Gives up what is held for the source, once everything of it is stored. */
  async forget(source: Source, options: { signal: AbortSignal }): Promise<void> {
    while (this.holds(source.id)) await this.#finished.wait(options)
    this.#lanes.delete(source.id)
    await this.sink.forget(source)
  }

  checks(): Health['checks'] {
    const check = pipelineCheck({
      nowMs: this.#options.clock.monotonic(),
      circuit: this.#circuit.trouble,
      lanes: [...this.#lanes.values(), ...this.#letterLanes.values()],
      progressMs: this.drained ? null : this.#progressMs,
    })
    const trouble = this.#letters.trouble ?? this.#redelivery.trouble
    const letters =
      trouble === null ? {} : { [`sink ${this.sink.name} dead letters`]: { ok: false, detail: trouble } }
    return { [`sink ${this.sink.name}`]: check, ...letters, ...this.sink.checks?.() }
  }

  /** The blocks it holds. */
  *blocks(): Iterable<Block> {
    for (const lanes of [this.#lanes, this.#letterLanes])
      for (const lane of lanes.values()) for (const { block } of lane.items()) yield block
  }

  async #serve(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pieces = this.#nextBatch()
      if (pieces.length === 0) await this.#work.wait({ signal })
      else await this.#write(pieces, signal)
    }
  }

  /** Takes ready lanes for a worker, as many as one write takes. */
  #nextBatch(): Piece[] {
    const { limits } = this.sink
    const nowMs = this.#options.clock.monotonic()
    if (this.#ready.dueMs() > nowMs || !this.#circuit.allow()) return []
    const pieces: Piece[] = []
    let bytes = limits.batchBytes
    let records = limits.batchRecords
    let sources = Math.min(limits.sourcesPerBatch, this.#circuit.sourcesMax)
    for (const lane of this.#ready) {
      if (!this.#fits(lane, pieces)) continue
      const portion = lane.next({ bytes, records }, pieces.length === 0)
      if (portion === null) continue
      this.#ready.delete(lane)
      lane.state = 'idle'
      if (portion.records === 0) {
        this.#store({ lane, portion }, lane.mark)
        continue
      }
      lane.begin(portion, nowMs)
      this.#writing.add(lane)
      pieces.push({ lane, portion })
      bytes -= portion.bytes
      records -= portion.records
      sources = Math.min(sources, lane.companyMax)
      if (pieces.length >= sources || bytes <= 0 || records <= 0) break
    }
    if (pieces.length === 0) {
      this.#circuit.undecided()
      return pieces
    }
    // The timer must look again: when this write hangs.
    if (this.#timersIdle) this.#timers.notifyAll()
    if (this.#ready.dueMs() <= nowMs) this.#work.notifyOne()
    return pieces
  }

  /** What failed before is not put together with what did not, and takes a part of the workers only. */
  #fits(lane: Lane, pieces: readonly Piece[]): boolean {
    const [first] = pieces
    if (lane.twin?.state === 'writing') return false
    if (first === undefined) return !lane.triedBefore || this.#retrying < this.#options.retriesMax
    return lane.companyMax > pieces.length && lane.triedBefore === first.lane.triedBefore
  }

  async #write(pieces: readonly Piece[], signal: AbortSignal): Promise<void> {
    const { clock, metrics } = this.#options
    const startedMs = clock.monotonic()
    const retries = pieces[0]!.lane.triedBefore ? 1 : 0
    this.#retrying += retries
    this.#counts.writes += 1
    const answer = await this.#ask(batchOf(pieces), signal)
    this.#retrying -= retries
    for (const { lane } of pieces) {
      lane.end()
      this.#writing.delete(lane)
    }
    if (answer === null) {
      this.#circuit.undecided()
      return
    }
    if (answer.kind === 'stored' || answer.kind === 'partly') {
      metrics.sinkLatency(this.sink.name, (clock.monotonic() - startedMs) / 1000)
      this.#succeeded(pieces, answer)
    } else if (answer.kind === 'smaller') this.#split(pieces, answer.why)
    else this.#failed(pieces, answer)
    for (const { lane } of pieces) this.#offer(lane)
  }

  /** Null when it was cancelled. */
  async #ask(batch: SinkBatch, signal: AbortSignal): Promise<WriteAnswer | null> {
    const { writeDeadlineMs } = this.sink.limits
    const write = (own: AbortSignal): Promise<WriteAnswer> => this.sink.write(batch, { signal: own })
    try {
      if (writeDeadlineMs === null) return await write(signal)
      const what = `writing to ${this.sink.name}`
      return await withDeadline(this.#options.clock, what, writeDeadlineMs, signal, write)
    } catch (error) {
      return signal.aborted ? null : { kind: 'again', why: messageOf(error) }
    }
  }

  #succeeded(pieces: readonly Piece[], answer: WriteAnswer & { kind: 'stored' | 'partly' }): void {
    this.#lastStoredMs = this.#options.clock.monotonic()
    const refused = answer.kind === 'partly' ? answer.refused : []
    pieces.forEach((piece, part) => {
      const own = refused.filter((record) => record.part === part)
      this.#delivered(piece.portion, own.length)
      if (own.length > 0) this.#bury(piece, answer.marks[part], 'refused', own)
      else this.#finish(piece, answer.marks[part])
    })
    if (this.#circuit.trouble === null) return
    this.#circuit.passed()
    this.#options.logger.info({ sink: this.sink.name }, 'The sink takes what it is given again')
    for (const lane of this.#waiting) this.#wake(lane)
  }

  #delivered({ bytes, records }: Portion, refused: number): void {
    this.#options.metrics.linesDelivered(this.sink.name, records - refused)
    this.#options.metrics.bytesDelivered(this.sink.name, bytes)
    this.#counts.lines += records - refused
    this.#counts.bytes += bytes
  }

  #retried(pieces: readonly Piece[]): void {
    const records = pieces.reduce((sum, { portion }) => sum + portion.records, 0)
    this.#options.metrics.retried(this.sink.name, records)
    this.#counts.retried += records
  }

  /** A single record that is too large is a dead letter; anything else comes again as two halves. */
  #split(pieces: readonly Piece[], why: string): void {
    this.#circuit.undecided()
    const [first] = pieces
    if (pieces.length === 1 && first!.portion.records === 1) {
      this.#buryAll(first!, 'too_large', why)
      return
    }
    for (const { lane, portion } of pieces) {
      if (pieces.length === 1) lane.recordsMax = Math.max(1, Math.floor(portion.records / 2))
      lane.part(pieces.length)
    }
    this.#retried(pieces)
  }

  #failed(pieces: readonly Piece[], answer: WriteAnswer & { kind: 'again' | 'refused' }): void {
    this.#retried(pieces)
    if (answer.kind === 'refused') this.#refused(pieces, answer.why)
    else if (answer.of === 'sink') this.#tookNothing({ ...answer, refuses: false })
    else this.#delay(pieces, answer)
    this.#timers.notifyAll()
  }

  /**
   * Nothing is written until the sink takes something again, unless it is this batch that is wrong: it comes again in halves, and a single record that is
   * refused again and again while others are stored is a dead letter.
   */
  #refused(pieces: readonly Piece[], why: string): void {
    this.#tookNothing({ why, refuses: true })
    const [first] = pieces
    const isSingle = pieces.length === 1 && first!.portion.records === 1
    if (isSingle && first!.lane.blame(this.#lastStoredMs, this.#options.clock.monotonic()) >= BLAMES)
      return this.#buryAll(first!, 'refused', why)
    for (const { lane, portion } of pieces) {
      if (pieces.length === 1) lane.recordsMax = Math.max(1, Math.floor(portion.records / 2))
      lane.part(pieces.length)
    }
  }

  /** Nobody is to blame for it: the same lanes may be written together again. */
  #tookNothing(failure: { why: string; refuses: boolean; afterMs?: number }): void {
    const isNews = this.#circuit.trouble?.why !== failure.why
    this.#circuit.failed(failure)
    const { why, refuses } = failure
    if (isNews) this.#options.logger.warn({ sink: this.sink.name, why, refuses }, 'The sink takes nothing')
  }

  /** The lanes wait, with back-off. Those of one batch come due together, in halves. */
  #delay(pieces: readonly Piece[], { why, afterMs = 0 }: WriteAnswer & { kind: 'again' }): void {
    const { clock, logger, random } = this.#options
    this.#circuit.undecided()
    const nowMs = clock.monotonic()
    const isNews = pieces.some(({ lane }) => lane.failing?.why !== why)
    const ceilingMs = Math.max(...pieces.map(({ lane }) => lane.backOff.nextCeiling()))
    const delayMs = retryDelay(ceilingMs, afterMs, random)
    for (const piece of pieces) {
      const { lane } = piece
      lane.failing = { sinceMs: lane.failing?.sinceMs ?? nowMs, why }
      if (pieces.length === 1 && this.#isUsedUp(lane, nowMs)) {
        this.#buryAll(piece, 'retries', why)
        continue
      }
      lane.part(pieces.length)
      lane.state = 'waiting'
      lane.dueMs = nowMs + delayMs
      lane.askedUntilMs = nowMs + afterMs
      this.#waiting.add(lane)
      this.#setStalled(lane, true)
    }
    if (!isNews) return
    const sources = pieces.map(({ lane }) => lane.source.name).slice(0, NAMES_MAX)
    logger.warn({ sink: this.sink.name, sources, delayMs, why }, 'A write failed and will be repeated')
  }

  /** Whether the lane was tried as often or as long as is configured. */
  #isUsedUp({ backOff, failing }: Lane, nowMs: number): boolean {
    const { afterAttempts, afterAgeMs } = this.#options.deadLetters.config
    return (
      (afterAttempts !== null && backOff.attempts >= afterAttempts) ||
      (afterAgeMs !== null && nowMs - failing!.sinceMs >= afterAgeMs)
    )
  }

  #recovered(lane: Lane): void {
    this.#setStalled(lane, false)
    if (lane.failing !== null) {
      const fields = { sink: this.sink.name, source: lane.source.name, why: lane.failing.why }
      this.#options.logger.info(fields, 'What could not be stored is stored')
    }
    lane.recovered()
  }

  #setStalled(lane: Lane, stalled: boolean): void {
    if (lane.stalled === stalled) return
    lane.stalled = stalled
    // Dead letters hold up nothing that is new of their source.
    if (!lane.isOfLetters) this.#options.onStalled(lane.source.id, stalled)
  }

  #buryAll(piece: Piece, reason: LetterReason, why: string): void {
    const refused = Array.from({ length: piece.portion.records }, (_, record) => ({ record, why }))
    this.#bury(piece, piece.lane.mark, reason, refused)
  }

  /** What the sink will never take of a piece goes to the dead letters. Only when it is safe there the piece is acknowledged. */
  #bury(
    piece: Piece,
    mark: SinkMark | undefined,
    reason: LetterReason,
    refused: readonly Pick<RefusedRecord, 'record' | 'why'>[],
  ): void {
    const { lane, portion } = piece
    // A write that is not to be repeated is counted already where that is the reason.
    const attempts = lane.backOff.attempts + (reason === 'retries' ? 0 : 1)
    const note = { reason, attempts, atMs: this.#options.clock.now() }
    lane.state = 'burying'
    this.#letters.put({
      letters: lettersOf(portion.blocks, refused, note),
      onKept: () => {
        lane.state = 'idle'
        // Nothing is to be said of it but that it is a dead letter.
        lane.failing = null
        this.#finish(piece, mark)
      },
      onLate: () => this.#setStalled(lane, true),
    })
  }

  #finish(piece: Piece, mark: SinkMark | undefined): void {
    this.#recovered(piece.lane)
    this.#store(piece, mark)
  }

  /** Dead letters of a source, which the sink is given again. */
  #pushLetter(item: Item): void {
    const { source } = item.block
    let lane = this.#letterLanes.get(source.id)
    if (lane === undefined) {
      lane = new Lane(source, undefined, this.#backOff(), true)
      this.#letterLanes.set(source.id, lane)
      this.#pair(source.id)
    }
    lane.push(item, this.#options.clock.monotonic())
    if (lane.state === 'ready') this.#grew(item.block)
    else this.#offer(lane)
  }

  #pair(source: string): void {
    const [lane, ofLetters] = [this.#lanes.get(source), this.#letterLanes.get(source)]
    if (lane !== undefined) lane.twin = ofLetters
    if (ofLetters !== undefined) ofLetters.twin = lane
  }

  /** What an earlier run had begun to give to the sink again is read again. */
  #forgetLetters(): void {
    for (const [source, lane] of this.#letterLanes) {
      this.#ready.delete(lane)
      this.#waiting.delete(lane)
      this.#letterLanes.delete(source)
      this.#redelivery.done(lane.items())
      this.#pair(source)
    }
  }

  #store({ lane, portion }: Piece, mark: SinkMark | undefined): void {
    const items = lane.complete(portion, lane.isOfLetters ? undefined : mark)
    if (lane.isOfLetters) {
      this.#redelivery.done(items)
      if (lane.blocks === 0 && this.#letterLanes.get(lane.source.id) === lane)
        this.#letterLanes.delete(lane.source.id)
    } else {
      this.#progressMs = this.#options.clock.monotonic()
      this.#hold(-items.length, -items.reduce((sum, { permit }) => sum + permit.bytes, 0))
      if (items.length > 0) this.#options.onStored(lane.source, items, mark)
    }
    if (lane.blocks === 0) this.#finished.notifyAll()
    else this.#offer(lane)
  }

  /** Queues the lane for a worker, unless it is empty, queued, in work or waits. */
  #offer(lane: Lane): void {
    if (lane.blocks === 0 || lane.state !== 'idle') return
    lane.state = 'ready'
    this.#ready.add(lane)
    this.#callWorker(this.#ready.size === 1)
  }

  /** A lane that is ready was given more. */
  #grew({ ends, bytes }: Block): void {
    const wasDue = this.#ready.isFull
    this.#ready.grew(ends.length, bytes.byteLength)
    if (!wasDue && this.#ready.isFull) this.#work.notifyOne()
  }

  /** @param isFirst of those that wait for company. */
  #callWorker(isFirst: boolean): void {
    const isDue = this.#ready.dueMs() <= this.#options.clock.monotonic()
    if (isDue) this.#work.notifyOne()
    if ((isFirst && !isDue) || this.#circuit.trouble !== null) this.#timers.notifyAll()
  }

  /** Makes lanes ready again when they are due, lets the probe through, and notices writes that hang. */
  async #wakeWaiting(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      const dueMs = this.#nextDueMs()
      // eslint-disable-next-line no-await-in-loop -- timers
      if (dueMs === Infinity) await this.#waitForTimers(signal)
      // eslint-disable-next-line no-await-in-loop
      else await this.#timers.waitAtMost(clock, dueMs - clock.monotonic(), { signal })
      const nowMs = clock.monotonic()
      for (const lane of this.#waiting) if (lane.dueMs <= nowMs) this.#wake(lane)
      for (const lane of this.#writing)
        if (lane.writingSinceMs + HUNG_MS <= nowMs) this.#setStalled(lane, true)
      if (this.#ready.dueMs() <= nowMs) this.#work.notifyAll()
    }
  }

  /** Only then a write that begins must be told: otherwise the timer looks again before that could be due. */
  async #waitForTimers(signal: AbortSignal): Promise<void> {
    this.#timersIdle = true
    try {
      await this.#timers.wait({ signal })
    } finally {
      this.#timersIdle = false
    }
  }

  #nextDueMs(): number {
    // What is due already waits for a worker, or for something to be written, not for the timer.
    let dueMs = Infinity
    const nowMs = this.#options.clock.monotonic()
    for (const ms of [this.#circuit.probeAtMs ?? Infinity, this.#ready.dueMs()])
      if (ms > nowMs) dueMs = Math.min(dueMs, ms)
    for (const lane of this.#waiting) dueMs = Math.min(dueMs, lane.dueMs)
    // The oldest write that was not noticed yet: the others began later.
    for (const lane of this.#writing) {
      if (lane.stalled) continue
      return Math.min(dueMs, lane.writingSinceMs + HUNG_MS)
    }
    return dueMs
  }

  #wake(lane: Lane): void {
    this.#waiting.delete(lane)
    lane.state = 'idle'
    this.#offer(lane)
  }

  #laneOf(source: Source): Lane {
    let lane = this.#lanes.get(source.id)
    if (lane === undefined) {
      lane = new Lane(source, this.#options.markOf(source.id), this.#backOff())
      this.#lanes.set(source.id, lane)
      this.#pair(source.id)
    }
    return lane
  }

  #backOff(): BackOff {
    return new BackOff({ initialMs: RETRY_INITIAL_MS, maxMs: RETRY_MAX_MS }, this.#options.random)
  }

  #hold(blocks: number, bytes: number): void {
    this.#blocks += blocks
    this.#bytes += bytes
    this.#options.metrics.queue(this.sink.name, this.#bytes, this.#blocks)
  }
}

function batchOf(pieces: readonly Piece[]): SinkBatch {
  return {
    parts: pieces.map(({ lane, portion }) => ({
      source: lane.source,
      blocks: portion.blocks,
      mark: lane.mark,
      redelivered: lane.isOfLetters,
    })),
    records: pieces.reduce((sum, { portion }) => sum + portion.records, 0),
    bytes: pieces.reduce((sum, { portion }) => sum + portion.bytes, 0),
  }
}

/** A write without an answer for this long is taken for one that hangs. */
const HUNG_MS = 10_000
const RETRY_INITIAL_MS = 200
const RETRY_MAX_MS = 30_000
const NAMES_MAX = 5
/** A record that was refused so often while others were stored is to blame itself. */
const BLAMES = 3
