import type { KnownContainer } from './known-container.ts'
import type { ExchangeRecord } from './exchange-log.ts'
import { HEAD_BYTES_MAX } from './http/request-reader.ts'
import { headLength, parseResponse, type RequestHead, type ResponseHead } from './http/message-head.ts'
import type { Passage } from './passage.ts'
import type { RequestDescription } from './request-description.ts'

/** An answer whose head is complete. */
export interface BegunAnswer {
  readonly head: ResponseHead
  readonly headBytes: Buffer
  /** What has come behind it. */
  readonly rest: Buffer
}

/** One request on its way, and what has come of its answer. */
export class Exchange {
  readonly request: RequestHead
  readonly about: RequestDescription
  readonly record: ExchangeRecord
  /** Which container it names, once the engine has said so. */
  container: Promise<KnownContainer | null> = Promise.resolve(null)
  /** Set when the answer's head is there. */
  passage: Passage | null = null
  #answer: Buffer = Buffer.alloc(0)
  #isBegun = false

  constructor(request: RequestHead, about: RequestDescription, record: ExchangeRecord) {
    this.request = request
    this.about = about
    this.record = record
  }

  /** Whether the head of the answer is complete. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /**
   * Bytes of the answer, before there is a passage: once its head is there they are kept for {@link takeAll}.
   * @returns null while its head is not complete, `foreign` for no answer of HTTP/1
   */
  add(bytes: Buffer): BegunAnswer | 'foreign' | null {
    this.#answer = Buffer.concat([this.#answer, bytes])
    if (this.#isBegun) return null
    const length = headLength(this.#answer)
    if (length === 0) return this.#answer.length > HEAD_BYTES_MAX ? 'foreign' : null
    const headBytes = this.#answer.subarray(0, length)
    const head = parseResponse(headBytes, this.request.method)
    if (head === null) return 'foreign'
    this.#isBegun = true
    return { head, headBytes, rest: this.takeAll().subarray(length) }
  }

  /** That was the head of something before the answer. */
  awaitNext(): void {
    this.#isBegun = false
  }

  /** What has come of the answer and was not passed. */
  takeAll(): Buffer {
    const bytes = this.#answer
    this.#answer = Buffer.alloc(0)
    return bytes
  }
}
