import { release } from 'node:os'
import type { EnginePersonality } from '../../engine/personality.ts'
import { goArchitecture } from '../docker/version-json.ts'

/** `/version`, the same in Podman's API and in its Docker API. */
export function podmanVersionJson({ version, apiVersion, minApiVersion }: EnginePersonality): object {
  const common = {
    GitCommit: '',
    GoVersion: '',
    Os: 'linux',
    Arch: goArchitecture(),
    KernelVersion: release(),
  }
  const details = {
    ...common,
    APIVersion: version,
    BuildTime: BUILD_TIME,
    Experimental: 'false',
    MinAPIVersion: OLDEST_CLIENT,
  }
  return {
    Platform: { Name: `linux/${goArchitecture()}/simulated-1` },
    Components: [
      { Name: 'Podman Engine', Version: version, Details: details },
      { Name: 'Conmon', Version: 'simulated', Details: { Package: 'simulated' } },
      { Name: 'OCI Runtime (simulated)', Version: 'simulated', Details: { Package: 'simulated' } },
    ],
    Version: version,
    ApiVersion: apiVersion,
    MinAPIVersion: minApiVersion,
    ...common,
    BuildTime: BUILD_TIME,
  }
}

/** What `/libpod/info` has under `version`. */
export function builtVersion({ version }: EnginePersonality): object {
  return {
    APIVersion: version,
    Version: version,
    GoVersion: '',
    GitCommit: '',
    BuiltTime: 'Thu Jan  1 00:00:00 1970',
    Built: 0,
    OsArch: `linux/${goArchitecture()}`,
    Os: 'linux',
  }
}

/** Of a build that does not say when it was made. */
const BUILD_TIME = '1970-01-01T00:00:00Z'
const OLDEST_CLIENT = '4.0.0'
