import type { Clock } from '../ports/clock.ts'
import { DeadlineError, withDeadline } from './deadline.ts'
import type { JoinReport } from './scope.ts'
import { NEVER } from './abort-listener.ts'

/** One step of a stop. */
export interface StopStep {
  readonly name: string
  /** The longest it may take, milliseconds. */
  readonly atMostMs: number
  /** What it has for certain, milliseconds: no step before it can use that up. Default 0. */
  readonly reservedMs?: number
  /** Gets the deadline it has, milliseconds. A join report names what did not end. */
  run(deadlineMs: number): Promise<JoinReport | null | void>
}

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
 * Cascading shutdown: steps one after the other, each with a deadline of its own within the deadline of the whole, and without what is reserved for later
 * ones. A step that misses its deadline or fails is reported and the next one begins: one failure never keeps the rest from being closed.
 */
export async function runStopSequence(
  clock: Clock,
  totalMs: number,
  steps: readonly StopStep[],
): Promise<StopReport> {
  const startedMs = clock.monotonic()
  const missed: MissedStep[] = []
  let laterMs = steps.reduce((sum, step) => sum + needs(step), 0)
  for (const step of steps) {
    laterMs -= needs(step)
    const leftMs = totalMs - (clock.monotonic() - startedMs) - laterMs - GRACE_MS
    // eslint-disable-next-line no-await-in-loop -- one after the other
    const why = await failureOf(clock, step, Math.max(0, Math.min(step.atMostMs, leftMs)))
    if (why !== null) missed.push({ step: step.name, why })
  }
  return { elapsedMs: clock.monotonic() - startedMs, missed }
}

function needs({ reservedMs = 0 }: StopStep): number {
  return reservedMs + GRACE_MS
}

async function failureOf(clock: Clock, step: StopStep, deadlineMs: number): Promise<string | null> {
  try {
    // A join keeps its own deadline and then reports by name, so it gets a moment more than that before it is cut off.
    const report = await withDeadline(clock, step.name, deadlineMs + GRACE_MS, NEVER, () =>
      step.run(deadlineMs),
    )
    return report && !report.ended ? describe(report) : null
  } catch (error) {
    return error instanceof DeadlineError ? `took longer than ${deadlineMs} ms` : String(error)
  }
}

function describe({ unfinished }: JoinReport): string {
  return `did not end: ${unfinished.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`
}

const GRACE_MS = 20
