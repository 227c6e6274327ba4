import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import type { Scenario, ScenarioStep } from './scenario.ts'

/**
 * Adds the containers at once and plays the time line from now on. Dispose to leave out what has not happened yet.
 * @param onProblem told of a step that could not be played, such as one for a container that is gone
 */
export function playScenario(
  engine: SimulatedEngine,
  { containers, timeline }: Scenario,
  onProblem: (problem: string) => void,
): Disposable {
  for (const options of containers) engine.addContainer(options)
  const timers = timeline.map((step) => setTimeout(() => play(engine, step, onProblem), step.atMs))
  return { [Symbol.dispose]: () => timers.forEach((timer) => clearTimeout(timer)) }
}

function play(
  engine: SimulatedEngine,
  { play: act, name, container, atMs }: ScenarioStep,
  onProblem: (problem: string) => void,
): void {
  try {
    act(engine)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    onProblem(`At ${atMs} ms, ${name} of ${container ?? 'the engine'}: ${reason}`)
  }
}
