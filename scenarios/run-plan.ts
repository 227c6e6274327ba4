import type { PlannedRun } from './report/run-report.ts'
import type { Phase } from './phase.ts'
import { selectPhases } from './phases/select-phases.ts'
import type { CheckedRunOptions } from './run-options.ts'

/** Runs that share everything but their phase. */
export interface PhasePlan {
  readonly options: Omit<PlannedRun, 'phase'>
  readonly runs: readonly PlannedRun[]
}

/** Phases on one engine. */
export function phasePlan(phases: readonly Phase[], options: CheckedRunOptions): PhasePlan {
  const { engine, subject, scenario, compress, seed, defect } = options
  const shared = { engine, subject, scenario, compress, seed, defect }
  return { options: shared, runs: phases.map(({ name }) => ({ phase: name, ...shared })) }
}

/** Plans of runs that were asked for before: those that follow one another and share their options are one. */
export function plansOf(runs: readonly PlannedRun[]): PhasePlan[] {
  const plans: { options: PhasePlan['options']; runs: PlannedRun[] }[] = []
  for (const run of runs) {
    const { phase: _, ...options } = run
    const last = plans.at(-1)
    if (last !== undefined && JSON.stringify(last.options) === JSON.stringify(options)) last.runs.push(run)
    else plans.push({ options, runs: [run] })
  }
  return plans
}

/** The plans without what is done. */
export function runPlansLeft(plans: readonly PhasePlan[], done: ReadonlySet<PlannedRun>): PhasePlan[] {
  return plans
    .map(({ options, runs }) => ({ options, runs: runs.filter((run) => !done.has(run)) }))
    .filter(({ runs }) => runs.length > 0)
}

/** @throws UsageError when there is no such phase any more */
export function phaseOf({ phase }: PlannedRun): Phase {
  return selectPhases([phase])[0]!
}
