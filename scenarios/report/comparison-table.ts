import { agreementText, differenceText } from './agreement.ts'
import type { ComparedCell, Comparison, LaneVerdict } from './comparison.ts'
import { formatMeasured, formatNumber } from './format-number.ts'
import type { Outcome } from './run-result.ts'
import { textTable } from './text-table.ts'

/** A comparison for a terminal: a row for each criterion of each phase, a column for each lane; and whether the engines agree. */
export function comparisonTable({ lanes, phases, agreement }: Comparison): string {
  const rows = phases.flatMap(({ phase, verdicts, rows: criteria }) => [
    [phase, 'verdict', '', ...verdicts.map(outcomesText)],
    ...criteria.map(({ description, allowed, cells }) => [
      phase,
      description,
      allowed,
      ...cells.map(cellText),
    ]),
  ])
  const table = textTable([['phase', 'criterion', 'limit', ...lanes], ...rows])
  if (agreement === null) return table
  const differences = agreement.differences.map((each) => `\n  ${differenceText(each)}`)
  return `${table}\n\n${agreementText(agreement)}${differences.join('')}`
}

/** Of one run its verdict, of several how many passed. */
export function outcomesText({ outcomes }: LaneVerdict): string {
  if (outcomes.length === 0) return 'not run'
  if (outcomes.length === 1) return outcomes[0]!
  const count = (wanted: Outcome): number => outcomes.filter((outcome) => outcome === wanted).length
  const interrupted = count('interrupted')
  return `${count('passed')} of ${outcomes.length} passed${interrupted === 0 ? '' : `, ${interrupted} interrupted`}`
}

/** Of one run what was measured, of several the median with its bounds; and whether that was allowed. */
export function cellText(cell: ComparedCell | null): string {
  if (cell === null) return ''
  const { history, median, lowest, highest, passed, failed } = cell
  const isOne = history.length === 1
  const spread = isOne || lowest === highest ? '' : ` (${formatNumber(lowest!)} to ${formatNumber(highest!)})`
  const measured = `${formatMeasured(median)}${spread}`
  if (passed + failed === 0) return measured
  if (failed === 0) return `${measured} pass`
  return isOne ? `${measured} FAIL` : `${measured} FAIL ${failed} of ${history.length}`
}
