import type { CriterionResult } from '../criteria/verdict.ts'
import { conclusionsOf, conclusionText } from './conclusions.ts'
import { limitText, measuredText } from './limit-text.ts'
import { outcomeOf, type Outcome, type RunResult } from './run-result.ts'
import { textTable } from './text-table.ts'
import { titlesOf } from './titles.ts'

/** Every criterion of every run with what was measured, what stands behind those that failed, what each subject is good for, and one sentence at the end. */
export function verdictTable(runs: readonly RunResult[]): string {
  const titled = titledRuns(runs)
  const rows = titled.flatMap(({ title, criteria }) => criteria.map((criterion) => row(title, criterion)))
  const table = textTable([['phase', 'criterion', 'measured', 'limit', 'verdict'], ...rows])
  const ends = [...conclusionsOf(runs).map(conclusionText), summary(titled)].join('\n')
  return [table, ...titled.flatMap(explainFailures), ends].join('\n\n')
}

type TitledRun = RunResult & { readonly title: string }

function titledRuns(runs: readonly RunResult[]): TitledRun[] {
  const titles = titlesOf(runs)
  return runs.map((run, index) => ({ ...run, title: titles[index]! }))
}

function row(title: string, criterion: CriterionResult): string[] {
  const { description, pass } = criterion
  const verdict = pass === null ? '-' : pass ? 'pass' : 'FAIL'
  return [title, description, measuredText(criterion), limitText(criterion), verdict]
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
  const { emitted, missing, duplicated } = linesOf(runs)
  const lines = `${emitted} lines written, ${missing} missing, ${duplicated} repeated`
  const those = (outcome: Outcome): TitledRun[] => runs.filter((run) => outcomeOf(run) === outcome)
  const named = (what: string, its: readonly TitledRun[]): string =>
    `${its.length} of ${runs.length} phases ${what}: ${its.map(({ title }) => title).join(', ')}`
  const [failed, interrupted] = [those('failed'), those('interrupted')]
  const verdict =
    failed.length + interrupted.length === 0
      ? [`${runs.length} of ${runs.length} phases passed`]
      : [
          ...(failed.length === 0 ? [] : [named('failed', failed)]),
          ...(interrupted.length === 0 ? [] : [named('interrupted', interrupted)]),
        ]
  return `${verdict.join('; ')}; ${lines}`
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
