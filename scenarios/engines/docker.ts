import { dockerClient } from '../docker/docker-host.ts'
import type { AvailableEngine } from '../docker/engine-process.ts'
import { RunningWorkloads } from '../docker/workload-container.ts'
import { provideWorkloadImage } from '../docker/workload-image.ts'
import { nameInScenario, timelineBeforeEngine, type PhaseScenario } from '../simulated/phase-scenario.ts'
import type { EngineProvider } from './engine-provider.ts'

/**
 * A real engine. Testcontainers starts the workload.
 * @param engine stays open when the provider is disposed of
 * @param scenario what goes wrong during each run, before the engine, or null
 */
export async function provideDocker(
  engine: AvailableEngine,
  scenario: PhaseScenario | null,
): Promise<EngineProvider> {
  const docker = dockerClient(engine.host)
  await provideWorkloadImage(docker)
  return {
    name: 'docker',
    exclusive: engine.exclusive,
    start: async (request) => {
      const names = request.workloads.map(({ name }) => nameInScenario(name))
      const timeline = timelineBeforeEngine(scenario, names)
      return await RunningWorkloads.start(docker, engine.host, { ...request, timeline })
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
