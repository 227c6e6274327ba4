import { hostname, release } from 'node:os'
import type { EnginePersonality } from '../../engine/personality.ts'
import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { goArchitecture } from '../docker/version-json.ts'
import { BUILDAH_VERSION } from './buildah-version.ts'
import { builtVersion } from './version-json.ts'

/**
 * `/libpod/info`: as an engine without limits, networks and a store. It has nothing of the daemon's own descriptors and tasks: Podman's form has no
 * place for them; they are in `/info`.
 */
export function podmanInfoJson(
  personality: EnginePersonality,
  containers: readonly SimulatedContainer[],
): object {
  return {
    host: { ...HOST, arch: goArchitecture(), hostname: hostname(), kernel: release() },
    store: {
      ...STORE,
      containerStore: countByState(containers),
      imageStore: { number: countImages(containers) },
    },
    registries: {},
    plugins: {
      volume: ['local'],
      network: [],
      log: ['k8s-file', 'none', 'passthrough'],
      authorization: null,
    },
    version: builtVersion(personality),
  }
}

function countByState(containers: readonly SimulatedContainer[]): object {
  const running = containers.filter(({ state }) => state === 'running').length
  const paused = containers.filter(({ state }) => state === 'paused').length
  return { number: containers.length, paused, running, stopped: containers.length - running - paused }
}

function countImages(containers: readonly SimulatedContainer[]): number {
  return new Set(containers.map(({ image }) => image)).size
}

const PROGRAM = { package: 'simulated', path: 'simulated', version: 'simulated' } as const
const NO_PROGRAM = { executable: '', package: '', version: '' } as const

const HOST = {
  buildahVersion: BUILDAH_VERSION,
  cgroupManager: 'cgroupfs',
  cgroupVersion: 'v2',
  cgroupControllers: [],
  conmon: PROGRAM,
  cpus: 1,
  cpuUtilization: { userPercent: 0, systemPercent: 0, idlePercent: 100 },
  databaseBackend: 'sqlite',
  distribution: { distribution: 'simulated', version: '1' },
  eventLogger: 'file',
  idMappings: { gidmap: null, uidmap: null },
  logDriver: 'k8s-file',
  memFree: 0,
  memTotal: 0,
  networkBackend: 'netavark',
  networkBackendInfo: { backend: 'netavark', dns: {} },
  ociRuntime: { name: 'simulated', ...PROGRAM },
  os: 'linux',
  rootlessNetworkCmd: '',
  serviceIsRemote: false,
  security: {
    apparmorEnabled: false,
    capabilities: '',
    rootless: false,
    seccompEnabled: false,
    seccompProfilePath: '',
    selinuxEnabled: false,
  },
  slirp4netns: NO_PROGRAM,
  pasta: NO_PROGRAM,
  swapFree: 0,
  swapTotal: 0,
  uptime: '',
  variant: '',
  linkmode: 'dynamic',
} as const

const STORE = {
  configFile: '',
  graphDriverName: 'simulated',
  graphOptions: {},
  graphRoot: '',
  graphRootAllocated: 0,
  graphRootUsed: 0,
  graphStatus: {},
  imageCopyTmpDir: '',
  runRoot: '',
  volumePath: '',
  transientStore: false,
} as const
