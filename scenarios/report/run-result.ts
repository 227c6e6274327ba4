import { arch, availableParallelism, release, totalmem } from 'node:os'
import type { LineCounts } from '../audit/line-audit.ts'

import { judge, passed, type CriterionResult } from '../criteria/verdict.ts'
import type { EngineName, EngineRun, PlayedFault } from '../engines/phase-engine.ts'
import type { DelaySummary, Series } from '../observations.ts'
import { containerCount, type Load, type Phase } from '../phase.ts'

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
  /** False of an interrupted run: it has not passed, and {@link outcomeOf} says whether it has failed. */
  readonly pass: boolean
  /** It was ended before its time. What was seen until then is in it. */
  readonly interrupted: boolean
  readonly criteria: readonly CriterionResult[]
  readonly lines: LineCounts
  readonly delays: DelaySummary | null
  readonly faults: readonly PlayedFault[]
  readonly series: Series
  readonly setup: RunSetup
}

/** What was run, and on which machine. */
export interface RunSetup {
  /** The phase's row in the requirements, such as `D5`. */
  readonly requirement: string
  readonly description: string
  /** At full length. */
  readonly phaseSeconds: number
  readonly containers: number
  readonly load: Load
  readonly slots: number
  /** How the subject was told to run. */
  readonly configuration: string
  /** Node's version, system, processors and memory. */
  readonly machine: string
}

/** `interrupted`: ended before its time, and nothing had failed until then. */
export type Outcome = 'passed' | 'failed' | 'interrupted'

/** What came of a run. One that was interrupted has failed where something did that no later moment could mend. */
export function outcomeOf({
  pass,
  interrupted,
  criteria,
}: Pick<RunResult, 'pass' | 'interrupted' | 'criteria'>): Outcome {
  if (!interrupted) return pass ? 'passed' : 'failed'
  return criteria.some((criterion) => criterion.pass === false) ? 'failed' : 'interrupted'
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
  const { interrupted, observations } = run
  const criteria = judge(phase, observations, { interrupted })
  return {
    ...rest,
    phase: phase.name,
    startedAt: startedAt.toISOString(),
    virtualSeconds: run.virtualSeconds,
    traceHash: run.traceHash,
    pass: !interrupted && passed(criteria),
    interrupted,
    criteria,
    lines: observations.lines,
    delays: observations.delays,
    faults: run.faults,
    series: observations.series,
    setup: setupOf(phase, run.configuration),
  }
}

function setupOf(phase: Phase, configuration: string): RunSetup {
  const { requirement, description, durationSeconds, load, slots } = phase
  const containers = containerCount(phase)
  return {
    requirement,
    description,
    phaseSeconds: durationSeconds,
    containers,
    load,
    slots,
    configuration,
    machine: machineText(),
  }
}

function machineText(): string {
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`
  return `Node ${process.versions.node} on ${process.platform} ${release()} ${arch()}, ${availableParallelism()} processors, ${memory}`
}
