import { arch, release } from 'node:os'
import type { EnginePersonality } from '../../engine/personality.ts'

/** `/version` of Docker. */
export function versionJson({ version, apiVersion, minApiVersion }: EnginePersonality): object {
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
    Components: [{ Name: 'Engine', Version: version, Details: details }],
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

/** The architecture as Go names it. */
export function goArchitecture(): string {
  const name = arch()
  return name === 'x64' ? 'amd64' : name
}
