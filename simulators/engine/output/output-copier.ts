/**
 * Takes one message: its data, and its stamp (the first chunk's, for all chunks of a line). Both are good until it returns.
 * @param continuesLine whether it is a chunk of a line, and not the first
 */
export type StoreMessage = (stamp: Uint8Array, data: Uint8Array, continuesLine: boolean) => void

/** What stands between a process and its log. */
export interface Copier {
  write(bytes: Uint8Array): void
  /** The stream ended. */
  end(): void
}

/**
 * Cuts what a process writes to one stream into messages, as moby's copier does: a message is a line with its newline, or a chunk of a longer
 * line. What lacks a newline waits; at the end of the stream it is stored without one.
 */
export class OutputCopier implements Copier {
  readonly #stamp: () => Uint8Array
  readonly #store: StoreMessage
  readonly #chunkBytes: number
  /** Made when something has to wait. */
  #waiting: Uint8Array | null = null
  #waitingBytes = 0
  /** The stamp of the line's first chunk while a line of several chunks is open. */
  #firstStamp: Uint8Array | null = null

  /** @param chunkBytes a longer line is stored in several messages of this length */
  constructor(chunkBytes: number, stamp: () => Uint8Array, store: StoreMessage) {
    this.#chunkBytes = chunkBytes
    this.#stamp = stamp
    this.#store = store
  }

  write(bytes: Uint8Array): void {
    if (this.#isWholeLine(bytes)) this.#emit(bytes, true)
    else this.#writePieces(bytes)
  }

  end(): void {
    if (this.#waitingBytes > 0) this.#emitWaiting(false)
    this.#firstStamp = null
  }

  /** As most writes are. */
  #isWholeLine(bytes: Uint8Array): boolean {
    if (this.#waitingBytes > 0 || bytes.length > this.#chunkBytes) return false
    return bytes.length > 0 && bytes.indexOf(NEWLINE) === bytes.length - 1
  }

  #writePieces(bytes: Uint8Array): void {
    let from = 0
    while (from < bytes.length) {
      const room = this.#chunkBytes - this.#waitingBytes
      const newline = bytes.indexOf(NEWLINE, from)
      const to = newline === -1 ? bytes.length : newline + 1
      // A newline right behind a whole chunk does not fit in any more: it becomes a message of its own.
      if (to - from <= room) this.#take(bytes.subarray(from, to), newline !== -1)
      else this.#take(bytes.subarray(from, from + room), false)
      from += Math.min(to - from, room)
    }
  }

  #take(piece: Uint8Array, endsLine: boolean): void {
    if (endsLine && this.#waitingBytes === 0) return this.#emit(piece, true)
    this.#waiting ??= new Uint8Array(this.#chunkBytes)
    this.#waiting.set(piece, this.#waitingBytes)
    this.#waitingBytes += piece.length
    if (endsLine || this.#waitingBytes === this.#chunkBytes) this.#emitWaiting(endsLine)
  }

  #emitWaiting(endsLine: boolean): void {
    this.#emit(this.#waiting!.subarray(0, this.#waitingBytes), endsLine)
  }

  #emit(data: Uint8Array, endsLine: boolean): void {
    const continuesLine = this.#firstStamp !== null
    const stamp = this.#firstStamp ?? this.#stamp()
    this.#firstStamp = endsLine ? null : stamp.slice()
    this.#waitingBytes = 0
    this.#store(stamp, data, continuesLine)
  }
}

const NEWLINE = 0x0a
