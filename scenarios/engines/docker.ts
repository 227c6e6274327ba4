import { dockerClient } from '../docker/docker-host.ts'
import { availableEngine } from '../docker/private-engine.ts'
import { RunningWorkloads } from '../docker/workload-container.ts'
import { provideWorkloadImage } from '../docker/workload-image.ts'
import { nameInScenario, timelineBeforeEngine, type PhaseScenario } from '../simulated/phase-scenario.ts'
import type { EngineProvider } from './engine-provider.ts'

/**
 * A real engine: the one that answers, or a private one. Testcontainers starts the workload.
 * @param scenario what goes wrong during each run, before the engine, or null
 * @param say is told what takes long.
 * @throws UsageError when there is none and none can be started.
 */
export async function provideDocker(
  scenario: PhaseScenario | null,
  say: (what: string) => void,
): Promise<EngineProvider> {
  const engine = await availableEngine(say)
  const docker = dockerClient(engine.host)
  try {
    await provideWorkloadImage(docker)
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
  return {
    name: 'docker',
    exclusive: engine.exclusive,
    start: async (request) => {
      const names = request.workloads.map(({ name }) => nameInScenario(name))
      const timeline = timelineBeforeEngine(scenario, names)
      return await RunningWorkloads.start(docker, engine.host, { ...request, timeline })
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}
