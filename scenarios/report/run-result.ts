import type { Conclusion } from './conclusions.ts'
import type { LineCounts } from '../audit/line-audit.ts'
import { judge, passed, type CriterionResult } from '../criteria/verdict.ts'
import type { EngineName, EngineRun } from '../engines/phase-engine.ts'
import type { Series } from '../observations.ts'
import type { Phase } from '../phase.ts'

/** One run of a phase, as `--json` prints it. */
export interface RunResult {
  readonly phase: string
  readonly engine: EngineName
  readonly subject: string
  readonly seed: number
  readonly compress: number
  /** The defect that was put back; `null` for the sources as they are. */
  readonly defect: string | null
  /** ISO 8601. */
  readonly startedAt: string
  /** Real time the run took. */
  readonly durationSeconds: number
  readonly virtualSeconds: number | null
  readonly traceHash: string | null
  readonly pass: boolean
  readonly criteria: readonly CriterionResult[]
  readonly lines: LineCounts
  readonly series: Series
}

/** What `--json` prints. */
export interface RunReport {
  readonly schema: 1
  /** What each subject is good for, over all runs. */
  readonly conclusions: readonly Conclusion[]
  readonly runs: readonly RunResult[]
}

/** What is known of a run besides what the engine saw. */
export interface RunCircumstances {
  readonly phase: Phase
  readonly engine: EngineName
  readonly subject: string
  readonly seed: number
  readonly compress: number
  readonly defect: string | null
  readonly startedAt: Date
  readonly durationSeconds: number
}

/** Judges a run. */
export function runResult(circumstances: RunCircumstances, run: EngineRun): RunResult {
  const { phase, startedAt, ...rest } = circumstances
  const criteria = judge(phase, run.observations)
  return {
    ...rest,
    phase: phase.name,
    startedAt: startedAt.toISOString(),
    virtualSeconds: run.virtualSeconds,
    traceHash: run.traceHash,
    pass: passed(criteria),
    criteria,
    lines: run.observations.lines,
    series: run.observations.series,
  }
}
