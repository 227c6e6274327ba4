/**
 * Bytes that are only ever appended to. A view handed out stays valid and unchanged for ever: growing copies to a new buffer and never
 * touches what was written.
 */
export class GrowingBytes {
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    const start = this.extend(bytes.length)
    this.#bytes.set(bytes, start)
  }

  /**
   * Appends `length` bytes, to be filled in at once.
   * @returns where they begin in {@link buffer}
   */
  extend(length: number): number {
    const start = this.#length
    if (start + length > this.#bytes.length) this.#grow(start + length)
    this.#length = start + length
    return start
  }

  /** What was appended, and unused room behind it. Another one after more is appended. */
  get buffer(): Uint8Array {
    return this.#bytes
  }

  /** A view of [from, to), by default of everything from `from` on. */
  view(from: number, to: number = this.#length): Uint8Array {
    return this.#bytes.subarray(from, Math.min(to, this.#length))
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

const INITIAL_BYTES = 1024
