/**
 * Bytes that are only ever appended to, in segments that stay where they are: growing copies nothing, and a view handed out stays valid and unchanged
 * for ever.
 */
export class GrowingBytes {
  /** The full ones. */
  readonly #segments: Segment[] = []
  #length = 0
  /** The last segment, and where it begins. */
  #bytes: Uint8Array = new Uint8Array(SEGMENT_BYTES_MIN)
  #start = 0

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    const start = this.extend(bytes.length)
    this.#bytes.set(bytes, start)
  }

  /**
   * Appends `length` bytes, to be filled in at once: they are zero, and lie side by side.
   * @returns where they begin in {@link buffer}
   */
  extend(length: number): number {
    if (this.#length + length > this.#start + this.#bytes.length) this.#addSegment(length)
    const start = this.#length - this.#start
    this.#length += length
    return start
  }

  /** Where what was appended last lies. */
  get buffer(): Uint8Array {
    return this.#bytes
  }

  /** The bytes [from, to), by default everything. Copied only where they lie in more than one segment. */
  view(from: number = 0, to: number = this.#length): Uint8Array {
    const end = Math.min(to, this.#length)
    if (from >= this.#start) return this.#bytes.subarray(from - this.#start, end - this.#start)
    const pieces: Uint8Array[] = []
    for (let index = this.#segmentAt(from); index < this.#segments.length; index++) {
      const { start, bytes } = this.#segments[index]!
      if (start >= end) break
      pieces.push(bytes.subarray(Math.max(0, from - start), end - start))
    }
    if (end > this.#start) pieces.push(this.#bytes.subarray(0, end - this.#start))
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  /** What is left of the last segment stays unused. */
  #addSegment(length: number): void {
    const bytes = this.#bytes.subarray(0, this.#length - this.#start)
    this.#segments.push({ start: this.#start, bytes })
    const size = Math.min(SEGMENT_BYTES_MAX, 2 * this.#bytes.length)
    this.#bytes = new Uint8Array(Math.max(length, size))
    this.#start = this.#length
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
  /** Where it begins among all bytes. */
  readonly start: number
  readonly bytes: Uint8Array
}

const SEGMENT_BYTES_MIN = 1024
const SEGMENT_BYTES_MAX = 65_536
