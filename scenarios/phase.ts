import type { Observations } from './observations.ts'
import { OPERATION_KINDS, type OperationKind } from './operator/operation.ts'

/** How a container behaves. What each one writes, and when, is in `workload.ts`. */
export type ContainerKind = (typeof CONTAINER_KINDS)[number]
export const CONTAINER_KINDS = [
  'chatty',
  'bursty',
  'silent',
  'terminal',
  'partial',
  'huge',
  'rotating',
  'restarting',
] as const

/** Number of containers of each kind; none of a kind that is left out. */
export type Load = Readonly<Partial<Record<ContainerKind, number>>>

/** One phase of the testbed, as data: what is put on the collector, for how long, and what it must hold to. */
export interface Phase {
  /** Lower case with hyphens; what is typed on the command line. */
  readonly name: string
  /** Its row in the requirements, such as `D5`. */
  readonly requirement: string
  readonly description: string
  /** At full length; compression divides it. */
  readonly durationSeconds: number
  /** Streams the collector may have open at once. */
  readonly slots: number
  readonly load: Load
  readonly criteria: readonly Criterion[]
  /** The subject also ships what it reads to a sink that the testbed serves, where it can be told to; default false. */
  readonly ships?: boolean
  /** Descriptors that each process of the subject may have; default as many as this one. */
  readonly descriptorLimit?: number | undefined
  /** What is done to the subject, its engine and that sink meanwhile, in order of time; default nothing. */
  readonly disturbances?: readonly Disturbance[]
}

/**
 * What makes it hard for a subject to have each line once:
 * - `cut-connections`: every connection between it and the engine breaks.
 * - `restart-engine`: as that, and for {@link ENGINE_AWAY_SECONDS} the engine cannot be reached. Containers go on.
 * - `hang-engine`: for as long connections stand, and nothing is answered or sent, as while the engine is stopped by SIGSTOP.
 * - `fail-sink`: for {@link SINK_FAILS_SECONDS} the sink answers every request with 503.
 * - `fill-disk`: for {@link DISK_FULL_SECONDS} the disk that has its output, and nothing else of it, has no room left.
 * - `run-briefly`: one more container is run that writes {@link BRIEF_LINES} lines, ends {@link BRIEF_MS} later and is removed at once, as by `docker run --rm`.
 * - `step-clock-back`, `step-clock-forward`: the wall clock of the engine's machine is stepped by {@link CLOCK_STEP_MS}.
 * - `restart-subject`: it is told to end, and started again.
 * - `kill-subject`: it is killed, with everything it has started, and started again.
 *
 * And what an operator does over its API: {@link OperationKind}.
 */
export type DisturbanceKind =
  | 'cut-connections'
  | 'restart-engine'
  | 'hang-engine'
  | 'fail-sink'
  | 'fill-disk'
  | 'run-briefly'
  | 'step-clock-back'
  | 'step-clock-forward'
  | 'restart-subject'
  | 'kill-subject'
  | OperationKind

export interface Disturbance {
  /** Phase seconds since the clock started. */
  readonly atSeconds: number
  readonly kind: DisturbanceKind
}

/** Phase seconds. At a compression of 60 that is two seconds: whoever asks for the log from the second on at which it is back has missed one. */
export const ENGINE_AWAY_SECONDS = 120

/** Phase seconds. */
export const SINK_FAILS_SECONDS = 180

/** Phase seconds. At a compression of 60 that is 15 seconds: of a sink that fails for less than 10 the reference says nothing. */
export const DISK_FULL_SECONDS = 900

export const BRIEF_LINES = 5

/** Milliseconds, at any compression: what makes it hard to read is that the engine is not slower. */
export const BRIEF_MS = 20

/** An hour, at any compression: what a clock that was set to local time instead of UTC is wrong by. */
export const CLOCK_STEP_MS = 3_600_000

/** Those that are not over at once. */
const LASTS_SECONDS: Readonly<Partial<Record<DisturbanceKind, number>>> = {
  'restart-engine': ENGINE_AWAY_SECONDS,
  'hang-engine': ENGINE_AWAY_SECONDS,
  'fail-sink': SINK_FAILS_SECONDS,
  'fill-disk': DISK_FULL_SECONDS,
}

/** How long a disturbance lasts, phase seconds; 0 for one that is over at once. */
export function lastsSeconds(kind: DisturbanceKind): number {
  return LASTS_SECONDS[kind] ?? 0
}

export type Comparator = '<' | '<=' | '=' | '>=' | '>'

/** One thing a phase must hold to: `measure(observations) comparator limit`. */
export interface Criterion {
  readonly id: string
  readonly description: string
  readonly comparator: Comparator
  readonly limit: number
  readonly unit: string
  /** `null` when what it needs was not observed, because the subject or the engine cannot tell. Never a guess. */
  measure(observations: Observations): number | null
  /** Of a growth, between which bounds it is with a confidence of 95 %; `null` where too little was seen to tell. */
  interval?(observations: Observations): readonly [number, number] | null
  /** What stands behind the figure, one sentence each: shown when the criterion fails. */
  evidence?(observations: Observations): string[]
}

/** Number of containers of a phase, without those that live for a moment only. */
export function containerCount(phase: Phase): number {
  return Object.values(phase.load).reduce((sum, count) => sum + count, 0)
}

/** Whether such a disturbance is ordered in it. */
export function orders({ disturbances = [] }: Phase, wanted: DisturbanceKind): boolean {
  return disturbances.some(({ kind }) => kind === wanted)
}

/** Whether an operator has something to do in it. */
export function isOperated({ disturbances = [] }: Phase): boolean {
  return disturbances.some(({ kind }) => isOperation(kind))
}

export function isOperation(kind: DisturbanceKind): kind is OperationKind {
  return OPERATION_KINDS.some((each) => each === kind)
}
