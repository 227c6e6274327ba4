import type { CriterionResult } from '../criteria/verdict.ts'

/** `not shown`: no phase that was run puts it to the test, or nothing could be measured. */
export type Answer = 'yes' | 'no' | 'not shown'

/** What a subject is good for, over all its runs. */
export interface Conclusion {
  readonly subject: string
  readonly leaks: Answer
  readonly hangs: Answer
  readonly loses: Answer
  readonly repeats: Answer
}

/** What is needed of a run. */
export interface JudgedRun {
  readonly subject: string
  /** The defect that was put back, or `null`. */
  readonly defect: string | null
  /** Of it only what failed counts: the rest was not seen to the end. */
  readonly interrupted: boolean
  readonly criteria: readonly CriterionResult[]
}

/** One for each subject, in the order of their first runs. */
export function conclusionsOf(runs: readonly JudgedRun[]): Conclusion[] {
  const bySubject = Map.groupBy(runs, ({ subject, defect }) =>
    defect === null ? subject : `${subject} with defect ${defect}`,
  )
  return [...bySubject].map(([subject, its]) => ({
    subject,
    leaks: answer(its, LEAKS, LEAKS),
    hangs: answer(its, HANGS, PUT_TO_THE_TEST),
    loses: answer(its, ['missing'], PUT_TO_THE_TEST),
    repeats: answer(its, ['duplicated'], PUT_TO_THE_TEST),
  }))
}

/** As one sentence. */
export function conclusionText({ subject, leaks, hangs, loses, repeats }: Conclusion): string {
  return `${subject}: leaks ${leaks}, hangs ${hangs}, loses ${loses}, repeats ${repeats}`
}

/**
 * @param against criteria of which one that failed shows that it does
 * @param shownBy criteria of which one that passed shows, in a run in which none of those failed, that it does not
 */
function answer(runs: readonly JudgedRun[], against: readonly string[], shownBy: readonly string[]): Answer {
  if (runs.some((run) => has(run, against, false))) return 'yes'
  const shows = (run: JudgedRun): boolean =>
    !run.interrupted && has(run, shownBy, true) && has(run, against, true)
  return runs.some(shows) ? 'no' : 'not shown'
}

function has({ criteria }: JudgedRun, ids: readonly string[], verdict: boolean): boolean {
  return criteria.some(({ id, pass }) => pass === verdict && ids.includes(id))
}

const LEAKS = [
  'task-growth',
  'task-growth-per-container',
  'tasks',
  'descriptor-growth',
  'descriptor-growth-rate',
  'engine-descriptors',
  'engine-tasks',
  'sink-files',
  'connections-after-stop',
  'baseline-tasks',
  'baseline-descriptors',
]
const HANGS = ['rotations-each', 'rotations', 'deadline-errors', 'health', 'stop', 'stop-in-flight']
/** Streams ended and began again: a subject that was never made to do that has shown nothing of its position. */
const PUT_TO_THE_TEST = ['rotations-each', 'rotations', 'lasting-connections', 'disturbances', 'operations']
