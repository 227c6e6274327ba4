import { sendJson, sendStatus, type ApiCall } from '../api-call.ts'
import { BUILDAH_VERSION } from './buildah-version.ts'
import { podmanInfoJson } from './info-json.ts'
import { inspectedContainer } from './inspect-json.ts'
import { assertExists, lookUpContainer } from './look-up-container.ts'
import { podmanVersionJson } from './version-json.ts'

/** What is answered at once and changes nothing. */

/** `/_ping`, the same in Podman's API and in its Docker API: clients tell by its head which engine they speak to. */
export function ping({ request, response }: ApiCall): void {
  const isHead = request.method === 'HEAD'
  response
    .writeHead(200, {
      'Builder-Version': '',
      'Buildkit-Version': '',
      'Cache-Control': 'no-cache',
      'Docker-Experimental': 'true',
      'Libpod-Buildah-Version': BUILDAH_VERSION,
      Ostype: 'linux',
      Pragma: 'no-cache',
      ...(!isHead && { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': 2 }),
    })
    .end(isHead ? undefined : 'OK')
}

export function version({ engine, response }: ApiCall): void {
  sendJson(response, 200, podmanVersionJson(engine.personality))
}

export function info({ engine, response }: ApiCall): void {
  sendJson(response, 200, podmanInfoJson(engine.personality, engine.containers))
}

export function inspect(call: ApiCall): void {
  sendJson(call.response, 200, inspectedContainer(lookUpContainer(call), call.apiMajor))
}

export function exists(call: ApiCall): void {
  assertExists(call)
  sendStatus(call.response, 204)
}
