import type { EnginePersonality } from '../engine/personality.ts'

/** The headers of every answer: what the engine tells of itself. */
export function identification({ product, version, apiVersion }: EnginePersonality): Map<string, string> {
  return new Map([
    ['Api-Version', apiVersion],
    ['Server', `${SERVERS[product]}/${version} (linux)`],
    ...(product === 'podman' ? [['Libpod-Api-Version', version] as const] : OF_DOCKER),
  ])
}

const SERVERS: Readonly<Record<EnginePersonality['product'], string>> = { docker: 'Docker', podman: 'Libpod' }
const OF_DOCKER = [
  ['Docker-Experimental', 'false'],
  ['Ostype', 'linux'],
] as const
