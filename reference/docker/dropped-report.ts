import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { Notice } from './reading/notice.ts'

/** Says in the log that lines of a container are left out because there are too many: at once, and then once a minute as long as that goes on. */
export class DroppedReport {
  readonly #clock: Clock
  readonly #logger: Logger
  #lines = 0
  #saidMs: number | null = null

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  note(container: string, notices: readonly Notice[]): void {
    for (const notice of notices) if (notice.kind === 'rate_limited') this.#lines += notice.lines
    const nowMs = this.#clock.monotonic()
    if (this.#lines === 0 || (this.#saidMs !== null && nowMs - this.#saidMs < INTERVAL_MS)) return
    this.#logger.warn(
      { container, lines: this.#lines },
      'A container writes more than rate_limit allows: lines are left out',
    )
    this.#lines = 0
    this.#saidMs = nowMs
  }
}

const INTERVAL_MS = 60_000
