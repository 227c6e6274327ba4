import type { Sample } from '../../reference/metrics/metrics.ts'
import { MOODS } from './network-service.ts'

/** Interesting states, each with the counter that tells of it, and, after it, the label that does. */
type MetricMarks = Readonly<Record<string, readonly [counter: string, label?: string]>>

export const METRIC_MARKS: MetricMarks = {
  'a planned rotation': ['log_capturer_container_stream_rotations_total', 'planned'],
  'a slot handed over': ['log_capturer_container_stream_rotations_total', 'yield'],
  'an idle stream': ['log_capturer_container_idle_checks_total'],
  'a stuck stream': ['log_capturer_container_stream_errors_total', 'read_timeout'],
  'a failed open': ['log_capturer_container_stream_errors_total', 'open_failed'],
  'a failed read': ['log_capturer_container_stream_errors_total', 'read_failed'],
  'a close that was never acknowledged': ['log_capturer_abandoned_total', 'stream_close'],
  'a gap told': ['log_capturer_container_gaps_total'],
  'a replay skipped': ['log_capturer_container_replayed_messages_total'],
  'a write repeated': ['log_capturer_lines_retried_total'],
}

/** Of what is not drawn: a service that does not take some record. */
export const LETTER_MARKS: MetricMarks = {
  'a dead letter written': ['log_capturer_lines_dead_lettered_total', 'refused'],
  'a retry exhausted': ['log_capturer_lines_dead_lettered_total', 'retries'],
  'dead letters given again': ['log_capturer_lines_redelivered_total'],
}

/** Those whose counter counts something. */
export function marksIn(samples: readonly Sample[], marks: MetricMarks): string[] {
  const counting = samples.filter(({ value }) => value > 0)
  return Object.entries(marks).flatMap(([mark, [counter, label]]) =>
    counting.some((sample) => sample.name === counter && hasLabel(sample, label)) ? [mark] : [],
  )
}

function hasLabel({ labels }: Sample, label: string | undefined): boolean {
  return label === undefined || Object.values(labels).includes(label)
}

/** Interesting states, each with what the collector logs then. */
export const LOG_MARKS: ReadonlyMap<string, string> = new Map([
  ['The sink takes nothing', 'a circuit open'],
  ['The engine is away', 'the engine away'],
  ['There are no events from the engine', 'no events'],
  ['The engine did not describe a container', 'a failed inspection'],
  ['A container was gone before its log was read to its end', 'a container missed'],
  ['Positions cannot be saved; the ones on disk stay valid', 'positions that cannot be saved'],
])

/** Every interesting state of a run without crashes. A property under which one of them never comes up is weaker than it looks. */
export const MARKS: readonly string[] = [
  ...Object.keys(METRIC_MARKS),
  ...LOG_MARKS.values(),
  'lost lines left out',
  'an answer after it was given up',
  'standard output unread',
  'a disk in trouble',
  'a short life over',
  'a sink switched on',
  'a sink switched on again',
  'a spool in use',
  'a pool that is full',
  'a snapshot beside a followed stream',
  ...MOODS.filter((mood) => mood !== 'well').map((mood) => `a service: ${mood}`),
]

/** Those of days on which one thing comes after the other, see {@link file://./days.ts}: cases that are drawn seldom or never reach them. */
export const DAY_MARKS: readonly string[] = [
  ...Object.keys(LETTER_MARKS),
  'a rotation while blocked',
  'a rotation within a line',
]

/** Those that only a crash can bring about. */
export const CRASH_MARKS: readonly string[] = [
  'a crash between delivery and commit',
  'a crash with an open line in the position',
  'a crash that took something of a file',
]

/** Which of them were not reached. */
export function missing(marks: readonly string[], reached: ReadonlySet<string>): string[] {
  return marks.filter((mark) => !reached.has(mark))
}
