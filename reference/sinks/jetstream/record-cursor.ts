import type { Block } from '../../dispatch/block.ts'

/** A place among the records of a source: before this one. */
export interface Place {
  readonly epoch: number
  readonly ordinal: number
}

/** Less than 0 where `a` is before `b`. */
export function comparePlaces(a: Place, b: Place): number {
  return a.epoch - b.epoch || a.ordinal - b.ordinal
}

/** Goes through the records of the blocks of one source, in their order. */
export class RecordCursor {
  readonly #blocks: readonly Block[]
  #index = 0
  #record = 0
  #passed = 0

  /** @param blocks none of them empty */
  constructor(blocks: readonly Block[]) {
    this.#blocks = blocks
  }

  get done(): boolean {
    return this.#index >= this.#blocks.length
  }

  /** Records behind it. */
  get passed(): number {
    return this.#passed
  }

  /** The block of the next record. There must be one. */
  get block(): Block {
    return this.#blocks[this.#index]!
  }

  /** Index of the next record in its block. */
  get record(): number {
    return this.#record
  }

  /** Records of the block from the next one on. */
  get left(): number {
    return this.block.ends.length - this.#record
  }

  /** Where the next record is, or, behind the last, the next one of the source. */
  get place(): Place {
    const isDone = this.done
    const { epoch, firstRecord, ends } = isDone ? this.#blocks.at(-1)! : this.block
    return { epoch, ordinal: firstRecord + (isDone ? ends.length : this.#record) }
  }

  /** Another one at the same record. */
  copy(): RecordCursor {
    const copy = new RecordCursor(this.#blocks)
    copy.#index = this.#index
    copy.#record = this.#record
    copy.#passed = this.#passed
    return copy
  }

  /** Passes so many records, or all that are left. */
  skip(records: number): void {
    let rest = records
    while (rest > 0 && !this.done) {
      const step = Math.min(rest, this.left)
      this.#record += step
      this.#passed += step
      rest -= step
      if (this.left > 0) continue
      this.#index += 1
      this.#record = 0
    }
  }

  /** Passes what lies before the place. */
  skipTo(place: Place): void {
    while (!this.done && comparePlaces(this.place, place) < 0) {
      const { epoch, ordinal } = this.place
      this.skip(epoch < place.epoch ? this.left : Math.min(this.left, place.ordinal - ordinal))
    }
  }
}
