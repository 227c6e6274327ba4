import { arch, release } from 'node:os'
import type { EnginePersonality } from '../engine/personality.ts'

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

function goArchitecture(): string {
  const name = arch()
  return name === 'x64' ? 'amd64' : name
}
