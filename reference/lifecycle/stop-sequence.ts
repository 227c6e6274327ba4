import type { Clock } from '../ports/clock.ts'
import { DeadlineError, withDeadline } from './deadline.ts'
import type { JoinReport } from './scope.ts'

/** A step of a stop that did not finish as it should. */
export interface MissedStep {
  readonly step: string
  /** One sentence: what failed, or which tasks did not end. */
  readonly why: string
}

export interface StopReport {
  readonly elapsedMs: number
  /** Empty after a clean stop. */
  readonly missed: readonly MissedStep[]
}

/**
 * Cascading shutdown: steps one after the other, each with a deadline of its own within the deadline of the whole. A step that misses
 * it or fails is reported and the next one begins: one failure never keeps the rest from being closed.
 */
export class StopSequence {
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #totalMs: number
  readonly #missed: MissedStep[] = []

  constructor(clock: Clock, totalMs: number) {
    this.#clock = clock
    this.#startedMs = clock.monotonic()
    this.#totalMs = totalMs
  }

  /** @param run gets the deadline it has, milliseconds. A join report names what did not end. */
  async step(
    name: string,
    deadlineMs: number,
    run: (deadlineMs: number) => Promise<JoinReport | null | void>,
  ): Promise<void> {
    const ownMs = Math.max(0, Math.min(deadlineMs, this.#totalMs - this.#elapsedMs))
    try {
      // A join keeps its own deadline and then reports by name, so it gets a moment more than that before it is cut off.
      const report = await withDeadline(this.#clock, name, ownMs + GRACE_MS, NEVER, () => run(ownMs))
      if (report && !report.ended) this.#missed.push({ step: name, why: describe(report) })
    } catch (error) {
      const why = error instanceof DeadlineError ? `took longer than ${ownMs} ms` : String(error)
      this.#missed.push({ step: name, why })
    }
  }

  report(): StopReport {
    return { elapsedMs: this.#elapsedMs, missed: this.#missed }
  }

  get #elapsedMs(): number {
    return this.#clock.monotonic() - this.#startedMs
  }
}

function describe({ unfinished }: JoinReport): string {
  return `did not end: ${unfinished.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`
}

const GRACE_MS = 20
/** For waits that only a deadline ends. */
const NEVER = new AbortController().signal
