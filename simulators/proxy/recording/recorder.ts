import type { ExchangeLog, ExchangeRecord } from '../exchange-log.ts'
import type { RecordingEvent, RecordingHead } from './recording-line.ts'

/**
 * Makes a recording of what passes to clients: the bytes of answers, when, and how they ended. Of requests it keeps method, path and query; neither headers nor
 * bodies.
 */
export class Recorder implements ExchangeLog {
  readonly #write: (line: string) => void
  readonly #now: () => number
  readonly #begunAt: number
  #exchanges = 0

  /**
   * @param write takes one line with its end
   * @param now milliseconds that never go back
   */
  constructor(
    write: (line: string) => void,
    now: () => number,
    { upstream, started }: Pick<RecordingHead, 'upstream' | 'started'>,
  ) {
    this.#write = write
    this.#now = now
    this.#begunAt = now()
    write(
      `${JSON.stringify({ recording: 'watertight', version: 1, upstream, started } satisfies RecordingHead)}\n`,
    )
  }

  begin(connection: number, { method, target }: { method: string; target: string }): ExchangeRecord {
    this.#exchanges += 1
    const exchange = this.#exchanges
    this.#add({ t: this.#t, exchange, connection, method, target })
    return {
      sent: (bytes) => this.#add({ t: this.#t, exchange, bytes: Buffer.from(bytes).toString('latin1') }),
      over: (how) => this.#add({ t: this.#t, exchange, over: how }),
    }
  }

  get #t(): number {
    return Math.round((this.#now() - this.#begunAt) * 1000) / 1000
  }

  #add(event: RecordingEvent): void {
    this.#write(`${JSON.stringify(event)}\n`)
  }
}
