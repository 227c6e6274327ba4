import { median } from '../criteria/growth.ts'
import type { CriterionResult } from '../criteria/verdict.ts'
import { agreementOf, type Agreement } from './agreement.ts'
import { limitText } from './limit-text.ts'
import { outcomeOf, type Outcome, type RunResult } from './run-result.ts'
import { subjectText } from './titles.ts'

/** Runs side by side: a lane for each subject, engine and compression, and in it its runs of each phase in the order of time. */
export interface Comparison {
  readonly lanes: readonly string[]
  readonly phases: readonly ComparedPhase[]
  /** `null` where all runs are of one engine. */
  readonly agreement: Agreement | null
}

export interface ComparedPhase {
  readonly phase: string
  /** Of each lane. */
  readonly verdicts: readonly LaneVerdict[]
  readonly rows: readonly ComparedCriterion[]
  /** Its runs of all lanes, each with the number of its lane. */
  readonly runs: readonly { readonly run: RunResult; readonly lane: number }[]
}

export interface LaneVerdict {
  readonly outcomes: readonly Outcome[]
  readonly lines: { readonly emitted: number; readonly missing: number; readonly duplicated: number }
}

export interface ComparedCriterion {
  readonly description: string
  readonly allowed: string
  readonly limit: number
  /** Of each lane; `null` where no run of it has the criterion. */
  readonly cells: readonly (ComparedCell | null)[]
}

/** One criterion of one subject, over its runs. */
export interface ComparedCell {
  /** In the order of time. */
  readonly history: readonly HistoryPoint[]
  readonly median: number | null
  readonly lowest: number | null
  readonly highest: number | null
  readonly passed: number
  readonly failed: number
}

export interface HistoryPoint {
  readonly startedAt: string
  readonly measured: number | null
  readonly pass: boolean | null
}

/** `null` where there is nothing to compare: no phase was run more than once. */
export function compare(runs: readonly RunResult[]): Comparison | null {
  const byPhase = Map.groupBy(runs, ({ phase }) => phase)
  if ([...byPhase.values()].every((its) => its.length < 2)) return null
  const laneOf = lanesOf(runs)
  const lanes = [...new Set(runs.map(laneOf))]
  const phases = [...byPhase].map(([phase, its]) => {
    const inOrder = its.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    const ofLanes = lanes.map((lane) => inOrder.filter((run) => laneOf(run) === lane))
    return {
      phase,
      verdicts: ofLanes.map(verdictOf),
      rows: rowsOf(inOrder, ofLanes),
      runs: inOrder.map((run) => ({ run, lane: lanes.indexOf(laneOf(run)) })),
    }
  })
  return { lanes, phases, agreement: agreementOf(runs) }
}

/** A lane is named by what tells it from the others, and at least by its subject. */
function lanesOf(runs: readonly RunResult[]): (run: RunResult) => string {
  const several = (of: (run: RunResult) => unknown): boolean => new Set(runs.map(of)).size > 1
  const [engines, compressions] = [several(({ engine }) => engine), several(({ compress }) => compress)]
  return (run) =>
    [
      subjectText(run),
      engines ? ` on ${run.engine}` : '',
      compressions ? `, compressed by ${run.compress}` : '',
    ].join('')
}

function verdictOf(runs: readonly RunResult[]): LaneVerdict {
  const total = (count: (run: RunResult) => number): number => runs.reduce((sum, run) => sum + count(run), 0)
  return {
    outcomes: runs.map(outcomeOf),
    lines: {
      emitted: total(({ lines }) => lines.emitted),
      missing: total(({ lines }) => lines.missing),
      duplicated: total(({ lines }) => lines.duplicated),
    },
  }
}

/** The same criterion with another limit is another one. */
function keyOf({ id, comparator, limit, unit }: CriterionResult): string {
  return `${id} ${comparator} ${limit} ${unit}`
}

function rowsOf(all: readonly RunResult[], ofLanes: readonly (readonly RunResult[])[]): ComparedCriterion[] {
  const criteria = new Map(
    all.flatMap(({ criteria: its }) => its.map((criterion) => [keyOf(criterion), criterion])),
  )
  return [...criteria].map(([key, criterion]) => ({
    description: criterion.description,
    allowed: limitText(criterion),
    limit: criterion.limit,
    cells: ofLanes.map((runs) => cellOf(runs, key)),
  }))
}

function cellOf(runs: readonly RunResult[], key: string): ComparedCell | null {
  const history = runs.flatMap(({ startedAt, criteria }) =>
    criteria
      .filter((criterion) => keyOf(criterion) === key)
      .map(({ measured, pass }) => ({ startedAt, measured, pass })),
  )
  if (history.length === 0) return null
  const known = history.map(({ measured }) => measured).filter((value) => value !== null)
  return {
    history,
    median: median(known),
    lowest: known.length === 0 ? null : Math.min(...known),
    highest: known.length === 0 ? null : Math.max(...known),
    passed: history.filter(({ pass }) => pass === true).length,
    failed: history.filter(({ pass }) => pass === false).length,
  }
}
