/** Copies of lines that wait to be looked at, in their order. What does not fit is not taken. */
export class SampleBuffer<Owner> {
  readonly #bytes: Uint8Array
  #used = 0
  #owners: Owner[] = []
  #ends: number[] = []
  #taken = 0

  constructor(bytesMax: number) {
    this.#bytes = new Uint8Array(bytesMax)
  }

  get isEmpty(): boolean {
    return this.#taken === this.#owners.length
  }

  /** Room for lines, each with what it costs besides. */
  get bytesLeft(): number {
    return this.#bytes.byteLength - this.#used - this.#owners.length * LINE_COST
  }

  /** Copies the beginning of the line. @returns bytes it takes, or 0 when there is no room */
  add(owner: Owner, bytes: Uint8Array, from: number, to: number): number {
    const length = Math.min(to - from, LINE_BYTES_MAX)
    if (length + LINE_COST > this.bytesLeft) return 0
    this.#bytes.set(bytes.subarray(from, from + length), this.#used)
    this.#used += length
    this.#owners.push(owner)
    this.#ends.push(this.#used)
    return length + LINE_COST
  }

  /** The next line. It is overwritten once the buffer is cleared. Undefined when there is none. */
  take(): { readonly owner: Owner; readonly line: Uint8Array } | undefined {
    if (this.isEmpty) return undefined
    const index = this.#taken++
    const line = this.#bytes.subarray(index === 0 ? 0 : this.#ends[index - 1], this.#ends[index])
    return { owner: this.#owners[index]!, line }
  }

  clear(): void {
    this.#used = this.#taken = 0
    this.#owners = []
    this.#ends = []
  }
}

/** Of a line, what is looked at. */
export const LINE_BYTES_MAX = 512
/** What a line takes beside its bytes. */
export const LINE_COST = 16
