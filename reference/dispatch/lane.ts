import type { BackOff } from '../lifecycle/back-off.ts'
import type { Block, Source, SourcePosition } from './block.ts'
import { dropRecords } from './drop-records.ts'
import type { SinkPosition } from './position-store.ts'
import type { Sink, SinkMark } from './sink.ts'

/** Consecutive blocks a worker writes at once. */
export interface Batch {
  readonly blocks: readonly Block[]
  readonly records: number
  /** Where reading resumes once the batch is acknowledged. */
  readonly position: SourcePosition
}

type State = 'idle' | 'claimed' | 'holding'

/** What one sink has yet to take of one source, in order. At most one worker serves a lane at a time. */
export class Lane {
  readonly sink: Sink
  readonly source: Source
  readonly #backOff: BackOff
  readonly #blocks: Block[] = []
  #mark: SinkMark | undefined
  /** Records the sink acknowledged, in this run or an earlier one: a sink that is ahead skips up to here. */
  #acknowledged: number
  #state: State = 'idle'

  constructor(sink: Sink, source: Source, restored: SinkPosition | undefined, backOff: BackOff) {
    this.sink = sink
    this.source = source
    this.#mark = restored?.mark
    this.#acknowledged = restored?.position.records ?? 0
    this.#backOff = backOff
  }

  /** True when nothing is queued and nothing is being written. */
  get idle(): boolean {
    return this.#blocks.length === 0 && this.#state === 'idle'
  }

  /** Adds a block; false when the sink has all of it already. */
  append(block: Block): boolean {
    const end = block.firstRecord + block.ends.length
    if (end < this.#acknowledged || (end === this.#acknowledged && block.ends.length > 0)) return false
    this.#blocks.push(block)
    return true
  }

  /** Takes the lane for a worker; false when there is nothing to do or somebody has it. */
  claim(): boolean {
    if (this.#state !== 'idle' || this.#blocks.length === 0) return false
    this.#state = 'claimed'
    return true
  }

  /** Keeps the lane from workers until `release`; how long, milliseconds. */
  hold(): number {
    this.#state = 'holding'
    return this.#backOff.next()
  }

  release(): void {
    this.#state = 'idle'
  }

  /** The next blocks, up to a size that one write takes well. */
  batch(): Batch {
    let bytes = 0
    let records = 0
    let count = 0
    for (const block of this.#blocks) {
      if (count > 0 && (bytes + block.bytes.byteLength > BATCH_BYTES || count >= BATCH_BLOCKS)) break
      bytes += block.bytes.byteLength
      records += block.ends.length
      count += 1
    }
    const blocks = this.#blocks.slice(0, count)
    return { blocks, records, position: blocks[count - 1]!.position }
  }

  /** Writes what the sink does not have of the batch. Moving the position alone needs no write. */
  async write(batch: Batch, signal: AbortSignal): Promise<SinkMark | undefined> {
    const missing = batch.blocks
      .map((block) => dropRecords(block, this.#acknowledged - block.firstRecord))
      .filter((block) => block.ends.length > 0)
    if (missing.length === 0) return this.#mark
    const part = { source: this.source, blocks: missing, mark: this.#mark }
    const bytes = missing.reduce((sum, block) => sum + block.bytes.byteLength, 0)
    const answer = await this.sink.write({ parts: [part], records: batch.records, bytes }, { signal })
    if (answer.kind === 'stored') return answer.marks[0]
    throw new Error(answer.kind === 'partly' ? 'The sink refused some records' : answer.why)
  }

  /** The batch is acknowledged: its blocks, which leave the lane. */
  complete(batch: Batch, mark: SinkMark | undefined): Block[] {
    this.#mark = mark
    this.#acknowledged = Math.max(this.#acknowledged, batch.position.records)
    this.#backOff.reset()
    this.#state = 'idle'
    return this.#blocks.splice(0, batch.blocks.length)
  }
}

const BATCH_BYTES = 1024 * 1024
const BATCH_BLOCKS = 256
