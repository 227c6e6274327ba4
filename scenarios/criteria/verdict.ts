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
  /** What stands behind a figure that failed. */
  readonly evidence: readonly string[]
}

/** Measures every criterion of a phase, in its order. */
export function judge(phase: Phase, observations: Observations): CriterionResult[] {
  return phase.criteria.map((criterion) => judgeOne(criterion, observations))
}

/** True when nothing failed and something was measured. */
export function passed(results: readonly CriterionResult[]): boolean {
  return results.some((result) => result.pass === true) && results.every((result) => result.pass !== false)
}

function judgeOne(criterion: Criterion, observations: Observations): CriterionResult {
  const { id, description, unit, comparator, limit } = criterion
  const measured = criterion.measure(observations)
  const pass = measured === null ? null : holds(measured, comparator, limit)
  const evidence = pass === false ? (criterion.evidence?.(observations) ?? []) : []
  return { id, description, measured, unit, comparator, limit, pass, evidence }
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
