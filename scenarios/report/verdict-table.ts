import type { CriterionResult } from '../criteria/verdict.ts'
import { conclusionsOf, conclusionText } from './conclusions.ts'
import { formatMeasured } from './format-number.ts'
import type { RunResult } from './run-result.ts'
import { textTable } from './text-table.ts'

/** Every criterion of every run with what was measured, what stands behind those that failed, what each subject is good for, and one sentence at the end. */
export function verdictTable(runs: readonly RunResult[]): string {
  const titled = titledRuns(runs)
  const rows = titled.flatMap(({ title, criteria }) => criteria.map((criterion) => row(title, criterion)))
  const table = textTable([['phase', 'criterion', 'measured', 'limit', 'verdict'], ...rows])
  const ends = [...conclusionsOf(runs).map(conclusionText), summary(titled)].join('\n')
  return [table, ...titled.flatMap(explainFailures), ends].join('\n\n')
}

type TitledRun = RunResult & { readonly title: string }

/** A run is called by its phase, and by its engine too where there are several. */
function titledRuns(runs: readonly RunResult[]): TitledRun[] {
  const severalEngines = new Set(runs.map(({ engine }) => engine)).size > 1
  return runs.map((run) => ({ ...run, title: severalEngines ? `${run.phase} on ${run.engine}` : run.phase }))
}

function row(
  title: string,
  { description, measured, comparator, limit, unit, pass }: CriterionResult,
): string[] {
  return [
    title,
    description,
    formatMeasured(measured),
    `${comparator} ${limit} ${unit}`,
    pass === null ? '-' : pass ? 'pass' : 'FAIL',
  ]
}

function explainFailures({ title, criteria }: TitledRun): string[] {
  return criteria
    .filter(({ pass, evidence }) => pass === false && evidence.length > 0)
    .map(({ description, evidence }) =>
      [`${title}, ${description}:`, ...evidence.map((text) => indent(firstLines(text)))].join('\n'),
    )
}

/** The JSON and the HTML report have the rest. */
function firstLines(text: string): string {
  return text.split('\n').slice(0, LINES_SHOWN).join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

function summary(runs: readonly TitledRun[]): string {
  const failed = runs.filter((run) => !run.pass)
  const { emitted, missing, duplicated } = linesOf(runs)
  const lines = `${emitted} lines written, ${missing} missing, ${duplicated} repeated`
  const verdict =
    failed.length === 0
      ? `${runs.length} of ${runs.length} phases passed`
      : `${failed.length} of ${runs.length} phases failed: ${failed.map(({ title }) => title).join(', ')}`
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
