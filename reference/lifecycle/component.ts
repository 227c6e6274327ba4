import type { Health } from '../http/health.ts'
import type { Scope } from './scope.ts'
import type { StopStep } from './stop-sequence.ts'

/** A part of the collector that is started and stopped, and says how it is. Components start in their order and stop in the reverse one. */
export interface Component {
  readonly name: string
  /**
   * Spawns its tasks in the scope. When it fails, or when the signal is aborted, what was opened is given back by its stop steps; what is opened
   * after the abort by itself.
   */
  start(scope: Scope, signal: AbortSignal): Promise<void>
  /** What its stop takes, in order. Safe at any moment, also when it was not started. */
  stopSteps(): readonly StopStep[]
  /** Its part of `/health`. */
  checks(): Health['checks']
}
