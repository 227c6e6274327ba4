import type { Logger } from '../ports/logger.ts'
import type { NotDurable } from './sink.ts'

/** Says which sources a sink could not make durable: when that begins, and when the reason is another one. */
export class NotDurableReport {
  readonly #sink: string
  readonly #logger: Logger
  #told = new Map<string, string>()

  constructor(sink: string, logger: Logger) {
    this.#sink = sink
    this.#logger = logger
  }

  tell(failed: NotDurable): void {
    for (const [source, why] of failed) {
      if (this.#told.get(source) === why) continue
      this.#logger.warn(
        { sink: this.#sink, source, why },
        'What was stored may not survive a power cut: its position is not saved',
      )
    }
    this.#told = new Map(failed)
  }
}
