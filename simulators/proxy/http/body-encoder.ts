import type { BodyKind } from './body-kind.ts'
import { BETWEEN_CHUNKS } from './body-scanner.ts'

/** Puts data into a body that was begun by somebody else: what is announced is filled first, then chunks are begun. */
export class BodyEncoder {
  readonly #isChunked: boolean
  #place: number

  /** @param place as of a `BodyScanner` */
  constructor({ kind }: BodyKind, place: number) {
    this.#isChunked = kind === 'chunked'
    this.#place = place
  }

  /** As of a `BodyScanner`. */
  get place(): number {
    return this.#place
  }

  /** Bytes that are still to be put in before the body can end. */
  get announced(): number {
    return this.#isChunked ? Math.max(0, this.#place) : 0
  }

  encode(data: Uint8Array): Uint8Array[] {
    if (!this.#isChunked) {
      this.#place -= data.length
      return [data]
    }
    const filling = data.subarray(0, this.announced)
    const rest = data.subarray(filling.length)
    if (filling.length > 0) this.#place -= filling.length
    const filled = filling.length > 0 ? [filling] : []
    return rest.length === 0
      ? filled
      : [...filled, ...this.#chunkEnd(), sizeLine(rest.length), rest, LINE_END]
  }

  /** The end of the body. Only when nothing is announced. */
  finish(): Uint8Array[] {
    return this.#isChunked ? [...this.#chunkEnd(), LAST_CHUNK] : []
  }

  #chunkEnd(): Uint8Array[] {
    if (this.#place === BETWEEN_CHUNKS) return []
    this.#place = BETWEEN_CHUNKS
    return [LINE_END]
  }
}

function sizeLine(length: number): Uint8Array {
  return Buffer.from(`${length.toString(16)}\r\n`)
}

const LINE_END = Buffer.from('\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')
