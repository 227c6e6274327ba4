import type { EnginePersonality } from '../../engine/personality.ts'
import type { ContainerOptions } from '../../engine/simulated-container.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'

/** What a simulated daemon plays: its containers, and what happens to them and when. */
export interface Scenario {
  readonly seed: number
  readonly personality: EnginePersonality
  readonly containers: readonly ContainerOptions[]
  readonly timeline: readonly ScenarioStep[]
}

export interface ScenarioStep {
  /** Milliseconds from the start. */
  readonly atMs: number
  /** What happens, such as `reset`. */
  readonly name: string
  /** To which container, where it is to one. */
  readonly container: string | null
  /** What that is called afterwards, where it is renamed. */
  readonly newName: string | null
  /** @throws EngineError when the container is gone by then */
  readonly play: (engine: SimulatedEngine) => void
}
