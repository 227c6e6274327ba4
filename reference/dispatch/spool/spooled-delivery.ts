import type { DispatcherConfig } from '../../config/config.ts'
import { messageOf } from '../../errors.ts'
import type { Health } from '../../http/health.ts'
import { Condition } from '../../lifecycle/condition.ts'
import { RetryPause } from '../../lifecycle/retry-pause.ts'
import type { Scope } from '../../lifecycle/scope.ts'
import type { Block, Source, SourcePosition } from '../block.ts'
import type { Permit } from '../budget.ts'
import type { DeliveryMode } from '../delivery-mode.ts'
import type { PositionStore } from '../positions/position-store.ts'
import type { PipelineContext } from '../pipeline/sink-pipeline.ts'
import type { NotDurable, Sink } from '../sink.ts'
import { hungText } from './hung.ts'
import { SpoolFeed } from './spool-feed.ts'
import { makeRoom } from './spool-room.ts'
import { compareOffsets, type Spool, type SpoolOffset } from './spool.ts'
import type { SinkFigures } from '../statistics.ts'
import { Unsynced } from '../unsynced.ts'

export interface SpooledDeliveryOptions extends PipelineContext {
  readonly sinks: readonly Sink[]
  readonly positions: PositionStore
  /** Open. */
  readonly spool: Spool
  readonly config: DispatcherConfig
}

/**
 * Records go to the spool first, and a position of a source is what lies in the spool; every sink is fed from there at its own pace.
 *
 *     take -> incoming -> spool -> feed of each sink -> its pipeline
 */
export class SpooledDelivery implements DeliveryMode {
  readonly #options: SpooledDeliveryOptions
  #feeds: readonly SpoolFeed[]
  /** Not in the spool yet. */
  readonly #incoming: { readonly block: Block; readonly permit: Permit }[] = []
  readonly #came = new Condition()
  readonly #progress = new Condition()
  readonly #appended = new Unsynced<{ readonly source: Source; readonly position: SourcePosition }>()
  #pause: RetryPause | null = null
  #scope: Scope | null = null
  #fault: string | null = null
  /** When the write to the spool that is under way began, monotonic milliseconds. */
  #writingSinceMs: number | null = null

  constructor(options: SpooledDeliveryOptions) {
    this.#options = options
    this.#feeds = options.sinks.map((sink) => this.#feedOf(sink))
  }

  #feedOf(sink: Sink): SpoolFeed {
    const from = this.#options.positions.sink(sink.name).spool!
    const onProgress = (): void => this.#progress.notifyAll()
    return new SpoolFeed({ ...this.#options, sink, aheadBytesMax: this.#aheadBytesMax, onProgress }, from)
  }

  /** Of each sink, bound on the memory of blocks that were read from the spool and are not stored, bytes. */
  get #aheadBytesMax(): number {
    return Math.min(this.#options.config.queueBytesMax, AHEAD_BYTES)
  }

  reconfigure({ spool: { bytesMax } }: DispatcherConfig): void {
    this.#options.spool.resize(bytesMax)
    for (const feed of this.#feeds) feed.resize(this.#aheadBytesMax)
    this.#progress.notifyAll()
  }

  /**
   * Other sinks from now on: those that stay go on meanwhile, with all they have. One that is new begins where its place says.
   * @param accept called with the end of the spool, between the ends of the old and the beginnings of the new ones
   * @throws Error when one that is to go does not let go of what it writes, or `accept` fails: then all are as before
   */
  async changeSinks(
    sinks: readonly Sink[],
    accept: (end: SpoolOffset) => Promise<void>,
    options: { signal: AbortSignal },
  ): Promise<void> {
    const going = this.#feeds.filter((feed) => !sinks.includes(feed.sink))
    try {
      const ended = await Promise.all(going.map((feed) => feed.quiesce(options)))
      options.signal.throwIfAborted()
      const busy = going.filter((_, index) => !ended[index]).map(({ name }) => name)
      if (busy.length > 0) throw new Error(`sink ${busy.join(', ')} did not end what it writes`)
      await accept(this.#options.spool.end)
    } catch (error) {
      for (const feed of going) this.#begin(feed)
      throw error
    }
    for (const { name } of going) this.#options.metrics.queue(name, 0, 0)
    const staying = new Map(this.#feeds.map((feed) => [feed.sink, feed]))
    const begun = sinks.filter((sink) => !staying.has(sink)).map((sink) => this.#feedOf(sink))
    this.#feeds = [...this.#feeds.filter((feed) => !going.includes(feed)), ...begun]
    for (const feed of begun) this.#begin(feed)
    this.#progress.notifyAll()
  }

  #begin(feed: SpoolFeed): void {
    if (this.#scope?.signal.aborted === false) feed.start(this.#scope)
  }

  get committed(): boolean {
    return this.#appended.isEmpty && this.#feeds.every((feed) => feed.committed)
  }

  get aheadBytes(): number {
    return this.#feeds.reduce((sum, feed) => sum + feed.heldBytes, 0)
  }

  figures(): SinkFigures[] {
    return this.#feeds.map((feed) => feed.figures)
  }

  start(scope: Scope): void {
    this.#scope = scope
    scope.keep('spool_writer', 'spool', (signal) => this.#write(signal))
    for (const feed of this.#feeds) feed.start(scope)
  }

  take(block: Block, permit: Permit): void {
    this.#incoming.push({ block, permit })
    this.#came.notifyAll()
  }

  /**
   * Takes blocks all together or not at all, past the bound on memory: whoever waits for this has a bound of its own. Rejects when they could not be
   * written, and with `signal.reason` on abort while there is no room. No sink sees them before they are synced.
   */
  async append(blocks: readonly Block[], { signal }: { signal: AbortSignal }): Promise<void> {
    const { positions, spool } = this.#options
    await spool.append(blocks, { signal, unseenUntilSynced: true })
    for (const { source, position } of blocks) {
      positions.delivered(source, position)
      this.#appended.set(source.id, { source, position })
    }
  }

  /** Resolves when everything that was appended before survives a power cut. */
  async secure(): Promise<void> {
    await this.#options.spool.sync()
  }

  /** The spool takes what comes at once. */
  hurry(): void {}

  async forget(source: Source, options: { signal: AbortSignal }): Promise<void> {
    while (this.#incoming.some(({ block }) => block.source.id === source.id))
      await this.#progress.wait(options)
    for (const feed of this.#feeds) feed.gone(source)
  }

  /** What is in the spool is safe; sinks that are well are given the time to take it. */
  async drain(options: { signal: AbortSignal }): Promise<void> {
    this.#pause?.hurry()
    for (const feed of this.#feeds) feed.endGathering()
    while (!this.isSafe || this.#feeds.some(isWaitedFor)) await this.#progress.wait(options)
  }

  get isSafe(): boolean {
    return this.#incoming.length === 0
  }

  async commit(options: { signal: AbortSignal }): Promise<void> {
    await this.#keepWithinBound()
    const { positions, spool } = this.#options
    const spooled = this.#appended.flush(
      () => spool.sync().then(() => ALL_DURABLE),
      (durable) => {
        for (const { source, position } of durable.values()) positions.advance(source, position)
      },
    )
    await Promise.all([spooled, ...this.#feeds.map((feed) => this.#commitFeed(feed, options))])
  }

  /** What every sink has by the positions on disk is not needed any more. */
  async saved(): Promise<void> {
    const { positions, spool } = this.#options
    for (const { sink } of this.#feeds) sink.saved?.()
    const places = positions.sinkNames().map((name) => positions.sink(name).spool ?? spool.end)
    await spool.release(oldest(places))
  }

  async close(): Promise<void> {
    await this.#options.spool.close()
  }

  checks(): Health['checks'] {
    const isFull = this.#options.spool.bytes >= this.#options.config.spool.bytesMax
    const behind = this.#feeds.filter((feed) => !feed.caughtUp).map((feed) => feed.name)
    const full = isFull && this.#incoming.length > 0 ? `full, waiting for ${behind.join(', ')}` : null
    const hung = hungText('a write to it', this.#writingSinceMs, this.#options.clock.monotonic())
    const trouble = this.#fault ?? full ?? hung
    return Object.assign(
      { spool: { ok: trouble === null, detail: trouble ?? 'takes what is read' } },
      ...this.#feeds.map((feed) => feed.checks()),
    )
  }

  *blocks(): Iterable<Block> {
    for (const { block } of this.#incoming) yield block
    for (const feed of this.#feeds) yield* feed.blocks()
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { clock, logger, random, spool } = this.#options
    const pause = (this.#pause = new RetryPause(clock, random))
    for (;;) {
      while (this.#incoming.length === 0) await this.#came.wait({ signal })
      const count = countWithin(this.#incoming, APPEND_BYTES)
      this.#writingSinceMs = clock.monotonic()
      try {
        await spool.append(
          this.#incoming.slice(0, count).map(({ block }) => block),
          { signal },
        )
        this.#fault = null
        pause.reset()
      } catch (error) {
        signal.throwIfAborted()
        if (this.#fault === null)
          logger.error({ err: error }, 'The spool cannot be written to; reading waits')
        this.#fault = `cannot be written to: ${messageOf(error)}`
        await pause.wait({ signal })
        continue
      } finally {
        this.#writingSinceMs = null
      }
      for (const { block, permit } of this.#incoming.splice(0, count)) {
        this.#appended.set(block.source.id, { source: block.source, position: block.position })
        permit.release()
      }
      this.#progress.notifyAll()
    }
  }

  /** A sink that hangs keeps nobody else's progress from being saved; what it could not make durable is saved later. */
  async #commitFeed(feed: SpoolFeed, options: { signal: AbortSignal }): Promise<void> {
    try {
      await feed.commitWithin(SYNC_WAIT_MS, options)
      await feed.forgetGone(options)
    } catch (error) {
      options.signal.throwIfAborted()
      this.#options.logger.warn(
        { sink: feed.name, err: error },
        'A sink could not make durable what it stored',
      )
    }
  }

  async #keepWithinBound(): Promise<void> {
    const { config, logger, metrics, positions, spool } = this.#options
    const { bytesMax: spoolBytesMax, whenFull } = config.spool
    if (spool.bytes < spoolBytesMax) return
    const drops = await makeRoom({ feeds: this.#feeds, positions, spool, spoolBytesMax, whenFull })
    for (const { sink, records } of drops) {
      metrics.dropped(sink, 'spool_full', records)
      logger.error({ sink, records }, 'The spool is full: its oldest lines are dropped for this sink')
    }
  }
}

function isWaitedFor(feed: SpoolFeed): boolean {
  return !feed.caughtUp && !feed.troubled
}

function countWithin(incoming: readonly { readonly permit: Permit }[], bytes: number): number {
  let sum = 0
  let count = 0
  for (const { permit } of incoming) {
    sum += permit.bytes
    if (count > 0 && sum > bytes) break
    count += 1
  }
  return count
}

function oldest(offsets: readonly SpoolOffset[]): SpoolOffset {
  return offsets.reduce((a, b) => (compareOffsets(b, a) < 0 ? b : a))
}

/** Of each sink, read from the spool and not stored. */
const AHEAD_BYTES = 16 * 1024 * 1024
const ALL_DURABLE: NotDurable = new Map()
/** Of one transaction. */
const APPEND_BYTES = 1024 * 1024
/** A checkpoint waits for a sink's sync no longer. */
const SYNC_WAIT_MS = 1000
