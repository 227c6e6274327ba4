import { readdirSync } from 'node:fs'
import { arch, hostname, release } from 'node:os'
import type { EnginePersonality } from '../engine/personality.ts'
import type { SimulatedContainer } from '../engine/simulated-container.ts'
import { toStamp } from './engine-time.ts'

/** `/version` */
export function versionJson({ product, version, apiVersion, minApiVersion }: EnginePersonality): object {
  const details = {
    ApiVersion: apiVersion,
    Arch: goArchitecture(),
    Experimental: 'false',
    GitCommit: '',
    GoVersion: '',
    KernelVersion: release(),
    MinAPIVersion: minApiVersion,
    Os: 'linux',
  }
  return {
    Platform: { Name: '' },
    Components: [
      { Name: product === 'podman' ? 'Podman Engine' : 'Engine', Version: version, Details: details },
    ],
    Version: version,
    ApiVersion: apiVersion,
    MinAPIVersion: minApiVersion,
    GitCommit: '',
    GoVersion: '',
    Os: 'linux',
    Arch: goArchitecture(),
    KernelVersion: release(),
    BuildTime: '',
  }
}

/**
 * `/info`. `NFd` and `NGoroutines` are of the process the daemon runs in: its open descriptors, and what keeps its event loop busy.
 * @param now wall time, milliseconds
 */
export function infoJson(
  { version }: EnginePersonality,
  containers: readonly SimulatedContainer[],
  now: number,
): object {
  const paused = containers.filter(({ state }) => state === 'paused').length
  const running = containers.filter((container) => container.running).length
  return {
    ID: 'watertight-simulated-engine',
    Containers: containers.length,
    ContainersRunning: running - paused,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running,
    Images: new Set(containers.map(({ image }) => image)).size,
    Driver: 'simulated',
    DriverStatus: [],
    Plugins: { Volume: [], Network: [], Authorization: null, Log: ['json-file', 'local', 'none'] },
    Debug: true,
    NFd: openDescriptors(),
    NGoroutines: process.getActiveResourcesInfo().length,
    SystemTime: toStamp(now),
    LoggingDriver: 'json-file',
    KernelVersion: release(),
    OperatingSystem: 'Simulated engine',
    OSType: 'linux',
    Architecture: goArchitecture(),
    NCPU: 1,
    MemTotal: 0,
    Name: hostname(),
    Labels: [],
    ServerVersion: version,
    LiveRestoreEnabled: false,
    Swarm: { LocalNodeState: 'inactive' },
    SecurityOptions: [],
    Warnings: null,
  }
}

function openDescriptors(): number {
  // The listing itself has one open.
  return readdirSync('/proc/self/fd').length - 1
}

function goArchitecture(): string {
  const name = arch()
  return name === 'x64' ? 'amd64' : name
}
