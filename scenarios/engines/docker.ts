import { dockerClient } from '../docker/docker-host.ts'
import { availableEngine } from '../docker/private-engine.ts'
import { RunningWorkloads } from '../docker/workload-container.ts'
import { provideWorkloadImage } from '../docker/workload-image.ts'
import type { EngineProvider } from './engine-provider.ts'

/**
 * A real engine: the one that answers, or a private one. Testcontainers starts the workload.
 * @param say is told what takes long.
 * @throws UsageError when there is none and none can be started.
 */
export async function provideDocker(say: (what: string) => void): Promise<EngineProvider> {
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
    start: (request) => RunningWorkloads.start(docker, engine.host, request),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}
