import { Counter, Gauge, type Registry } from 'prom-client'

/** What became of a request to push lines. `busy`: it may come again. `failed`: it is not known whether its lines are kept. */
export type PushOutcome = (typeof OUTCOMES)[number]
const OUTCOMES = ['taken', 'repeated', 'invalid', 'too_large', 'busy', 'failed'] as const

/** Figures of what programs push. */
export class PushMetrics {
  readonly #registry: Registry
  readonly #requests: Counter<'result'>
  readonly #lines: Counter
  readonly #bytes: Counter

  constructor(registry: Registry) {
    this.#registry = registry
    const registers = [registry]
    this.#requests = new Counter({
      name: 'log_capturer_push_requests_total',
      help: 'Requests to push lines, by what became of them',
      labelNames: ['result'],
      registers,
    })
    for (const result of OUTCOMES) this.#requests.inc({ result }, 0)
    this.#lines = new Counter({
      name: 'log_capturer_push_lines_total',
      help: 'Lines that were pushed and taken',
      registers,
    })
    this.#bytes = new Counter({
      name: 'log_capturer_push_bytes_total',
      help: 'Bytes of lines that were pushed and taken',
      registers,
    })
  }

  request(result: PushOutcome): void {
    this.#requests.inc({ result })
  }

  linesTaken(lines: number): void {
    this.#lines.inc(lines)
  }

  bytesTaken(bytes: number): void {
    this.#bytes.inc(bytes)
  }

  /** @param read.files names that lines are pushed to, read.waitingBytes of requests that are not answered, asked at every scrape */
  mirror(read: { readonly files: () => number; readonly waitingBytes: () => number }): void {
    this.#gauge('log_capturer_push_files', 'Names that lines are pushed to', read.files)
    this.#gauge(
      'log_capturer_push_waiting_bytes',
      'Bytes of requests to push that are not answered yet',
      read.waitingBytes,
    )
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    })
  }
}
