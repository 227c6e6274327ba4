import { SimulatedContainers } from '../simulated/simulated-containers.ts'
import type { EngineProvider } from './engine-provider.ts'

/** The simulated daemon in real time, one for each run, in a process of its own on a unix socket. */
export function provideSimulated(): EngineProvider {
  return {
    name: 'simulated',
    exclusive: true,
    start: (request) => SimulatedContainers.start(request),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
