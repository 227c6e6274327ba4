import type { EnginePersonality } from '../engine/personality.ts'
import type { ContainerOptions } from '../engine/simulated-container.ts'
import type { Fault } from '../faults/fault.ts'

/** A machine's containers, and what goes wrong and when. */
export interface Scenario<in Machine> {
  readonly seed: number
  readonly personality: EnginePersonality
  readonly containers: readonly ContainerOptions[]
  readonly timeline: readonly ScenarioStep<Machine>[]
}

export interface ScenarioStep<in Machine> {
  /** Milliseconds from the start. */
  readonly atMs: number
  /** Milliseconds until it is right again, or null: for ever, or over at once. */
  readonly forMs: number | null
  readonly fault: Fault<Machine>
  /** The container it is for, where it is for one. */
  readonly container: string | null
  /** What that is called afterwards, where it is renamed. */
  readonly newName: string | null
}
