import { BodyScanner } from './body-scanner.ts'
import { NO_BODY } from './body-kind.ts'
import { headLength, mayBeRequest, parseRequest, type RequestHead } from './message-head.ts'

/** A request whose head is complete. */
export interface ReadRequest {
  readonly head: RequestHead
  /** The head as it was sent. */
  readonly bytes: Buffer
}

/** Takes requests out of what a client sends, in pieces that are cut anywhere. One after the other: what follows a request waits. */
export class RequestReader {
  #waiting: Buffer = Buffer.alloc(0)
  #body = new BodyScanner(NO_BODY)

  /** Bytes that have come and were not taken. */
  get waitingBytes(): number {
    return this.#waiting.length
  }

  /** Whether all of the last request's body was taken. */
  get bodyOver(): boolean {
    return this.#body.over
  }

  add(bytes: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes])
  }

  /** Takes the head of the next request: null while it is not complete, `foreign` when what waits is no request of HTTP/1. */
  nextRequest(): ReadRequest | 'foreign' | null {
    if (this.#waiting.length === 0) return null
    if (!mayBeRequest(this.#waiting)) return 'foreign'
    const length = headLength(this.#waiting)
    if (length === 0) return this.#waiting.length > HEAD_BYTES_MAX ? 'foreign' : null
    const bytes = this.#waiting.subarray(0, length)
    const head = parseRequest(bytes)
    if (head === null) return 'foreign'
    this.#waiting = this.#waiting.subarray(length)
    this.#body = new BodyScanner(head.body)
    return { head, bytes }
  }

  /** Takes what is there of the body. */
  takeBody(): Buffer {
    const bytes = this.#waiting
    const scanner = this.#body
    let at = scanner.skipFraming(bytes, 0)
    while (at < bytes.length && !scanner.over) {
      const passed = Math.min(scanner.left, bytes.length - at)
      scanner.pass(passed)
      at = scanner.skipFraming(bytes, at + passed)
    }
    this.#waiting = bytes.subarray(at)
    return bytes.subarray(0, at)
  }

  /** Takes everything, whatever it is. */
  takeAll(): Buffer {
    const bytes = this.#waiting
    this.#waiting = Buffer.alloc(0)
    return bytes
  }
}

/** As much as the engine takes. */
export const HEAD_BYTES_MAX: number = 1024 * 1024
