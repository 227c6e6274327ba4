/**
 * What an operator does to a subject that has the reference collector's HTTP API, with the requests that `curl` would send. Any other subject is left alone.
 * - `cycle-container-monitor`, `cycle-file-monitor`: the monitor is stopped, what is left open then is looked at, and it is started again.
 * - `push-names`: a line is pushed to each of {@link PUSHED_NAMES} names.
 * - `stop-in-flight`: {@link LINES_IN_FLIGHT} lines are pushed, and the subject is told to end while they are on their way. Started again, it is sent once more
 *   what it did not answer, under the same `Idempotency-Key`.
 */
export type OperationKind = (typeof OPERATION_KINDS)[number]
export const OPERATION_KINDS = [
  'cycle-container-monitor',
  'cycle-file-monitor',
  'push-names',
  'stop-in-flight',
] as const
export const PUSHED_NAMES = 1000
export const LINES_IN_FLIGHT = 10_000

/** Something that an operator did, and what was seen then: while the monitor was stopped, or when the lines were with the subject. `null` for what was not seen. */
export interface Operation {
  readonly kind: OperationKind
  /** Connections to the engine. */
  readonly connections: number | null
  /** Tasks that the subject says are alive. */
  readonly tasks: number | null
  /** Descriptors that are open in all of the subject's processes. */
  readonly fds: number | null
  /** Files that the subject's sink for files has open, as it says. */
  readonly sinkFiles: number | null
  /** How long the subject took to end, where it was told to. */
  readonly stopSeconds: number | null
  /** What was not answered as it should be, one sentence each. */
  readonly problems: readonly string[]
}
