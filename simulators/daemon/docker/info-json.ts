import { readdirSync } from 'node:fs'
import { arch, hostname, release } from 'node:os'
import type { EnginePersonality } from '../../engine/personality.ts'
import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { toStamp } from '../engine-time.ts'

/**
 * `/info`. `NFd` and `NGoroutines` are of the process the daemon runs in: its open descriptors, and what keeps its event loop busy. It has every key
 * that a real engine has.
 * @param now wall time, milliseconds
 */
export function infoJson(
  { version, words }: EnginePersonality,
  containers: readonly SimulatedContainer[],
  now: number,
): object {
  const paused = containers.filter(({ state }) => state === 'paused').length
  const running = containers.filter((container) => container.running).length
  return {
    ...PLATFORM,
    ...(words === '20.10' ? { KernelMemory: true } : { CDISpecDirs: [] }),
    Containers: containers.length,
    ContainersRunning: running - paused,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running,
    Images: new Set(containers.map(({ image }) => image)).size,
    Debug: true,
    NFd: openDescriptors(),
    NGoroutines: process.getActiveResourcesInfo().length,
    SystemTime: toStamp(now),
    KernelVersion: release(),
    Architecture: KERNEL_NAMES[arch()] ?? arch(),
    Name: hostname(),
    ServerVersion: version,
  }
}

function openDescriptors(): number {
  // The listing itself has one open.
  return readdirSync('/proc/self/fd').length - 1
}

/** Architectures as the kernel calls them. */
const KERNEL_NAMES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** What is the same for every simulated engine: one processor, no limits, no network, no images to be fetched. */
const PLATFORM = {
  ID: 'watertight-simulated-engine',
  Driver: 'simulated',
  DriverStatus: [],
  Plugins: { Volume: [], Network: ['null'], Authorization: null, Log: ['json-file', 'local'] },
  MemoryLimit: true,
  SwapLimit: true,
  KernelMemoryTCP: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  CPUSet: true,
  PidsLimit: true,
  IPv4Forwarding: true,
  BridgeNfIptables: true,
  BridgeNfIp6tables: true,
  OomKillDisable: true,
  LoggingDriver: 'json-file',
  CgroupDriver: 'none',
  CgroupVersion: '2',
  NEventsListener: 0,
  OperatingSystem: 'Simulated engine',
  OSVersion: '',
  OSType: 'linux',
  IndexServerAddress: '',
  RegistryConfig: { InsecureRegistryCIDRs: [], IndexConfigs: {}, Mirrors: [] },
  NCPU: 1,
  MemTotal: 0,
  GenericResources: null,
  DockerRootDir: '',
  HttpProxy: '',
  HttpsProxy: '',
  NoProxy: '',
  Labels: [],
  ExperimentalBuild: false,
  Runtimes: { simulated: { path: 'simulated' } },
  DefaultRuntime: 'simulated',
  Swarm: {
    NodeID: '',
    NodeAddr: '',
    LocalNodeState: 'inactive',
    ControlAvailable: false,
    Error: '',
    RemoteManagers: null,
  },
  LiveRestoreEnabled: false,
  Isolation: '',
  InitBinary: '',
  ContainerdCommit: { ID: '', Expected: '' },
  RuncCommit: { ID: '', Expected: '' },
  InitCommit: { ID: '', Expected: '' },
  SecurityOptions: [],
  Warnings: null,
} as const
