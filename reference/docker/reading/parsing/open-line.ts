/** A line whose end has not come yet. Immutable. */
export interface PartialLine {
  readonly stream: number
  readonly stamp: Uint8Array
  /** Its bytes so far. */
  readonly bytes: Uint8Array
}

/**
 * A line that grows. Its bytes are only ever added to, so that what it was at some moment is a view of the same memory: a piece costs its own bytes,
 * however many came before.
 */
export class OpenLine {
  readonly stream: number
  readonly stamp: Uint8Array
  #bytes: Uint8Array
  #length: number
  #state: PartialLine | undefined

  constructor({ stream, stamp, bytes }: PartialLine) {
    this.stream = stream
    this.stamp = stamp
    this.#bytes = bytes
    this.#length = bytes.length
  }

  get length(): number {
    return this.#length
  }

  /** The same object as long as nothing is added. */
  get state(): PartialLine {
    this.#state ??= { stream: this.stream, stamp: this.stamp, bytes: this.#bytes.subarray(0, this.#length) }
    return this.#state
  }

  add(buffer: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#length))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(buffer.subarray(start, end), this.#length)
    this.#length = length
    this.#state = undefined
  }

  /** Forgets the first bytes. */
  drop(count: number): void {
    this.#bytes = this.#bytes.slice(count, this.#length)
    this.#length -= count
    this.#state = undefined
  }
}
