import type { CriterionResult } from '../criteria/verdict.ts'
import { formatMeasured, formatNumber } from './format-number.ts'

/** What is allowed, such as `< 2 tasks/min`. */
export function limitText({
  comparator,
  limit,
  unit,
}: Pick<CriterionResult, 'comparator' | 'limit' | 'unit'>): string {
  return `${comparator} ${limit} ${unit}`
}

/** What was measured, of a growth with the bounds it lies between: `-0.01 (-0.03 to 0.02)`. */
export function measuredText({ measured, interval }: Pick<CriterionResult, 'measured' | 'interval'>): string {
  const figure = formatMeasured(measured)
  if (measured === null || interval === null) return figure
  return `${figure} (${formatNumber(interval[0])} to ${formatNumber(interval[1])})`
}
