import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'
import { BackOff } from '../lifecycle/back-off.ts'
import { Condition } from '../lifecycle/condition.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { JoinReport, Scope } from '../lifecycle/scope.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { blockBytes, type Block, type Source, type SourcePosition } from './block.ts'
import { Lane } from './lane.ts'
import type { PositionStore } from './position-store.ts'
import type { Sink } from './sink.ts'

export interface DispatcherOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly sinks: readonly Sink[]
  readonly positions: PositionStore
  /** Writes under way at the same time. */
  readonly workers: number
  /** Bound on the memory of blocks that not every sink has acknowledged, bytes. */
  readonly queueBytesMax: number
}

/**
 * Brings blocks to the sinks: a queue bounded by bytes in front, a lane per (sink, source) that keeps the order, workers that serve
 * whichever lane is ready. A sink's failure is retried with back-off in its own lane and holds up no other lane; a full queue makes
 * `enqueue` wait, which is how backpressure reaches the engine.
 *
 *     enqueue -> [ bytes <= queueBytesMax ] -> lanes -> workers -> sinks -> positions
 *
 * A block leaves the queue once every sink has acknowledged it.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #lanes = new Map<string, Lane[]>()
  readonly #last = new Map<string, SourcePosition>()
  readonly #owing = new Map<Block, number>()
  readonly #ready: Lane[] = []
  readonly #work = new Condition()
  readonly #room = new Condition()
  #scope: Scope | null = null
  #bytes = 0
  readonly #bytesBySource = new Map<string, number>()

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  /** Bytes held in the queue. */
  get queuedBytes(): number {
    return this.#bytes
  }

  /** Starts the workers in the scope. Blocks that an earlier run left in the queue are taken up again. */
  start(scope: Scope): void {
    this.#scope = scope
    for (let n = 1; n <= this.#options.workers; n++) {
      scope.spawn('dispatch_worker', `worker-${n}`, (signal) => this.#serveLanes(signal))
    }
    for (const lanes of this.#lanes.values()) for (const lane of lanes) this.#offer(lane)
  }

  /** Takes the block if there is room. A block larger than its bound is taken when nothing else is held. */
  tryEnqueue(block: Block): boolean {
    const size = blockBytes(block)
    if (!this.#hasRoom(block.source, size)) return false
    this.#hold(block.source, size)
    this.#last.set(block.source.id, block.position)
    const lanes = this.#lanesOf(block.source)
    this.#owing.set(block, lanes.length)
    this.#options.metrics.linesRead(block.source, block.ends.length)
    this.#options.metrics.queue(this.#bytes, this.#owing.size)
    for (const lane of lanes) this.#append(lane, block)
    return true
  }

  /** Takes the block once there is room; rejects with `signal.reason` on abort, the block then not taken. */
  async enqueue(block: Block, options: { signal: AbortSignal }): Promise<void> {
    while (!this.tryEnqueue(block)) await this.#room.wait(options)
  }

  /** Where reading of the source goes on: behind what was enqueued, else where the oldest sink stands on disk. */
  resumePosition(source: string): SourcePosition | undefined {
    return this.#last.get(source) ?? this.#options.positions.oldest(source)
  }

  /** Waits until every sink has acknowledged everything, at most `deadlineMs`; true when it has. */
  async drain(options: { deadlineMs: number }): Promise<boolean> {
    const { clock } = this.#options
    const empty = async (signal: AbortSignal): Promise<void> => {
      while (this.#owing.size > 0) await this.#room.wait({ signal })
    }
    const never = new AbortController().signal
    return await withDeadline(clock, 'draining the queue', options.deadlineMs, never, empty).then(
      () => true,
      () => false,
    )
  }

  /** Ends the workers and the retries. What is still queued stays, unacknowledged. */
  async stop(options: { deadlineMs: number }): Promise<JoinReport | null> {
    const report = await this.#scope?.close(options)
    this.#scope = null
    return report ?? null
  }

  /** The source is gone: once everything of it is acknowledged, sinks and positions give up what they hold for it. */
  async forget(source: Source, options: { signal: AbortSignal }): Promise<void> {
    const lanes = this.#lanes.get(source.id) ?? []
    while (lanes.some((lane) => !lane.idle)) await this.#room.wait(options)
    this.#lanes.delete(source.id)
    this.#last.delete(source.id)
    this.#options.positions.forget(source.id)
    await Promise.all(this.#options.sinks.map((sink) => sink.forget(source)))
  }

  #hasRoom({ id }: Source, size: number): boolean {
    const { queueBytesMax } = this.#options
    const own = this.#bytesBySource.get(id) ?? 0
    const fits = this.#bytes === 0 || this.#bytes + size <= queueBytesMax
    return fits && (own === 0 || own + size <= queueBytesMax * SOURCE_SHARE)
  }

  /** @param size negative when something leaves the queue. */
  #hold({ id }: Source, size: number): void {
    this.#bytes += size
    const own = (this.#bytesBySource.get(id) ?? 0) + size
    if (own > 0) this.#bytesBySource.set(id, own)
    else this.#bytesBySource.delete(id)
  }

  #lanesOf(source: Source): readonly Lane[] {
    const known = this.#lanes.get(source.id)
    if (known !== undefined) return known
    const { sinks, positions, random } = this.#options
    const lanes = sinks.map((sink) => {
      const backOff = new BackOff({ initialMs: RETRY_INITIAL_MS, maxMs: RETRY_MAX_MS }, random)
      return new Lane(sink, source, positions.of(source.id, sink.name), backOff)
    })
    this.#lanes.set(source.id, lanes)
    return lanes
  }

  #append(lane: Lane, block: Block): void {
    if (lane.append(block)) this.#offer(lane)
    else this.#acknowledged([block])
  }

  /** Queues the lane for a worker unless it is empty, already queued, in work or waiting to retry. */
  #offer(lane: Lane): void {
    if (!lane.claim()) return
    this.#ready.push(lane)
    this.#work.notifyAll()
  }

  async #serveLanes(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const lane = this.#ready.shift()
      if (lane === undefined) await this.#work.wait({ signal })
      else await this.#serve(lane, signal)
    }
  }

  async #serve(lane: Lane, signal: AbortSignal): Promise<void> {
    const { clock, metrics, positions } = this.#options
    const batch = lane.batch()
    const started = clock.monotonic()
    try {
      const mark = await withDeadline(
        clock,
        `writing to ${lane.sink.name}`,
        WRITE_DEADLINE_MS,
        signal,
        (own) => lane.write(batch, own),
      )
      metrics.sinkLatency(lane.sink.name, (clock.monotonic() - started) / 1000)
      metrics.linesDelivered(lane.sink.name, batch.records)
      positions.acknowledge(lane.source, lane.sink.name, batch.position, mark)
      this.#acknowledged(lane.complete(batch, mark))
      this.#offer(lane)
    } catch (error) {
      lane.release()
      if (signal.aborted) throw signal.reason
      this.#retryLater(lane, batch.records, error)
    }
  }

  #retryLater(lane: Lane, records: number, error: unknown): void {
    const { clock, logger, metrics } = this.#options
    const delayMs = lane.hold()
    metrics.retried(lane.sink.name, records)
    logger.warn(
      { sink: lane.sink.name, source: lane.source.name, delayMs, err: error },
      'A write failed and will be repeated',
    )
    this.#scope?.spawn('dispatch_retry', `${lane.sink.name} ${lane.source.name}`, async (signal) => {
      try {
        await clock.sleep(delayMs, { signal })
      } finally {
        lane.release()
      }
      this.#offer(lane)
    })
  }

  /** Counts the blocks off; what no sink owes any more leaves the queue. */
  #acknowledged(blocks: readonly Block[]): void {
    for (const block of blocks) {
      const owing = (this.#owing.get(block) ?? 1) - 1
      if (owing > 0) this.#owing.set(block, owing)
      else {
        this.#owing.delete(block)
        this.#hold(block.source, -blockBytes(block))
      }
    }
    this.#options.metrics.queue(this.#bytes, this.#owing.size)
    this.#room.notifyAll()
  }
}

/** One source may fill this part of the queue: a container that floods must not hold up the others, nor fill the memory. */
const SOURCE_SHARE = 1 / 8
const RETRY_INITIAL_MS = 200
const RETRY_MAX_MS = 30_000
/** A sink that does not answer for this long is written to again. */
const WRITE_DEADLINE_MS = 30_000
