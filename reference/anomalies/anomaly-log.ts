import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { Anomaly, AnomalyKind, WatchedSource } from './anomaly.ts'

/** Tells of anomalies in the collector's log: at most twenty a minute one by one, of the rest how many there were. */
export class AnomalyLog {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #logger: Logger
  #sinceMs = -Infinity
  #told = 0
  #more = 0

  constructor(clock: Pick<Clock, 'monotonic'>, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  tell({ kind, source, score, windowMs, observed, expected, templates }: Anomaly): void {
    if (!this.#hasRoom()) return void (this.#more += 1)
    const fields = {
      anomaly: kind,
      source: source.name,
      source_kind: source.kind,
      source_id: source.id,
      ...(kind !== 'new_template' && { score: rounded(score) }),
      ...(windowMs !== null && { seconds: windowMs / 1000 }),
      ...(observed !== null && { lines: observed }),
      ...(expected !== null && { usual_lines: rounded(expected) }),
      ...(kind === 'new_template' && { template: templates[0]?.template }),
      ...(kind === 'mix_shift' && {
        templates: templates.map(
          ({ template, share, usualShare }) => `${percent(usualShare)} -> ${percent(share)} ${template}`,
        ),
      }),
    }
    this.#logger.warn(fields, SENTENCES[kind])
  }

  over(kind: AnomalyKind, source: WatchedSource): void {
    if (!this.#hasRoom()) return void (this.#more += 1)
    this.#logger.info({ anomaly: kind, source: source.name }, 'An anomaly is over')
  }

  /** Tells how many were not told, once the minute is over. */
  tick(): void {
    if (this.#clock.monotonic() - this.#sinceMs < INTERVAL_MS) return
    if (this.#more > 0)
      this.#logger.warn({ anomalies: this.#more }, 'There were more anomalies than are told one by one')
    this.#more = 0
  }

  #hasRoom(): boolean {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#sinceMs >= INTERVAL_MS) {
      this.tick()
      this.#sinceMs = nowMs
      this.#told = 0
    }
    this.#told += 1
    return this.#told <= TOLD_MAX
  }
}

const SENTENCES: Readonly<Record<AnomalyKind, string>> = {
  rate_high: 'Anomaly: a source writes more lines than usual',
  rate_low: 'Anomaly: a source writes fewer lines than usual',
  new_template: 'Anomaly: a source writes a kind of line that is new',
  mix_shift: 'Anomaly: the kinds of lines of a source are mixed otherwise than usual',
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

function percent(share: number): string {
  return `${rounded(share * 100)} %`
}

const TOLD_MAX = 20
const INTERVAL_MS = 60_000
