import type { AnswerEnd } from '../passage.ts'
import { RecordingEvent, RecordingHead } from './recording-line.ts'

/** One recorded request and its answer. */
export interface RecordedExchange {
  readonly method: string
  readonly target: string
  /** What was sent, each so many milliseconds after the request had come. */
  readonly sent: readonly { readonly afterMs: number; readonly bytes: Buffer }[]
  /** Null where it was not over, or the client left first. */
  readonly end: { readonly afterMs: number; readonly how: AnswerEnd } | null
}

export interface Recording {
  /** In the order of the requests. */
  readonly exchanges: readonly RecordedExchange[]
}

/** Reads a recording line by line. @throws Error naming the line and what is wrong with it */
export class RecordingReader {
  readonly #exchanges = new Map<number, Mutable<RecordedExchange> & { readonly at: number }>()
  #line = 0

  /** @param line without its end */
  add(line: string): void {
    this.#line += 1
    const value = this.#jsonOf(line)
    if (this.#line === 1) this.#addHead(value)
    else this.#addEvent(value)
  }

  /** After the last line. */
  end(): Recording {
    if (this.#line === 0) throw new Error('it is empty')
    return { exchanges: [...this.#exchanges.values()] }
  }

  #jsonOf(line: string): unknown {
    try {
      return JSON.parse(line)
    } catch {
      throw this.#wrong(
        'is no JSON: it was damaged, or cut off there; the lines before it can be replayed without it',
      )
    }
  }

  #addHead(value: unknown): void {
    if (RecordingHead.safeParse(value).success) return
    const { recording, version }: { recording?: unknown; version?: unknown } = Object(value)
    if (recording !== 'watertight')
      throw this.#wrong('does not begin a recording of "watertight proxy --record"')
    throw this.#wrong(`says version ${JSON.stringify(version)}; allowed: 1`)
  }

  #addEvent(value: unknown): void {
    const { success, data: event } = RecordingEvent.safeParse(value)
    if (!success) throw this.#wrong('is none of: a request, bytes that were sent, the end of an answer')
    if ('method' in event) return this.#begin(event)
    const exchange = this.#exchanges.get(event.exchange)
    if (exchange === undefined) throw this.#wrong(`is about exchange ${event.exchange}, which has not begun`)
    if (exchange.end !== null) throw this.#wrong(`is about exchange ${event.exchange}, which is over`)
    const afterMs = event.t - exchange.at
    if (afterMs < 0) throw this.#wrong('is earlier than what it belongs to')
    if ('bytes' in event) exchange.sent.push({ afterMs, bytes: Buffer.from(event.bytes, 'latin1') })
    else if (event.over !== 'left') exchange.end = { afterMs, how: event.over }
  }

  #begin({ t, exchange, method, target }: Extract<RecordingEvent, { method: string }>): void {
    if (this.#exchanges.has(exchange)) throw this.#wrong(`begins exchange ${exchange} again`)
    this.#exchanges.set(exchange, { method, target, sent: [], end: null, at: t })
  }

  #wrong(what: string): Error {
    return new Error(`line ${this.#line} ${what}`)
  }
}

interface Mutable<Exchange extends RecordedExchange> {
  readonly method: Exchange['method']
  readonly target: Exchange['target']
  readonly sent: { afterMs: number; bytes: Buffer }[]
  end: Exchange['end']
}
