/** Unpacks gzip, piece by piece. Rejects where the bytes are none. What is returned is to be ended by who began it. */
export type Gunzip = (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

type ReadPacked = (buffer: Uint8Array, position: number) => Promise<number>

/** What a compressed file holds, read forwards: a window of it is kept, so that a little can be read again. */
export class GzipContent {
  readonly #pieces: AsyncIterator<Uint8Array>
  #kept: Uint8Array = new Uint8Array(0)
  /** Position of the first byte that is kept. */
  #start = 0
  #hasEnded = false

  constructor(gunzip: Gunzip, read: ReadPacked) {
    this.#pieces = gunzip(packed(read))[Symbol.asyncIterator]()
  }

  /** Reads at `position`, less than the buffer holds only at the end. @throws Error when what lies there was passed over long ago */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    if (position < this.#start)
      throw new RangeError(`Cannot read at ${position}: what is kept begins at ${this.#start}`)
    while (!this.#hasEnded && this.#start + this.#kept.length < position + buffer.length) {
      this.#keepFrom(position)
      // eslint-disable-next-line no-await-in-loop -- in their order
      await this.#more()
    }
    const found = this.#kept.subarray(position - this.#start, position - this.#start + buffer.length)
    buffer.set(found)
    return found.length
  }

  async close(): Promise<void> {
    this.#hasEnded = true
    await this.#pieces.return?.()
  }

  /** What lies before the position is needed no more. */
  #keepFrom(position: number): void {
    const passed = Math.min(this.#kept.length, position - this.#start)
    this.#kept = this.#kept.subarray(passed)
    this.#start += passed
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#pieces.next()
    if (done === true) this.#hasEnded = true
    else this.#kept = Buffer.concat([this.#kept, value])
  }
}

async function* packed(read: ReadPacked): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const piece = new Uint8Array(PIECE_BYTES)
    // eslint-disable-next-line no-await-in-loop -- in their order
    const length = await read(piece, position)
    if (length === 0) return
    position += length
    yield piece.subarray(0, length)
  }
}

const PIECE_BYTES = 64 * 1024
