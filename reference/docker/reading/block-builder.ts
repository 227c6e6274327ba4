import type { Block, Source, SourcePosition } from '../../dispatch/block.ts'
import type { RecordOutput } from '../stages/record-output.ts'
import { StampReader } from './parsing/stamp-reader.ts'

/** Collects records as columns in growing arrays; no object per record. */
export class BlockBuilder implements RecordOutput {
  #bytes = new Uint8Array(0)
  #ends = new Uint32Array(0)
  #streams = new Uint8Array(0)
  #times = new BigInt64Array(0)
  readonly #stamps = new StampReader()
  #length = 0
  #count = 0
  #expectedBytes = 256
  #expectedCount = 4

  /** Bytes of the records collected. */
  get length(): number {
    return this.#length
  }

  get count(): number {
    return this.#count
  }

  /** Adds one record: its bytes and a newline. */
  push(
    stream: number,
    stamps: Uint8Array,
    stampStart: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const size = end - start
    this.#reserve(size + 1)
    copy(bytes, start, this.#bytes, this.#length, size)
    this.#length += size
    this.#finish(stream, stamps, stampStart)
  }

  /** What was collected, as a block that holds no more memory than its columns have bytes, and an empty builder. */
  take(source: Source, epoch: number, firstRecord: number, position: SourcePosition): Block {
    const block: Block = {
      source,
      bytes: this.#length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#length),
      ends: this.#ends.slice(0, this.#count),
      streams: this.#streams.slice(0, this.#count),
      times: this.#times.slice(0, this.#count),
      epoch,
      firstRecord,
      position,
    }
    this.#expectedBytes = Math.max(256, this.#length)
    this.#expectedCount = Math.max(4, this.#count)
    this.#bytes = new Uint8Array(0)
    this.#ends = new Uint32Array(0)
    this.#streams = new Uint8Array(0)
    this.#times = new BigInt64Array(0)
    this.#length = 0
    this.#count = 0
    return block
  }

  #finish(stream: number, stamp: Uint8Array, stampStart: number): void {
    this.#bytes[this.#length++] = NEWLINE
    this.#ends[this.#count] = this.#length
    this.#streams[this.#count] = stream
    this.#stamps.read(stamp, stampStart, this.#times, this.#count)
    this.#count += 1
  }

  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed > this.#bytes.length) {
      this.#bytes = grown(
        this.#bytes,
        Math.max(needed, 2 * this.#bytes.length, this.#expectedBytes),
        this.#length,
      )
    }
    if (this.#count < this.#ends.length) return
    const count = Math.max(2 * this.#count, this.#expectedCount)
    const ends = new Uint32Array(count)
    ends.set(this.#ends.subarray(0, this.#count))
    this.#ends = ends
    this.#streams = grown(this.#streams, count, this.#count)
    const times = new BigInt64Array(count)
    times.set(this.#times.subarray(0, this.#count))
    this.#times = times
  }
}

function grown(bytes: Uint8Array, size: number, used: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size)
  larger.set(bytes.subarray(0, used))
  return larger
}

/** For short ranges a loop beats making a view and calling `set`. */
function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, size: number): void {
  if (size > LOOP_BYTES) return to.set(from.subarray(start, start + size), at)
  for (let i = 0; i < size; i++) to[at + i] = from[start + i]!
}

const NEWLINE = 0x0a
const LOOP_BYTES = 160
