import { join } from 'node:path'
import type { DispatcherConfig } from '../config/config.ts'
import type { Health } from '../http/health.ts'
import type { Component } from '../lifecycle/component.ts'
import { Condition } from '../lifecycle/condition.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { StopStep } from '../lifecycle/stop-sequence.ts'
import type { Block, Source, SourcePosition } from './block.ts'
import { Budget, type Permit } from './budget.ts'
import { Checkpointer } from './positions/checkpointer.ts'
import { DeadLetters } from './dead-letters/dead-letters.ts'
import type { DeliveryMode } from './delivery-mode.ts'
import { DirectDelivery } from './direct-delivery.ts'
import { blockBytes, heldBytes } from './held-bytes.ts'
import { PositionStore } from './positions/position-store.ts'
import type { PipelineContext } from './pipeline/sink-pipeline.ts'
import type { Sink } from './sink.ts'
import type { SpoolOffset } from './spool/spool.ts'
import { openSpool, spoolIsNeeded } from './spool/spool-opening.ts'
import { Statistics, type SinkFigures } from './statistics.ts'
import { SpooledDelivery } from './spool/spooled-delivery.ts'
import { NEVER } from '../lifecycle/abort-listener.ts'

export interface DispatcherOptions extends Omit<PipelineContext, 'workers' | 'retriesMax' | 'deadLetters'> {
  readonly stateDir: string
  /** It may change while it runs: {@link Dispatcher.reconfigure} is called then. */
  readonly config: DispatcherConfig
  readonly sinks: readonly Sink[]
  /** Whether {@link Dispatcher.append} is used: it needs the spool, whatever sinks there are. */
  readonly appends?: boolean
  /** Reads a position from its form on disk. */
  readonly parse: (kind: Source['kind'], json: unknown) => SourcePosition
  /** Somebody who looks at what comes, and returns soon. What is in a block is gone or another once the call is over. */
  readonly observer?: DeliveryObserver | undefined
}

export interface DeliveryObserver {
  /** A block was taken. */
  observe(block: Block): void
  /** The source is gone. */
  gone(source: Source): void
}

/**
 * The delivery: takes blocks from the readers, within a bound on memory, brings them to the sinks, and keeps the positions.
 *
 *     one sink that is always there:  readers -> [bound] -> pipeline -> positions
 *     otherwise:                      readers -> [bound] -> spool -> positions
 *                                                             \-> a feed and a pipeline for each sink
 */
export class Dispatcher implements Component {
  readonly name = 'dispatcher'
  readonly #options: DispatcherOptions
  readonly #positions: PositionStore
  readonly #budget: Budget
  readonly #deadLetters: DeadLetters
  #sinks: readonly Sink[]
  #mode: DeliveryMode | null = null
  /** Where the mode runs. */
  #running: Scope | null = null
  readonly #report: Statistics
  #statistics: { readonly scope: Scope; readonly intervalMs: number } | null = null
  /** One mode gives way to another: nothing is taken meanwhile. */
  #isChangingMode = false
  readonly #modeChanged = new Condition()
  #checkpointer: Checkpointer | null = null
  #scope: Scope | null = null

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#sinks = options.sinks
    this.#budget = new Budget({ bytesMax: options.config.queueBytesMax })
    this.#positions = new PositionStore({ ...options, sinks: options.sinks.map((sink) => sink.name) })
    this.#report = new Statistics({ ...options, read: () => this.figures() })
    this.#deadLetters = new DeadLetters({ ...options, config: options.config.deadLetters })
  }

  /** Reads the positions, the first time, and starts. In one process those in memory are ahead of those on disk. */
  async start(scope: Scope, signal: AbortSignal): Promise<void> {
    const mode = (this.#mode ??= await this.#open(signal))
    await this.#openLetters(signal)
    this.#scope = scope
    this.#run(mode)
    this.#startStatistics()
    scope.keep('positions_checkpoint', 'positions', (own) => this.#checkpointer!.run(own))
  }

  get sinks(): readonly Sink[] {
    return this.#sinks
  }

  /** Takes up the settings as they are now. */
  async reconfigure(): Promise<void> {
    const { config } = this.#options
    this.#budget.resize(config.queueBytesMax)
    this.#deadLetters.reconfigure(config.deadLetters)
    this.#mode?.reconfigure(config)
    this.#checkpointer?.reconfigured()
    if (this.#statistics?.intervalMs === config.statisticsIntervalMs) return
    await this.#statistics?.scope.close({ deadlineMs: STATISTICS_END_MS })
    this.#startStatistics()
  }

  /**
   * Brings lines to these sinks from now on. Those that were there before go on meanwhile with their queues and places; those that go are closed.
   * @throws Error when a sink that is to go does not let go of what it writes, or positions cannot be saved: then everything is as before
   */
  async changeSinks(sinks: readonly Sink[], options: { signal: AbortSignal }): Promise<void> {
    const going = this.#sinks.filter((sink) => !sinks.includes(sink))
    if (this.#mode instanceof SpooledDelivery)
      await this.#mode.changeSinks(sinks, (end) => this.#acceptSinks(sinks, end), options)
    else await this.#changeMode(sinks, options)
    this.#sinks = sinks
    await Promise.all(going.map((sink) => this.#closeSink(sink)))
  }

  /** What a sink is owed is on disk before it is counted among them: after a crash it would begin anywhere. */
  async #acceptSinks(sinks: readonly Sink[], end: SpoolOffset): Promise<void> {
    const positions = this.#positions
    const undo = positions.switchSinks(sinks.map(({ name }) => name))
    try {
      for (const { name } of sinks)
        if (positions.sink(name).spool === undefined) positions.setSpool(name, end)
      await positions.save(positions.snapshot())
    } catch (error) {
      undo()
      throw error
    }
  }

  /** One sink that is always there is written to straight. What it was given is stored and saved before any other is begun. */
  async #changeMode(sinks: readonly Sink[], options: { signal: AbortSignal }): Promise<void> {
    const before = this.#mode
    if (before === null) return void this.#positions.switchSinks(sinks.map(({ name }) => name))
    this.#isChangingMode = true
    try {
      await this.#settle(before, options)
      this.#mode = await this.#otherMode(sinks, options)
    } finally {
      if (this.#scope?.signal.aborted === false) this.#run(this.#mode!)
      this.#isChangingMode = false
      this.#modeChanged.notifyAll()
    }
  }

  /** @throws Error when it has not stored all it was given, or that could not be saved */
  async #settle(mode: DeliveryMode, { signal }: { signal: AbortSignal }): Promise<void> {
    const { clock } = this.#options
    const what = 'storing what is queued'
    await withDeadline(clock, what, SETTLE_MS, signal, (own) => mode.drain({ signal: own }))
    const ended = (await this.#running?.close({ deadlineMs: JOIN_MS })) ?? null
    if (ended?.ended === false) throw new Error('a sink did not end what it writes')
    await withDeadline(clock, 'saving positions', SETTLE_MS, signal, (own) => this.#checkpointer!.finish(own))
  }

  async #otherMode(sinks: readonly Sink[], { signal }: { signal: AbortSignal }): Promise<DeliveryMode> {
    const before = this.#sinks
    const undo = this.#positions.switchSinks(sinks.map(({ name }) => name))
    this.#sinks = sinks
    try {
      return (await this.#openSpool(signal)) ?? this.#direct()
    } catch (error) {
      undo()
      this.#sinks = before
      throw error
    }
  }

  /** One that cannot be closed has given back what it can. */
  async #closeSink(sink: Sink): Promise<void> {
    const { clock, logger } = this.#options
    await withDeadline(clock, `closing ${sink.name}`, CLOSE_MS, NEVER, () => sink.close()).catch(
      (error: unknown) => logger.warn({ sink: sink.name, err: error }, 'A sink could not be closed'),
    )
  }

  #run(mode: DeliveryMode): void {
    this.#running = this.#scope!.child('delivery')
    mode.start(this.#running)
  }

  #startStatistics(): void {
    const { statisticsIntervalMs } = this.#options.config
    this.#statistics = null
    if (statisticsIntervalMs === 0 || this.#scope?.signal.aborted !== false) return
    const scope = this.#scope.child('statistics')
    this.#statistics = { scope, intervalMs: statisticsIntervalMs }
    scope.keep('statistics', 'delivery', (signal, beat) => this.#report.run(signal, beat), {
      heartbeatMs: statisticsIntervalMs,
    })
  }

  /** Dead letters that cannot be read are no reason not to collect: more are not acknowledged before they are kept. */
  async #openLetters(signal: AbortSignal): Promise<void> {
    try {
      await this.#deadLetters.open()
    } catch (error) {
      this.#options.logger.error({ err: error }, 'The dead letters cannot be opened')
    }
    signal.throwIfAborted()
  }

  /** Takes the block if there is room. */
  tryDeliver(block: Block): boolean {
    if (this.#isChangingMode) return false
    const permit = this.#budget.tryAcquire(block.source.id, blockBytes(block))
    if (permit === null) return false
    this.#take(block, permit)
    return true
  }

  /** Takes the block once there is room, first come, first served; rejects with `signal.reason` on abort, the block then not taken. */
  async deliver(block: Block, options: { signal: AbortSignal }): Promise<void> {
    const bytes = blockBytes(block)
    let permit = this.#budget.tryAcquire(block.source.id, bytes)
    if (permit === null) {
      this.#mode!.hurry()
      permit = await this.#budget.acquire(block.source.id, bytes, options)
    }
    try {
      while (this.#isChangingMode) await this.#modeChanged.wait(options)
      options.signal.throwIfAborted()
    } catch (error) {
      permit.release()
      throw error
    }
    this.#take(block, permit)
  }

  /**
   * Takes blocks that nobody can give again, all or none of them, and resolves when they survive a kill: {@link secure} makes them survive a power cut.
   * Rejects when they could not be taken, with `signal.reason` on abort while the spool has no room. No sink gets them before they are secure.
   */
  async append(blocks: readonly Block[], options: { signal: AbortSignal }): Promise<void> {
    const { metrics } = this.#options
    await this.#mode!.append!(blocks, options)
    for (const { source, ends, bytes } of blocks) {
      metrics.linesRead(source, ends.length)
      metrics.bytesRead(source, bytes.byteLength)
    }
  }

  /** Resolves when everything that was appended before survives a power cut; rejects when that cannot be said. */
  async secure(): Promise<void> {
    await this.#mode!.secure!()
  }

  /** Resolves once everything that was taken of the source is safe and its position on disk says so; rejects with `signal.reason` on abort. */
  async whenSaved(source: string, options: { signal: AbortSignal }): Promise<void> {
    await this.#positions.whenSaved(source, options)
  }

  /** Where reading of the source goes on: behind what was taken. Also of one that was gone, for a day. */
  resumePosition(source: string): SourcePosition | undefined {
    return this.#positions.resume(source)
  }

  /** Sources with a position that are not gone. */
  knownSources(): readonly Source[] {
    return this.#positions.sources()
  }

  /** The source is gone: once everything of it is where it stays, what is held for it is given up. Its position is kept for a day. */
  async forget(source: Source, options: { signal: AbortSignal }): Promise<void> {
    this.#options.observer?.gone(source)
    await this.#mode?.forget(source, options)
    this.#positions.gone(source.id)
  }

  /** Memory of the blocks that are held, bytes: as the bounds count it, and as it is. */
  heldBytes(): { counted: number; real: number } {
    const counted = this.#budget.held + (this.#mode?.aheadBytes ?? 0)
    return { counted, real: heldBytes(this.#mode?.blocks() ?? []) }
  }

  /** What each sink was given and has yet to get. */
  figures(): readonly SinkFigures[] {
    return this.#mode?.figures() ?? []
  }

  checks(): Health['checks'] {
    return { ...this.#mode?.checks(), ...this.#checkpointer?.checks() }
  }

  /** What to do when the readers have ended, in this order. */
  stopSteps(): readonly StopStep[] {
    const sinks = this.#sinks
    return [
      { name: 'queue', atMostMs: 5000, run: (deadlineMs) => this.#drain(deadlineMs) },
      {
        name: 'workers',
        atMostMs: 1000,
        run: async (deadlineMs) => (await this.#scope?.close({ deadlineMs })) ?? null,
      },
      {
        name: 'positions',
        atMostMs: 2000,
        reservedMs: 1000,
        run: (deadlineMs) => this.#saveAtLast(deadlineMs),
      },
      ...sinks.map((sink) => ({
        name: `sink ${sink.name}`,
        atMostMs: 1000,
        reservedMs: 500 / sinks.length,
        run: () => sink.close(),
      })),
      { name: 'spool', atMostMs: 500, reservedMs: 100, run: async () => await this.#mode?.close() },
      { name: 'dead letters', atMostMs: 500, reservedMs: 50, run: () => this.#deadLetters.close() },
    ]
  }

  async #open(signal: AbortSignal): Promise<DeliveryMode> {
    await this.#positions.load({ signal })
    this.#positions.prune()
    const delivery = (await this.#openSpool(signal)) ?? this.#direct()
    const current = (): DeliveryMode => this.#mode ?? delivery
    this.#checkpointer = new Checkpointer({
      ...this.#options,
      positions: this.#positions,
      delivery: {
        commit: (options) => current().commit(options),
        saved: () => current().saved(),
        get committed() {
          return current().committed
        },
      },
    })
    this.#options.logger.info({ sinks: this.#sinks.map(({ name }) => name) }, 'The delivery is open')
    return delivery
  }

  #direct(): DirectDelivery {
    const [sink] = this.#sinks
    const { workers, retriesMax } = this.#options.config
    return new DirectDelivery({
      ...this.#options,
      retriesMax,
      deadLetters: this.#deadLetters,
      workers,
      sink: sink!,
      positions: this.#positions,
      budget: this.#budget,
    })
  }

  /** Null when none is needed. */
  async #openSpool(signal: AbortSignal): Promise<SpooledDelivery | null> {
    const { appends = false, config, metrics, stateDir } = this.#options
    if (!appends && !spoolIsNeeded(this.#sinks, this.#positions)) return null
    const spooled = await openSpool(
      {
        ...this.#options,
        sinks: this.#sinks,
        workers: config.workers,
        retriesMax: config.retriesMax,
        deadLetters: this.#deadLetters,
        positions: this.#positions,
        isKept: appends,
        directory: join(stateDir, 'spool'),
      },
      signal,
    )
    if (spooled !== null)
      metrics.mirrorSpoolBehind(
        () => new Map(spooled.figures().map(({ sink, spoolBytes }) => [sink, spoolBytes])),
      )
    return spooled
  }

  #take(block: Block, permit: Permit): void {
    const { metrics } = this.#options
    metrics.linesRead(block.source, block.ends.length)
    metrics.bytesRead(block.source, block.bytes.byteLength)
    this.#positions.delivered(block.source, block.position)
    this.#options.observer?.observe(block)
    this.#mode!.take(block, permit)
  }

  async #drain(deadlineMs: number): Promise<void> {
    const mode = this.#mode
    // A start that was cancelled may have opened it and not begun to write.
    if (mode === null || this.#running?.signal.aborted !== false) return
    await withDeadline(this.#options.clock, 'draining', deadlineMs, NEVER, (signal) =>
      mode.drain({ signal }),
    ).catch(() => {
      // A sink that is behind goes on from the spool with the next start.
      if (mode.isSafe) return
      throw new Error('not everything queued was acknowledged by the sinks')
    })
  }

  async #saveAtLast(deadlineMs: number): Promise<void> {
    const { clock } = this.#options
    const checkpointer = this.#checkpointer
    if (checkpointer === null) return
    await withDeadline(clock, 'saving positions', deadlineMs, NEVER, (signal) => checkpointer.finish(signal))
  }
}

/** How long a sink may take to store what is queued, and that to be saved, before another is put beside it or in its place. */
const SETTLE_MS = 5000
const JOIN_MS = 1000
const CLOSE_MS = 1000
const STATISTICS_END_MS = 1000
