import type { OutgoingHttpHeaders } from 'node:http'
import type { EnginePersonality } from '../engine/personality.ts'

/** What the head of every answer tells of the engine. */
export function identification({ product, version, apiVersion }: EnginePersonality): OutgoingHttpHeaders {
  if (product === 'podman') {
    return {
      'Api-Version': apiVersion,
      'Libpod-Api-Version': version,
      Server: `Libpod/${version} (linux)`,
    }
  }
  return {
    'Api-Version': apiVersion,
    'Docker-Experimental': 'false',
    Ostype: 'linux',
    Server: `Docker/${version} (linux)`,
  }
}
