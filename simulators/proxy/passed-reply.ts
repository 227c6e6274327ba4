import type { ByteReply } from '../wire/byte-reply.ts'
import { HEADER_BYTES } from '../engine/log/log-file.ts'
import { FrameScanner } from './frame-scanner.ts'

/** The reply of an engine that is not simulated: its data as they arrive. What has arrived and was not taken waits here. */
export class PassedReply implements ByteReply {
  onChange: () => void = () => {}
  readonly dueMs: number = Infinity
  /** Where the reader is among the frames. */
  readonly frames: FrameScanner
  #waiting: Uint8Array[] = []
  #available = 0
  #ended = false

  constructor(framed: boolean) {
    this.frames = new FrameScanner(framed)
  }

  get state(): 'ready' | 'waiting' | 'ended' {
    if (this.#available > 0) return 'ready'
    return this.#ended ? 'ended' : 'waiting'
  }

  get available(): number {
    return this.#available
  }

  get toBoundary(): number {
    const { headerBytes, left } = this.frames
    if (headerBytes === 0) return left
    // Within a header, whose rest tells the size, where it is there.
    const missing = HEADER_BYTES - headerBytes
    const ahead = this.frames.copy()
    let looked = 0
    for (const piece of this.#waiting) {
      const look = Math.min(piece.length, missing - looked)
      ahead.pass(piece, 0, look)
      looked += look
      if (looked === missing) break
    }
    return missing + ahead.left
  }

  lookAhead(): void {}

  /** Data has arrived. It is not copied. */
  push(data: Uint8Array): void {
    this.#waiting.push(data)
    this.#available += data.length
  }

  /** No more will arrive. */
  end(): void {
    this.#ended = true
  }

  /** One piece, `maxBytes` of it at most. */
  take(maxBytes: number): Uint8Array {
    const [first] = this.#waiting
    const piece = first!.subarray(0, maxBytes)
    if (piece.length === first!.length) this.#waiting.shift()
    else this.#waiting[0] = first!.subarray(piece.length)
    this.#available -= piece.length
    this.frames.pass(piece, 0, piece.length)
    return piece
  }

  close(): void {
    this.#waiting = []
    this.#available = 0
  }
}
