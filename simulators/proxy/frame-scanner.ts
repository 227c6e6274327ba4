import { HEADER_BYTES } from '../engine/log/log-file.ts'

/** Where one is among the frames of a log that passes piece by piece. Without frames every byte is at a boundary. */
export class FrameScanner {
  readonly framed: boolean
  /** Bytes of the next frame's header that have passed; 0 outside of one. */
  headerBytes = 0
  /** Bytes left of the frame whose header has passed. */
  left = 0
  readonly #header: Uint8Array = new Uint8Array(HEADER_BYTES)

  constructor(framed: boolean) {
    this.framed = framed
  }

  /** Another one at the same place. */
  copy(): FrameScanner {
    const copy = new FrameScanner(this.framed)
    copy.headerBytes = this.headerBytes
    copy.left = this.left
    copy.#header.set(this.#header)
    return copy
  }

  /** Forgets what has passed: one is between two frames, or so many bytes before the end of one. */
  moveTo(left: number): void {
    this.headerBytes = 0
    this.left = left
  }

  /** Bytes from `from` to `to` pass. */
  pass(bytes: Uint8Array, from: number, to: number): void {
    if (!this.framed) return
    for (let at = from; at < to;) {
      if (this.left > 0) {
        const passed = Math.min(this.left, to - at)
        this.left -= passed
        at += passed
      } else {
        this.#header[this.headerBytes++] = bytes[at++]!
        if (this.headerBytes === HEADER_BYTES) this.moveTo(sizeIn(this.#header))
      }
    }
  }
}

function sizeIn(header: Uint8Array): number {
  return ((header[4]! << 24) | (header[5]! << 16) | (header[6]! << 8) | header[7]!) >>> 0
}
