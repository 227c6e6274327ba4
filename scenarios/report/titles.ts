import type { RunResult } from './run-result.ts'

type Told = Pick<RunResult, 'phase' | 'engine' | 'subject' | 'defect' | 'startedAt'>

/** What runs are called: by their phase, by subject and engine where there are several of them, and by their time where that does not tell them apart. */
export function titlesOf(runs: readonly Told[]): string[] {
  const severalEngines = new Set(runs.map(({ engine }) => engine)).size > 1
  const severalSubjects = new Set(runs.map(subjectText)).size > 1
  const titles = runs.map((run) =>
    [
      run.phase,
      severalSubjects ? ` of ${subjectText(run)}` : '',
      severalEngines ? ` on ${run.engine}` : '',
    ].join(''),
  )
  const isSingle = (title: string): boolean => titles.indexOf(title) === titles.lastIndexOf(title)
  return titles.map((title, index) => (isSingle(title) ? title : `${title}, ${timeText(runs[index]!)}`))
}

/** When a run began, to the second. */
export function timeText({ startedAt }: Pick<RunResult, 'startedAt'>): string {
  return startedAt.replace('T', ' ').replace(/\.\d+Z$/, '')
}

/** The subject, with the defect that was put back into it. */
export function subjectText({ subject, defect }: Pick<RunResult, 'subject' | 'defect'>): string {
  return defect === null ? subject : `${subject} with defect ${defect}`
}
