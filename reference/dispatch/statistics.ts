import type { DispatcherConfig } from '../config/config.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'

/** What one sink was given and has yet to get. */
export interface SinkFigures {
  readonly sink: string
  /** Since the process began: lines it stored, their bytes, writes it was asked for, lines that were written again. */
  readonly lines: number
  readonly bytes: number
  readonly writes: number
  readonly retried: number
  /** Now: lines among the dead letters, memory of what is on its way, and what lies before it in the spool; bytes. */
  readonly deadLetters: number
  readonly queueBytes: number
  readonly spoolBytes: number
}

export interface StatisticsOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** May change between two runs. */
  readonly config: Pick<DispatcherConfig, 'statisticsIntervalMs'>
  readonly read: () => readonly SinkFigures[]
}

/** Says in the log, from time to time, what became of the lines: one line for all sinks, and none when nothing happened. */
export class Statistics {
  readonly #options: StatisticsOptions
  #before = new Map<string, SinkFigures>()

  constructor(options: StatisticsOptions) {
    this.#options = options
  }

  /** Until the signal is aborted. @param beat told each time */
  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { clock, config } = this.#options
    for (;;) {
      beat()
      // eslint-disable-next-line no-await-in-loop -- a periodic task
      await clock.sleep(config.statisticsIntervalMs, { signal })
      this.#tell()
    }
  }

  #tell(): void {
    const { config, logger, read } = this.#options
    const figures = read()
    const sinks = Object.fromEntries(figures.map((now) => [now.sink, gain(now, this.#before.get(now.sink))]))
    const happened = figures.some((now) => {
      const before = this.#before.get(now.sink)
      return now.writes !== (before?.writes ?? 0) || now.deadLetters !== (before?.deadLetters ?? 0)
    })
    this.#before = new Map(figures.map((now) => [now.sink, now]))
    if (happened) logger.info({ seconds: config.statisticsIntervalMs / 1000, sinks }, 'Delivery')
  }
}

function gain(figures: SinkFigures, before: SinkFigures | undefined): Omit<SinkFigures, 'sink'> {
  const { sink: _, ...now } = figures
  if (before === undefined) return now
  return {
    ...now,
    lines: now.lines - before.lines,
    bytes: now.bytes - before.bytes,
    writes: now.writes - before.writes,
    retried: now.retried - before.retried,
  }
}
