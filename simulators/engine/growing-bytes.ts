/**
 * Bytes that are only ever appended to, in segments that stay where they are: growing copies nothing, and a view handed out stays valid and unchanged
 * for ever.
 */
export class GrowingBytes {
  readonly #segments: Segment[] = []
  #last: Segment = { start: 0, bytes: new Uint8Array(SEGMENT_BYTES_MIN) }
  #length = 0

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    const start = this.extend(bytes.length)
    this.#last.bytes.set(bytes, start)
  }

  /**
   * Appends `length` bytes, to be filled in at once: they are zero, and lie side by side.
   * @returns where they begin in {@link buffer}
   */
  extend(length: number): number {
    if (this.#length + length > this.#last.start + this.#last.bytes.length) this.#addSegment(length)
    const start = this.#length - this.#last.start
    this.#length += length
    return start
  }

  /** Where what was appended last lies. */
  get buffer(): Uint8Array {
    return this.#last.bytes
  }

  /** The bytes [from, to), by default everything. Copied only where they lie in more than one segment. */
  view(from: number = 0, to: number = this.#length): Uint8Array {
    const end = Math.min(to, this.#length)
    if (from >= this.#last.start)
      return this.#last.bytes.subarray(from - this.#last.start, end - this.#last.start)
    const pieces: Uint8Array[] = []
    for (let index = this.#segmentAt(from), at = from; at < end; index++) {
      const { start, bytes } = this.#segments[index] ?? this.#last
      const stop = Math.min(end, this.#endOf(index))
      pieces.push(bytes.subarray(at - start, stop - start))
      at = stop
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  /** What is left of the last segment stays unused. */
  #addSegment(length: number): void {
    this.#segments.push(this.#last)
    const bytes = Math.min(SEGMENT_BYTES_MAX, 2 * this.#last.bytes.length)
    this.#last = { start: this.#length, bytes: new Uint8Array(Math.max(length, bytes)) }
  }

  #endOf(index: number): number {
    if (index >= this.#segments.length) return this.#length
    return (this.#segments[index + 1] ?? this.#last).start
  }

  /** Index of the full segment a byte lies in. */
  #segmentAt(offset: number): number {
    let low = 0
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#segments[middle]!.start <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

interface Segment {
  /** Of its first byte among all. */
  readonly start: number
  readonly bytes: Uint8Array
}

const SEGMENT_BYTES_MIN = 1024
const SEGMENT_BYTES_MAX = 65_536
