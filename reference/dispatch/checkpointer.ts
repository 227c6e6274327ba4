import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { PositionStore } from './position-store.ts'
import type { Sink } from './sink.ts'

export interface CheckpointerOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly positions: PositionStore
  readonly sinks: readonly Sink[]
  readonly intervalMs: number
}

/**
 * Saves acknowledged positions from time to time. The order makes a power cut harmless: take what is acknowledged, make the sinks' data
 * durable, then the positions. A position on disk therefore never points beyond data on disk.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions

  constructor(options: CheckpointerOptions) {
    this.#options = options
  }

  /** Saves at every interval until the signal is aborted; a failed save is logged and tried again at the next. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, logger } = this.#options
    for (;;) {
      // eslint-disable-next-line no-await-in-loop -- a periodic task
      await clock.sleep(intervalMs, { signal })
      try {
        // eslint-disable-next-line no-await-in-loop
        await this.checkpoint(signal)
      } catch (error) {
        signal.throwIfAborted()
        logger.error({ err: error }, 'Positions could not be saved; the ones on disk stay valid')
      }
    }
  }

  /** Saves now if anything changed. */
  async checkpoint(signal: AbortSignal): Promise<void> {
    const { positions, sinks } = this.#options
    if (!positions.dirty) return
    const snapshot = positions.snapshot()
    const failures = await Promise.all(sinks.map((sink) => sink.sync({ signal })))
    for (const why of failures.flatMap((each) => [...each.values()])) throw new Error(why)
    signal.throwIfAborted()
    await positions.save(snapshot)
  }
}
