import type { LineCounts } from './audit/line-audit.ts'
import type { Operation } from './operator/operation.ts'

/** One column of a series; `null` where a sample could not be taken. */
export type Column = readonly (number | null)[]

/** How long lines were on their way, from being written to standing in the subject's output. */
export interface DelaySummary {
  /** Lines of which it is known. */
  readonly count: number
  /** Real (or virtual) milliseconds, not those of the phase. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/**
 * What was sampled while the phase's clock ran, as columns of equal length. A column that the subject or the engine cannot give is
 * `null` as a whole.
 */
export interface Series {
  /** Phase seconds since the clock started: real (or virtual) seconds times the compression. */
  readonly t: readonly number[]
  /** Tasks the subject says are alive. */
  readonly tasks: Column | null
  /** Descriptors that are open in all of the subject's processes; so are the other figures of processes for all of them. */
  readonly fds: Column | null
  readonly rssBytes: Column | null
  /** Log streams the subject says are open. */
  readonly streams: Column | null
  /** Rotations so far, of all containers. */
  readonly rotations: Column | null
  /** Descriptors the engine has open. */
  readonly engineFds: Column | null
  /** Goroutines of the engine. */
  readonly engineTasks: Column | null
  /** Share of the slot pool in use, 0 to 1. */
  readonly utilization: Column | null
  readonly threads: Column | null
  /** Processor time the subject has used so far. */
  readonly cpuSeconds: Column | null
  /** 1 when the subject said it was healthy, 0 when it did not. */
  readonly healthy: Column | null
  /** Processes of the subject that are alive. */
  readonly processes: Column | null
  /** Connections the subject has to the engine, seen between the two. */
  readonly connections: Column | null
  /** Descriptors by what they refer to, such as `socket` or `file`. */
  readonly fdsByKind: Readonly<Record<string, Column>> | null
  /** Of the lines that came since the sample before: how long they took from being written to standing in the output, milliseconds. */
  readonly delayP50Ms: Column | null
  readonly delayP99Ms: Column | null
}

/** Everything that was seen of one run. Criteria are functions of this and of nothing else. */
export interface Observations {
  readonly containers: number
  readonly slots: number
  /** Nobody but the subject and the testbed uses the engine; otherwise what the engine holds says nothing about the subject. */
  readonly engineIsExclusive: boolean
  readonly series: Series
  readonly lines: LineCounts
  /** The same of what came to the sink that the subject ships to besides; `null` where it does not. */
  readonly shipped: LineCounts | null
  /** How long lines took from being written to standing in the output; `null` where that was not seen. */
  readonly delays: DelaySummary | null
  /** Rotations of each container by name, hand-overs included, since it was first followed. A container without any is in it with 0. */
  readonly rotationsByContainer: ReadonlyMap<string, number> | null
  /** Deadlines that were missed, by what missed them. */
  readonly deadlineErrors: number | null
  /** Invariants that were seen broken, and deadlocks: one sentence each. */
  readonly violations: readonly string[]
  /** Disturbances that the phase had ordered and that were played. */
  readonly disturbances: number
  /** What the operator did over the subject's API, in order; `null` where the phase has no operator, or the subject no such API. */
  readonly operations: readonly Operation[] | null
  /** What is open at the end of the phase's clock and was not at its start, and where it was opened or leads to: one sentence each, the most first. */
  readonly newlyOpen: readonly string[]
  /** What was wrong with the subject as a program, with what it said last: it could not be started, ended by itself, or would not end. */
  readonly subjectProblems: readonly string[]
  /** Connections to the engine that were open before the phase's clock started and still were at its end; `null` where they are not seen. */
  readonly lastingConnections: number | null
  readonly stop: StopObservation
  /** Each time that the subject was told to end while the phase's clock ran, in order: how long it took, seconds. */
  readonly restarts: readonly number[]
  /** How often the process of each container that ends by itself was started, by its name. */
  readonly livesOfEach: ReadonlyMap<string, number>
}

/** How the subject ended when it was asked to. */
export interface StopObservation {
  readonly seconds: number
  /** `null` when it did not end by itself, or has no exit code. */
  readonly exitCode: number | null
}
