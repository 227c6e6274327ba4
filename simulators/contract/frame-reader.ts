import { LogSeen, type LogPiece } from './log-seen.ts'

/** Reads what an engine sends of a log, however it is cut into pieces. */
export class FrameReader {
  readonly #tty: boolean
  readonly #complete: LogPiece[] = []
  #rest: Buffer = Buffer.alloc(0)

  constructor(tty: boolean) {
    this.#tty = tty
  }

  add(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    if (!this.#tty) this.#takeFrames()
  }

  get seen(): LogSeen {
    if (!this.#tty) return new LogSeen([...this.#complete])
    return new LogSeen(this.#rest.length === 0 ? [] : [['raw', this.#rest.toString('latin1')]])
  }

  #takeFrames(): void {
    while (this.#rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#rest.readUInt32BE(LENGTH_OFFSET)
      if (this.#rest.length < end) return
      const stream = STREAMS[this.#rest[0]!] ?? 'error'
      this.#complete.push([stream, this.#rest.toString('latin1', HEADER_BYTES, end)])
      this.#rest = this.#rest.subarray(end)
    }
  }
}

const HEADER_BYTES = 8
const LENGTH_OFFSET = 4
const STREAMS: readonly LogPiece[0][] = ['error', 'stdout', 'stderr', 'error']
