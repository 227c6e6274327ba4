import { describe } from 'vitest'
import { demonstrateThroughProxy } from '../../simulators/proxy/proxied-rig.test-helper.ts'
import { answers, dockerClient, usualHosts } from './docker-host.ts'
import { realStage } from './stdin-container.test-helper.ts'
import { provideWorkloadImage } from './workload-image.ts'

const [host] = usualHosts()
const isThere = host!.startsWith('unix:') && (await answers(host!))
if (isThere) await provideWorkloadImage(dockerClient(host!))

describe.skipIf(!isThere)(`on the engine at ${host}${isThere ? '' : ', where none answers: skipped'}`, () => {
  demonstrateThroughProxy(() => realStage(host!))
})
