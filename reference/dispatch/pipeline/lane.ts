import type { BackOff } from '../../lifecycle/back-off.ts'
import type { Block, Source } from '../block.ts'
import type { Permit } from '../budget.ts'
import type { SinkMark } from '../sink.ts'
import { offsetOf, recordsWithin, sliceRecords } from './slice-records.ts'

/** A block on its way to one sink, with the room it takes. */
export interface Item {
  readonly block: Block
  readonly permit: Permit
  /** What it came with, if that matters to whoever is told that it was stored. */
  readonly origin?: Origin
}

/** What blocks came with, and how much of it is not stored. */
export interface Origin {
  owing: number
}

export interface Room {
  readonly bytes: number
  readonly records: number
}

/** What is written of one lane at once: whole blocks, or a part of one that is larger than a batch. */
export interface Portion {
  /** Only those with records. */
  readonly blocks: readonly Block[]
  readonly records: number
  readonly bytes: number
  /** Items that are finished with it. */
  readonly items: number
  /** Records of the item behind those that are stored with it; 0 unless `items` is 0. */
  readonly begun: number
}

/**
 * - `idle`: nothing to write. - `ready`: queued for a worker. - `writing`: a worker has it. - `waiting`: a write failed, the next one is not due yet.
 * - `burying`: the sink has all it will take of what was written, and the rest is being put to the dead letters.
 */
export type LaneState = 'idle' | 'ready' | 'writing' | 'waiting' | 'burying'

/** What a sink has yet to store of one source, in order. At most one write of a lane is under way. */
export class Lane {
  /** As the block that came last describes it. */
  source: Source
  readonly backOff: BackOff
  state: LaneState = 'idle'
  /** Whether it holds dead letters that the sink is given again. */
  readonly isOfLetters: boolean
  /** The other lane of the source, if there is one: the sink is given one write of a source at a time. */
  twin: Lane | undefined
  /** What the sink answered when it last stored something. */
  mark: SinkMark | undefined
  /** Since when nothing could be stored, and why; null when the last write succeeded. */
  failing: { readonly sinceMs: number; readonly why: string } | null = null
  /** Whether it was told that nothing of it can be stored now. */
  stalled = false
  /** When the write under way began. */
  writingSinceMs = 0
  /** Since when there is something that is not being written, monotonic milliseconds. */
  sinceMs = 0
  /** At most so many sources in one batch with it: a batch that is not stored comes again as two halves, until the one that is to blame is by itself. */
  companyMax: number = Infinity
  /** At most so many records at once, since more were too many. */
  recordsMax: number = Infinity
  /** When it may be written again, while it waits. */
  dueMs = 0
  /** The sink does not want to be asked before. */
  askedUntilMs = 0
  readonly #items: Item[] = []
  #records = 0
  #bytes = 0
  /** When its first record was last refused by itself. */
  #refusedMs: number | null = null
  #blames = 0
  /** Records of the first item that are stored. */
  #begun = 0
  /** Items, from the first on, of the write under way. */
  #inWork = 0

  constructor(source: Source, mark: SinkMark | undefined, backOff: BackOff, isOfLetters = false) {
    this.source = source
    this.mark = mark
    this.backOff = backOff
    this.isOfLetters = isOfLetters
  }

  get blocks(): number {
    return this.#items.length
  }

  /** Records of the blocks it holds. */
  get records(): number {
    return this.#records
  }

  /** Bytes of those records. */
  get bytes(): number {
    return this.#bytes
  }

  items(): readonly Item[] {
    return this.#items
  }

  /** What comes next was part of a batch that was not stored: it waits for no company. */
  get triedBefore(): boolean {
    return this.failing !== null || this.companyMax < Infinity
  }

  /** A block without records that only moves the position of the one before it takes no place of its own. */
  push(item: Item, nowMs: number): void {
    this.source = item.block.source
    if (this.#items.length === this.#inWork) this.sinceMs = nowMs
    this.#records += item.block.ends.length
    this.#bytes += item.block.bytes.byteLength
    const last = this.#items.at(-1)
    const isFree = last !== undefined && this.#items.length > this.#inWork && last.origin === item.origin
    if (isFree && item.block.ends.length === 0) {
      item.permit.release()
      this.#items[this.#items.length - 1] = {
        ...last,
        block: { ...last.block, position: item.block.position },
      }
    } else {
      this.#items.push(item)
    }
  }

  /** What is to be written next. Null when not even one record fits, unless `isFirst`: then a record may be larger. */
  next(room: Room, isFirst: boolean): Portion | null {
    const recordsMax = Math.min(room.records, this.recordsMax)
    const blocks: Block[] = []
    let [items, records, bytes] = [0, 0, 0]
    for (const { block } of this.#items) {
      const from = items === 0 ? this.#begun : 0
      const count = block.ends.length - from
      const size = block.bytes.byteLength - offsetOf(block, from)
      if (items >= BLOCKS_MAX || records + count > recordsMax || bytes + size > room.bytes) break
      if (count > 0) blocks.push(sliceRecords(block, from))
      items += 1
      records += count
      bytes += size
    }
    if (items > 0) return { blocks, records, bytes, items, begun: 0 }
    return isFirst ? this.#partOfFirst({ bytes: room.bytes, records: recordsMax }) : null
  }

  /** The portion is being written: it is not changed any more. */
  begin(portion: Portion, nowMs: number): void {
    this.state = 'writing'
    this.writingSinceMs = nowMs
    this.#inWork = Math.max(1, portion.items)
  }

  /** The write is over. */
  end(): void {
    this.state = 'idle'
    this.#inWork = 0
  }

  /** The portion is stored: the items that are finished. */
  complete(portion: Portion, mark: SinkMark | undefined): Item[] {
    this.mark = mark
    this.#begun = portion.begun
    const finished = this.#items.splice(0, portion.items)
    for (const { block } of finished) {
      this.#records -= block.ends.length
      this.#bytes -= block.bytes.byteLength
    }
    return finished
  }

  /**
   * The sink refused its first record, by itself.
   * @returns how often it did while it stored something else in between: then it is not the sink that is wrong.
   */
  blame(othersStoredMs: number, nowMs: number): number {
    if (this.#refusedMs !== null && othersStoredMs > this.#refusedMs) this.#blames += 1
    this.#refusedMs = nowMs
    return this.#blames
  }

  /** A batch of so many sources with it was not stored. */
  part(sources: number): void {
    this.companyMax = Math.max(1, Math.floor(sources / 2))
  }

  /** Something was stored: what a failure left behind is over. */
  recovered(): void {
    this.failing = null
    this.#refusedMs = null
    this.#blames = 0
    this.companyMax = Infinity
    this.recordsMax *= 2
    if (this.recordsMax > RECORDS_KNOWN_GOOD) this.recordsMax = Infinity
    this.backOff.reset()
  }

  #partOfFirst({ bytes, records }: Room): Portion {
    const { block } = this.#items[0]!
    const fitting = Math.min(records, recordsWithin(block, this.#begun, bytes))
    const to = this.#begun + Math.max(1, fitting)
    const part = sliceRecords(block, this.#begun, to)
    const isRest = to === block.ends.length
    return {
      blocks: [part],
      records: part.ends.length,
      bytes: part.bytes.byteLength,
      items: isRest ? 1 : 0,
      begun: isRest ? 0 : to,
    }
  }
}

/** Of one source in one batch. */
const BLOCKS_MAX = 256
/** Beyond this a limit on records is no limit. */
const RECORDS_KNOWN_GOOD = 1_000_000
