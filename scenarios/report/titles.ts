import type { RunResult } from './run-result.ts'

type Told = Pick<RunResult, 'phase' | 'engine' | 'subject' | 'defect'>

/** What runs are called: by their phase, and by subject and engine where there are several of them. */
export function titlesOf(runs: readonly Told[]): string[] {
  const severalEngines = new Set(runs.map(({ engine }) => engine)).size > 1
  const severalSubjects = new Set(runs.map(subjectText)).size > 1
  return runs.map((run) =>
    [
      run.phase,
      severalSubjects ? ` of ${subjectText(run)}` : '',
      severalEngines ? ` on ${run.engine}` : '',
    ].join(''),
  )
}

/** The subject, with the defect that was put back into it. */
export function subjectText({ subject, defect }: Pick<RunResult, 'subject' | 'defect'>): string {
  return defect === null ? subject : `${subject} with defect ${defect}`
}
