import type { DispatcherConfig } from '../../config/config.ts'
import { messageOf } from '../../errors.ts'
import type { Health } from '../../http/health.ts'
import { Condition } from '../../lifecycle/condition.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Logger } from '../../ports/logger.ts'
import type { DeliveryMode } from '../delivery-mode.ts'
import type { PositionStore } from './position-store.ts'

export interface CheckpointerOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly positions: PositionStore
  /** It may become another one. */
  readonly delivery: Pick<DeliveryMode, 'commit' | 'committed' | 'saved'>
  /** May change while it runs. */
  readonly config: Pick<DispatcherConfig, 'checkpointIntervalMs'>
}

/**
 * Saves positions from time to time. The order makes a power cut harmless: what is acknowledged is made durable, then handed to the positions, then
 * they are saved. A position on disk therefore never points beyond data on disk.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions
  /** What was acknowledged then is on disk, milliseconds of the monotonic clock. */
  #savedMs: number
  #fault: string | null = null
  readonly #reconfigured = new Condition()
  /** The fault that was logged. */
  #told: string | null = null

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#savedMs = options.clock.monotonic()
  }

  /** Saves at every interval until the signal is aborted; a failed save is tried again at the next, and logged when it is news. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, config, logger } = this.#options
    for (;;) {
      // eslint-disable-next-line no-await-in-loop -- a periodic task
      await this.#reconfigured.waitAtMost(clock, config.checkpointIntervalMs, { signal })
      try {
        // eslint-disable-next-line no-await-in-loop
        await this.checkpoint(signal)
      } catch (error) {
        signal.throwIfAborted()
        if (this.#told === this.#fault) continue
        this.#told = this.#fault
        logger.error({ err: error }, 'Positions cannot be saved; the ones on disk stay valid')
      }
    }
  }

  /** The interval may be another one: it begins anew, after a checkpoint. */
  reconfigured(): void {
    this.#reconfigured.notifyAll()
  }

  /** Saves now if anything changed. Rejects when it could not, or when something that was acknowledged could not be made durable. */
  async checkpoint(signal: AbortSignal): Promise<void> {
    const { clock, delivery, metrics, positions } = this.#options
    const startedMs = clock.monotonic()
    try {
      await delivery.commit({ signal })
      // Somebody else saves by now, and knows more.
      signal.throwIfAborted()
      positions.prune()
      if (positions.dirty) {
        await positions.save(positions.snapshot())
        await delivery.saved()
      }
      this.#savedMs = startedMs
      this.#fault = this.#told = null
      metrics.positionsSaved()
    } catch (error) {
      this.#fault = messageOf(error)
      throw error
    }
  }

  /**
   * Saves everything that is acknowledged, at the end. What is being made durable when it begins is saved only by a checkpoint after that. Rejects when
   * something of it could not be made durable.
   */
  async finish(signal: AbortSignal): Promise<void> {
    const { clock, delivery, positions } = this.#options
    for (let checkpoints = 0; checkpoints < LAST_CHECKPOINTS; checkpoints++) {
      // eslint-disable-next-line no-await-in-loop -- one after the other
      if (checkpoints > 0) await clock.sleep(PAUSE_MS, { signal })
      // eslint-disable-next-line no-await-in-loop
      await this.checkpoint(signal)
      if (delivery.committed && !positions.dirty) return
    }
    throw new Error('not everything that was stored could be made durable')
  }

  checks(): Health['checks'] {
    const { clock, config, delivery, positions } = this.#options
    const ageMs = clock.monotonic() - this.#savedMs
    const nothingToSave = delivery.committed && !positions.dirty
    const soonMs = LATE_INTERVALS * config.checkpointIntervalMs
    const limitMs = this.#fault === null ? Math.max(SLOW_MS, soonMs) : soonMs
    if (nothingToSave || ageMs <= limitMs) return { positions: { ok: true, detail: 'saved' } }
    const why = this.#fault === null ? '' : `: ${this.#fault}`
    return { positions: { ok: false, detail: `not saved for ${Math.round(ageMs / 1000)} s${why}` } }
  }
}

/** Positions that cannot be saved are late when they are older than so many intervals. */
const LATE_INTERVALS = 3
/** A save that is only slow, because a busy disk syncs slowly, may take so long. */
const SLOW_MS = 30_000
/** At the end, and the time between them. */
const LAST_CHECKPOINTS = 5
const PAUSE_MS = 50
