import type { Observations } from '../observations.ts'
import type { Phase } from '../phase.ts'

export type EngineName = (typeof ENGINE_NAMES)[number]
export const ENGINE_NAMES = ['virtual', 'simulated', 'docker'] as const

/** What a run may be told, besides its phase. */
export interface RunOptions {
  /** Durations are divided by it. */
  readonly compress: number
  /** Same seed, same run, where the engine can promise that. */
  readonly seed: number
  /** Aborted when the user gives up: the run rejects with its reason, and nothing is left behind. */
  readonly signal: AbortSignal
  /** Aborted when the user wants an end and what was seen so far: the phase's clock stops, all else is ended in its order, and the run resolves. Default never. */
  readonly stop?: AbortSignal
  readonly progress: RunProgress
}

/** Told how far a run is. */
export interface RunProgress {
  /** What is being done, before and after the phase's clock runs. */
  step(what: string): void
  /** Phase seconds that have passed, of how many. */
  clock(seconds: number, ofSeconds: number): void
}

/** What came of a run. */
export interface EngineRun {
  readonly observations: Observations
  /** Seconds that passed in the world where phases run: `null` where that is the real one. */
  readonly virtualSeconds: number | null
  /** The same for two runs that were the same; `null` where runs cannot be the same. */
  readonly traceHash: string | null
  /** The phase's clock was stopped before its time. */
  readonly interrupted: boolean
  /** What was done to the subject and its engine, in order of time. */
  readonly faults: readonly PlayedFault[]
  /** How the subject was told to run: its configuration, or its command and environment. */
  readonly configuration: string
}

/** Something that was wrong for a time, in phase seconds since the clock started. */
export interface PlayedFault {
  readonly name: string
  readonly fromSeconds: number
  /** The same for what is over at once; `null` for what lasts to the end. */
  readonly toSeconds: number | null
}

/** A world that phases can be run in. */
export interface PhaseEngine extends AsyncDisposable {
  readonly name: EngineName
  readonly subject: string
  /** The defect that was put back into the subject, or `null`. */
  readonly defect: string | null
  run(phase: Phase, options: RunOptions): Promise<EngineRun>
}
