import { textTable } from '../report/text-table.ts'
import type { CaseResult } from './run-contract.ts'

/** How each arm did, and why cases were left out. */
export function summaryTable(results: readonly CaseResult[]): string {
  const rows = [...Map.groupBy(results, ({ arm }) => arm)].map(([arm, own]) => [
    arm,
    ...OUTCOMES.map((outcome) => String(own.filter((result) => result.outcome === outcome).length)),
  ])
  return textTable([['arm', ...OUTCOMES], ...rows])
}

const OUTCOMES = ['passed', 'failed', 'not expressible'] as const
