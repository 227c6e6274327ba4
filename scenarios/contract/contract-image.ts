import type Docker from 'dockerode'
import { CONTRACT_IMAGE } from '../../simulators/contract/container-request.ts'
import { provideWorkloadImage, WORKLOAD_IMAGE } from '../docker/workload-image.ts'

/** Sees to it that the engine has {@link CONTRACT_IMAGE}, another name of the workloads' image. Disposing takes the name away. */
export async function provideContractImage(docker: Docker): Promise<AsyncDisposable> {
  await provideWorkloadImage(docker)
  const [repo = '', tag = ''] = CONTRACT_IMAGE.split(':')
  await docker.getImage(WORKLOAD_IMAGE).tag({ repo, tag })
  return { [Symbol.asyncDispose]: async () => void (await docker.getImage(CONTRACT_IMAGE).remove()) }
}
