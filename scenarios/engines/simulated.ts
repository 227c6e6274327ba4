import type { PhaseScenario } from '../simulated/phase-scenario.ts'
import { SimulatedContainers } from '../simulated/simulated-containers.ts'
import type { EngineProvider } from './engine-provider.ts'

/**
 * The simulated daemon in real time, one for each run, in a process of its own on a unix socket.
 * @param scenario what goes wrong during each run, or null
 */
export function provideSimulated(scenario: PhaseScenario | null = null): EngineProvider {
  return {
    name: 'simulated',
    exclusive: true,
    start: (request) => SimulatedContainers.start(request, scenario),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
