import type { Health } from '../http/health.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { Block, Source, SourcePosition } from './block.ts'
import type { Budget, Permit } from './budget.ts'
import type { DeliveryMode } from './delivery-mode.ts'
import type { Item } from './pipeline/lane.ts'
import { NotDurableReport } from './not-durable-report.ts'
import type { PositionStore } from './positions/position-store.ts'
import { SinkPipeline, type PipelineContext } from './pipeline/sink-pipeline.ts'
import type { Sink, SinkMark } from './sink.ts'
import type { SinkFigures } from './statistics.ts'
import { Unsynced } from './unsynced.ts'

export interface DirectDeliveryOptions extends PipelineContext {
  readonly sink: Sink
  readonly positions: PositionStore
  /** In front of it: it is told which sources are stalled. */
  readonly budget: Budget
}

interface Stored {
  readonly source: Source
  readonly position: SourcePosition
  readonly mark: SinkMark | undefined
}

/** One sink, and a position of a source is what that sink has of it. */
export class DirectDelivery implements DeliveryMode {
  readonly #options: DirectDeliveryOptions
  readonly #pipeline: SinkPipeline
  readonly #stored = new Unsynced<Stored>()
  readonly #report: NotDurableReport

  constructor(options: DirectDeliveryOptions) {
    this.#options = options
    this.#report = new NotDurableReport(options.sink.name, options.logger)
    this.#pipeline = new SinkPipeline({
      ...options,
      markOf: (source) => this.#markOf(source),
      onStored: (source, items, mark) => this.#onStored(source, items, mark),
      onStalled: (source, stalled) => options.budget.setStalled(source, stalled),
    })
  }

  get aheadBytes(): number {
    return this.#pipeline.letterBytes
  }

  get committed(): boolean {
    return this.#stored.isEmpty
  }

  figures(): SinkFigures[] {
    return [{ ...this.#pipeline.figures, spoolBytes: 0 }]
  }

  reconfigure(): void {}

  start(scope: Scope): void {
    this.#pipeline.start(scope)
  }

  take(block: Block, permit: Permit): void {
    this.#pipeline.push({ block, permit })
  }

  hurry(): void {
    this.#pipeline.hurry()
  }

  async forget(source: Source, options: { signal: AbortSignal }): Promise<void> {
    await this.#pipeline.forget(source, options)
  }

  get isSafe(): boolean {
    return this.#pipeline.drained
  }

  async drain(options: { signal: AbortSignal }): Promise<void> {
    await this.#pipeline.drain(options)
  }

  async commit(options: { signal: AbortSignal }): Promise<void> {
    if (this.#stored.isEmpty) return
    const { positions, sink } = this.#options
    await this.#stored.flush(
      () => sink.sync(options),
      (durable, failed) => {
        this.#report.tell(failed)
        for (const { source, position, mark } of durable.values()) {
          const { epoch, records } = position
          positions.advance(source, position)
          positions.setPlace(sink.name, source.id, { epoch, records, mark })
        }
      },
    )
  }

  async saved(): Promise<void> {
    this.#options.sink.saved?.()
  }

  async close(): Promise<void> {}

  checks(): Health['checks'] {
    return this.#pipeline.checks()
  }

  blocks(): Iterable<Block> {
    return this.#pipeline.blocks()
  }

  #onStored(source: Source, items: readonly Item[], mark: SinkMark | undefined): void {
    this.#stored.set(source.id, { source, position: items.at(-1)!.block.position, mark })
    for (const { permit } of items) permit.release()
  }

  #markOf(source: string): SinkMark | undefined {
    const latest = this.#stored.get(source)
    if (latest !== undefined) return latest.mark
    return this.#options.positions.sink(this.#options.sink.name).places.get(source)?.mark
  }
}
