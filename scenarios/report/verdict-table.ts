import type { CriterionResult } from '../criteria/verdict.ts'
import { formatMeasured } from './format-number.ts'
import type { RunResult } from './run-result.ts'
import { textTable } from './text-table.ts'

/** Every criterion of every run with what was measured, what stands behind those that failed, and one sentence at the end. */
export function verdictTable(runs: readonly RunResult[]): string {
  const rows = runs.flatMap((run) => run.criteria.map((criterion) => row(run, criterion)))
  const table = textTable([['phase', 'criterion', 'measured', 'limit', 'verdict'], ...rows])
  return [table, ...runs.flatMap(explainFailures), summary(runs)].join('\n\n')
}

function row(
  run: RunResult,
  { description, measured, comparator, limit, unit, pass }: CriterionResult,
): string[] {
  return [
    run.phase,
    description,
    formatMeasured(measured),
    `${comparator} ${limit} ${unit}`,
    pass === null ? '-' : pass ? 'pass' : 'FAIL',
  ]
}

function explainFailures(run: RunResult): string[] {
  return run.criteria
    .filter(({ pass, evidence }) => pass === false && evidence.length > 0)
    .map(({ description, evidence }) =>
      [`${run.phase}, ${description}:`, ...evidence.map((text) => indent(firstLines(text)))].join('\n'),
    )
}

/** The JSON and the HTML report have the rest. */
function firstLines(text: string): string {
  return text.split('\n').slice(0, LINES_SHOWN).join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

function summary(runs: readonly RunResult[]): string {
  const failed = runs.filter((run) => !run.pass)
  const { emitted, missing, duplicated } = linesOf(runs)
  const lines = `${emitted} lines written, ${missing} missing, ${duplicated} repeated`
  const verdict =
    failed.length === 0
      ? `${runs.length} of ${runs.length} phases passed`
      : `${failed.length} of ${runs.length} phases failed: ${failed.map((run) => run.phase).join(', ')}`
  return `${verdict}; ${lines}`
}

function linesOf(runs: readonly RunResult[]): { emitted: number; missing: number; duplicated: number } {
  const total = (count: (run: RunResult) => number): number => runs.reduce((sum, run) => sum + count(run), 0)
  return {
    emitted: total((run) => run.lines.emitted),
    missing: total((run) => run.lines.missing),
    duplicated: total((run) => run.lines.duplicated),
  }
}

const LINES_SHOWN = 8
