import type { Observations } from '../observations.ts'
import type { Comparator, Criterion, Phase } from '../phase.ts'

/** A criterion and what was measured against it. */
export interface CriterionResult {
  readonly id: string
  readonly description: string
  /** `null` when it could not be measured. */
  readonly measured: number | null
  readonly unit: string
  readonly comparator: Comparator
  readonly limit: number
  /** `null` when it could not be measured: neither passed nor failed. */
  readonly pass: boolean | null
  /** Of a growth, between which bounds it is with a confidence of 95 %; `null` for anything else. */
  readonly interval: readonly [number, number] | null
  /** What stands behind a figure that failed. */
  readonly evidence: readonly string[]
}

/**
 * Measures every criterion of a phase, in its order. Of an interrupted run what failed has failed, whatever would have followed; what only was not reached yet
 * is neither passed nor failed.
 */
export function judge(
  phase: Phase,
  observations: Observations,
  { interrupted = false }: { readonly interrupted?: boolean } = {},
): CriterionResult[] {
  return phase.criteria.map((criterion) => {
    const result = judgeOne(criterion, observations)
    const isOpen = interrupted && result.pass === false && mayStillBeMet(criterion, result)
    return isOpen ? { ...result, pass: null, evidence: [] } : result
  })
}

/** True when nothing failed and something was measured. */
export function passed(results: readonly CriterionResult[]): boolean {
  return results.some((result) => result.pass === true) && results.every((result) => result.pass !== false)
}

function judgeOne(criterion: Criterion, observations: Observations): CriterionResult {
  const { id, description, unit, comparator, limit } = criterion
  const measured = criterion.measure(observations)
  const pass = measured === null ? null : holds(measured, comparator, limit)
  const interval = criterion.interval?.(observations) ?? null
  const evidence = pass === false ? (criterion.evidence?.(observations) ?? []) : []
  return { id, description, measured, unit, comparator, limit, pass, interval, evidence }
}

/** A number that had to be reached; or a slope over so short a time that it may be none. */
function mayStillBeMet(criterion: Criterion, { comparator, limit, interval }: CriterionResult): boolean {
  const fromBelow = comparator === '>' || comparator === '>=' || (comparator === '=' && limit > 0)
  if (fromBelow) return true
  return criterion.interval !== undefined && (interval === null || interval[0] < limit)
}

function holds(measured: number, comparator: Comparator, limit: number): boolean {
  switch (comparator) {
    case '<':
      return measured < limit
    case '<=':
      return measured <= limit
    case '=':
      return measured === limit
    case '>=':
      return measured >= limit
    case '>':
      return measured > limit
  }
}
