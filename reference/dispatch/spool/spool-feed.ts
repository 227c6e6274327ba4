import { messageOf } from '../../errors.ts'
import type { Health } from '../../http/health.ts'
import { linkedController, unlessAborted } from '../../lifecycle/abort.ts'
import { BackOff } from '../../lifecycle/back-off.ts'
import { Condition } from '../../lifecycle/condition.ts'
import { withDeadline } from '../../lifecycle/deadline.ts'
import type { Scope } from '../../lifecycle/scope.ts'
import { goesTo } from '../attributes.ts'
import type { Block, Source } from '../block.ts'
import { Budget } from '../budget.ts'
import { blockBytes } from '../held-bytes.ts'
import type { Item, Origin } from '../pipeline/lane.ts'
import { NotDurableReport } from '../not-durable-report.ts'
import type { PositionStore, SinkPlace } from '../positions/position-store.ts'
import { SinkPipeline, type PipelineContext } from '../pipeline/sink-pipeline.ts'
import type { Sink, SinkMark } from '../sink.ts'
import { sliceBehind } from '../pipeline/slice-records.ts'
import { hungText } from './hung.ts'
import { recordsBetween } from './records-between.ts'
import { compareOffsets, type Spool, type SpoolOffset, type SpoolPiece } from './spool.ts'
import type { SinkFigures } from '../statistics.ts'
import { Unsynced } from '../unsynced.ts'

export interface SpoolFeedOptions extends PipelineContext {
  readonly sink: Sink
  readonly positions: PositionStore
  readonly spool: Spool
  /** Bound on the memory of blocks that were read from the spool and are not stored, bytes. */
  readonly aheadBytesMax: number
  /** Something was stored. */
  readonly onProgress: () => void
}

interface Place {
  readonly epoch: number
  readonly records: number
}

/** A piece of the spool that is on its way to the sink. */
interface Piece extends Origin {
  readonly from: SpoolOffset
  readonly next: SpoolOffset
  /** Blocks of it that are not stored, and sources of it that were passed over. */
  owing: number
  readonly parked: Set<string>
}

/**
 * Brings the spool to one sink, in its order, with one place in it: everything before that is stored.
 *
 *     spool   | stored | piece | piece | piece |  not read yet
 *                      ^ place                 ^ cursor
 *
 * A source that cannot be stored is passed over once it has its share of the room (parked), and its records are read again from where it was left
 * when it can: it holds up nothing but itself, and the place.
 */
export class SpoolFeed {
  readonly #options: SpoolFeedOptions
  readonly #pipeline: SinkPipeline
  readonly #budget: Budget
  readonly #changed = new Condition()
  #changes = 0
  readonly #stored = new Unsynced<SinkPlace>()
  readonly #report: NotDurableReport
  readonly #pieces: Piece[] = []
  readonly #stalled = new Set<string>()
  /** By source, from where it was passed over. */
  readonly #parked = new Map<string, SpoolOffset>()
  /** By source, how far the pipeline was given it. */
  readonly #pushed = new Map<string, Place>()
  readonly #gone = new Map<string, { readonly source: Source; readonly end: SpoolOffset }>()
  /** The piece that is being handed on, as far as it is. */
  #current: { readonly piece: Piece; readonly blocks: readonly Block[]; index: number } | null = null
  #cursor: SpoolOffset
  #place: SpoolOffset
  /** The place that is known to survive a power cut. */
  #durable: SpoolOffset
  #unsyncedSinceMs: number | null = null
  #fault: string | null = null
  /** Since when a read of the spool is under way, monotonic milliseconds. */
  #readingSinceMs: number | null = null
  /** Of what feeds the pipeline, and of the pipeline. */
  #scopes: { readonly feeding: Scope; readonly writing: Scope } | null = null

  /** @param from up to where the sink has everything. */
  constructor(options: SpoolFeedOptions, from: SpoolOffset) {
    this.#options = options
    this.#report = new NotDurableReport(options.sink.name, options.logger)
    this.#cursor = this.#place = this.#durable = from
    this.#budget = new Budget({ bytesMax: options.aheadBytesMax })
    this.#pipeline = new SinkPipeline({
      ...options,
      markOf: (source) => this.#placeOf(source)?.mark,
      onStored: (source, items, mark) => this.#onStored(source, items, mark),
      onStalled: (source, stalled) => this.#onStalled(source, stalled),
    })
  }

  get name(): string {
    return this.#options.sink.name
  }

  get sink(): Sink {
    return this.#options.sink
  }

  get figures(): SinkFigures {
    return {
      ...this.#pipeline.figures,
      spoolBytes: this.#options.spool.bytesBehind(this.#place),
    }
  }

  /** Up to here everything is stored. */
  get place(): SpoolOffset {
    return this.#place
  }

  get heldBytes(): number {
    return this.#budget.held + this.#pipeline.letterBytes
  }

  /** True when the sink has all of the spool. */
  get caughtUp(): boolean {
    return compareOffsets(this.#place, this.#options.spool.end) >= 0
  }

  /** True when it is no use to wait for it. */
  get troubled(): boolean {
    return this.#pipeline.troubled || this.#trouble !== null
  }

  get committed(): boolean {
    return this.#stored.isEmpty && compareOffsets(this.#durable, this.#place) === 0
  }

  start(scope: Scope): void {
    const feeding = scope.child('feed')
    feeding.keep('spool_feed', this.name, (signal) => this.#run(signal))
    const before = this.#scopes?.writing
    const isWriting = before?.signal.aborted === false
    const writing = isWriting ? before : scope.child('pipeline')
    if (isWriting) this.#pipeline.gather()
    else this.#pipeline.start(writing)
    this.#scopes = { feeding, writing }
  }

  /**
   * Ends feeding, lets the sink store what it was given, and ends writing. What was stored is committed, if the sink can make it durable by then. It may be started
   * again, whatever came of it.
   * @returns false when a write goes on that can be neither cancelled nor repeated, or something did not end in time
   */
  async quiesce(options: { signal: AbortSignal }): Promise<boolean> {
    const scopes = this.#scopes
    if (scopes === null) return true
    const { clock, sink } = this.#options
    const fed = await scopes.feeding.close({ deadlineMs: JOIN_MS })
    if (!this.#pipeline.troubled)
      await withDeadline(clock, 'writing what it has', DRAIN_MS, options.signal, (signal) =>
        this.#pipeline.drain({ signal }),
      ).catch(() => {})
    if (this.#pipeline.isWriting && sink.limits.writeDeadlineMs === null) return false
    const written = await scopes.writing.close({ deadlineMs: JOIN_MS })
    await this.commitWithin(DRAIN_MS, options).catch(() => {})
    return fed.ended && written.ended
  }

  /** Another bound on the memory of blocks, bytes. */
  resize(aheadBytesMax: number): void {
    this.#budget.resize(aheadBytesMax)
  }

  /** What comes from the spool is no longer kept back to make larger batches, until the next start. */
  endGathering(): void {
    this.#pipeline.endGathering()
  }

  /** Makes what is stored durable. Rejects when the sink could not. */
  async commit(options: { signal: AbortSignal }): Promise<void> {
    if (this.committed) {
      this.#unsyncedSinceMs = null
      return
    }
    const { clock, positions, sink } = this.#options
    this.#unsyncedSinceMs ??= clock.monotonic()
    const place = this.#place
    await this.#stored.flush(
      () => sink.sync(options),
      (durable, failed) => {
        this.#report.tell(failed)
        for (const [source, reached] of durable) positions.setPlace(this.name, source, reached)
        if (failed.size > 0) return
        positions.setSpool(this.name, place)
        this.#durable = place
        this.#unsyncedSinceMs = null
      },
    )
  }

  /** Gives up what is held for sources that are gone and of which the sink has everything. */
  async forgetGone(options: { signal: AbortSignal }): Promise<void> {
    for (const [id, { source, end }] of this.#gone) {
      if (compareOffsets(this.#place, end) < 0 || this.#pipeline.holds(id)) continue
      this.#gone.delete(id)
      this.#pushed.delete(id)
      // eslint-disable-next-line no-await-in-loop -- seldom
      await this.#pipeline.forget(source, options)
    }
  }

  /** Gives up the rest of what lies before the place, and goes on there. Resolves with the number of records that the sink will never get. */
  async skipTo(place: SpoolOffset): Promise<number> {
    if (compareOffsets(this.#place, place) >= 0) return 0
    const oldest = [...this.#parked.values(), this.#cursor].reduce((x, y) =>
      compareOffsets(y, x) < 0 ? y : x,
    )
    const records = await recordsBetween(this.#options.spool, oldest, place, (block) =>
      this.#missingOf(block),
    )
    if (compareOffsets(this.#cursor, place) < 0) this.#cursor = place
    for (const [source, parkedFrom] of this.#parked) {
      if (compareOffsets(parkedFrom, place) < 0) this.#parked.set(source, place)
    }
    for (const piece of this.#pieces) if (compareOffsets(piece.next, place) <= 0) piece.owing = 0
    this.#settle()
    if (compareOffsets(this.#place, place) < 0) this.#place = place
    return records
  }

  /** The source is gone: see {@link forgetGone}. */
  gone(source: Source): void {
    this.#gone.set(source.id, { source, end: this.#options.spool.end })
  }

  checks(): Health['checks'] {
    const checks = this.#pipeline.checks()
    const { clock } = this.#options
    const nowMs = clock.monotonic()
    if (this.#unsyncedSinceMs !== null && nowMs - this.#unsyncedSinceMs >= SYNC_LATE_MS) {
      const seconds = Math.round((nowMs - this.#unsyncedSinceMs) / 1000)
      return { ...checks, [`sink ${this.name} sync`]: { ok: false, detail: `not durable for ${seconds} s` } }
    }
    const detail = this.#trouble
    if (detail === null) return checks
    return { ...checks, [`sink ${this.name} spool`]: { ok: false, detail } }
  }

  /** What keeps it from reading the spool. */
  get #trouble(): string | null {
    if (this.#fault !== null) return `cannot read the spool: ${this.#fault}`
    return hungText('a read of the spool', this.#readingSinceMs, this.#options.clock.monotonic())
  }

  blocks(): Iterable<Block> {
    return this.#pipeline.blocks()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff({ initialMs: 200, maxMs: 30_000 }, this.#options.random)
    for (;;) {
      try {
        const seen = this.#changes
        if (!(await this.#step(signal))) await this.#waitForMore(seen, signal)
        backOff.reset()
        this.#fault = null
      } catch (error) {
        signal.throwIfAborted()
        if (this.#fault === null)
          this.#options.logger.error({ sink: this.name, err: error }, 'The spool cannot be read')
        this.#fault = messageOf(error)
        await this.#options.clock.sleep(backOff.next(), { signal })
      }
    }
  }

  /** Brings what can be brought on. False when there is nothing. */
  async #step(signal: AbortSignal): Promise<boolean> {
    const unparked = await this.#bringParked(signal)
    if (this.#current === null) await this.#readNext(signal)
    if (this.#current === null) return unparked
    const { piece, blocks } = this.#current
    for (; this.#current.index < blocks.length; this.#current.index++) {
      const whole = blocks[this.#current.index]!
      const block = this.#missingOf(whole)
      if (!goesTo(whole.source, this.name)) this.#options.metrics.linesElsewhere(this.name, whole.ends.length)
      if (block === null) piece.owing -= 1
      else if (this.#parked.has(block.source.id)) this.#park(block, piece)
      else await this.#push(block, piece, signal)
    }
    this.#current = null
    this.#settle()
    return true
  }

  async #readNext(signal: AbortSignal): Promise<void> {
    const from = this.#cursor
    const found = await this.#read(from, signal)
    if (found === null) return
    if (found.damaged) this.#reportDamage(from, found.next)
    // A skip may have moved the cursor meanwhile.
    if (compareOffsets(this.#cursor, from) !== 0) return
    const piece: Piece = { from, next: found.next, owing: found.blocks.length, parked: new Set() }
    this.#pieces.push(piece)
    this.#current = { piece, blocks: found.blocks, index: 0 }
    this.#cursor = found.next
  }

  /**
   * Who is sent records with their ids may know them longer than this machine: what a power cut could take is not sent, or other records might come
   * to have the same ids.
   */
  async #read(from: SpoolOffset, signal: AbortSignal): Promise<SpoolPiece | null> {
    const { clock, sink, spool } = this.#options
    this.#readingSinceMs = clock.monotonic()
    try {
      // A slow disk holds up nobody who ends the feed.
      return await unlessAborted(
        signal,
        sink.limits.writeDeadlineMs === null ? spool.read(from) : spool.readDurable(from),
      )
    } finally {
      this.#readingSinceMs = null
    }
  }

  async #push(block: Block, piece: Piece, signal: AbortSignal): Promise<void> {
    const { id } = block.source
    const bytes = blockBytes(block)
    for (;;) {
      const permit = this.#budget.tryAcquire(id, bytes)
      if (permit !== null) {
        this.#pushed.set(id, endOf(block))
        return this.#pipeline.push({ block, permit, origin: piece })
      }
      if (this.#stalled.has(id)) return this.#park(block, piece)
      this.#pipeline.hurry()
      await this.#changed.wait({ signal })
    }
  }

  /** Passes the source over, from this piece on. */
  #park({ source }: Block, piece: Piece): void {
    if (!this.#parked.has(source.id)) this.#parked.set(source.id, piece.from)
    // The source as a whole is owed by the piece, in place of its blocks.
    if (!piece.parked.has(source.id)) piece.parked.add(source.id)
    else piece.owing -= 1
  }

  /** One piece further with every source that was passed over and can be stored again. */
  async #bringParked(signal: AbortSignal): Promise<boolean> {
    let brought = false
    for (const [id, from] of this.#parked) {
      if (this.#stalled.has(id) || this.#pipeline.holds(id)) continue
      const found = await this.#read(from, signal)
      const next = found?.next ?? this.#cursor
      if (!this.#pushParked(id, found?.blocks ?? [], from)) continue
      brought = true
      const end = compareOffsets(next, this.#cursor) < 0 ? next : this.#cursor
      for (const piece of this.#pieces) {
        if (compareOffsets(piece.next, end) <= 0 && piece.parked.delete(id)) piece.owing -= 1
      }
      if (compareOffsets(end, this.#cursor) < 0) this.#parked.set(id, end)
      else this.#parked.delete(id)
      this.#settle()
    }
    return brought
  }

  /** False when there is not room for all of it: the rest comes when there is. */
  #pushParked(id: string, blocks: readonly Block[], from: SpoolOffset): boolean {
    const piece = this.#pieces.find((candidate) => compareOffsets(candidate.next, from) > 0)
    for (const one of blocks) {
      const block = one.source.id === id ? this.#missingOf(one) : null
      if (block === null || piece === undefined) continue
      const permit = this.#budget.tryAcquire(id, blockBytes(block))
      if (permit === null) return false
      piece.owing += 1
      this.#pushed.set(id, endOf(block))
      this.#pipeline.push({ block, permit, origin: piece })
    }
    return true
  }

  /** @param seen the changes that were taken into account: a source may be brought on that could not be before a later one. */
  async #waitForMore(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#parked.size > 0 && this.#changes !== seen) return
    using local = linkedController(signal)
    const waits = [this.#options.spool.waitForMore(this.#cursor, local)]
    if (this.#parked.size > 0) waits.push(this.#changed.wait(local))
    // Whichever loses is cancelled on the way out.
    for (const wait of waits) wait.catch(() => {})
    await Promise.race(waits)
  }

  /** The records of the block that are for this sink and that the pipeline was not given, in this run or an earlier one. */
  #missingOf(block: Block): Block | null {
    if (!goesTo(block.source, this.name)) return null
    const { id } = block.source
    return sliceBehind(block, this.#pushed.get(id) ?? this.#placeOf(id))
  }

  #placeOf(source: string): SinkPlace | undefined {
    return this.#stored.get(source) ?? this.#options.positions.sink(this.name).places.get(source)
  }

  #onStored(source: Source, items: readonly Item[], mark: SinkMark | undefined): void {
    this.#stored.set(source.id, { ...endOf(items.at(-1)!.block), mark })
    for (const { permit, origin } of items) {
      permit.release()
      origin!.owing -= 1
    }
    this.#settle()
  }

  #onStalled(source: string, stalled: boolean): void {
    if (stalled) this.#stalled.add(source)
    else this.#stalled.delete(source)
    this.#budget.setStalled(source, stalled)
    this.#noteChange()
  }

  #noteChange(): void {
    this.#changes += 1
    this.#changed.notifyAll()
  }

  /** Moves the place behind the pieces that are stored. */
  #settle(): void {
    while (
      this.#pieces.length > 0 &&
      this.#pieces[0]!.owing <= 0 &&
      this.#pieces[0] !== this.#current?.piece
    ) {
      const { next } = this.#pieces.shift()!
      if (compareOffsets(this.#place, next) < 0) this.#place = next
    }
    this.#noteChange()
    this.#options.onProgress()
  }

  #reportDamage(from: SpoolOffset, next: SpoolOffset): void {
    this.#options.metrics.spoolDamaged(this.name)
    const fields = { sink: this.name, from, next }
    this.#options.logger.error(
      fields,
      'A part of the spool cannot be read: the lines in it are lost for this sink',
    )
  }

  /** Waits for a commit, but not longer than `ms`: it goes on. One that hangs is not waited for again. */
  async commitWithin(ms: number, options: { signal: AbortSignal }): Promise<void> {
    if (this.#stored.flushing) return
    const { clock } = this.#options
    await withDeadline(clock, `making ${this.name} durable`, ms, options.signal, () => this.commit(options))
  }
}

function endOf(block: Block): Place {
  return { epoch: block.epoch, records: block.firstRecord + block.ends.length }
}

const SYNC_LATE_MS = 10_000
/** What it was given is waited for so long when it is ended, and what hangs so long. */
const DRAIN_MS = 5000
const JOIN_MS = 1000
