import { sendJson, type ApiCall } from '../api-call.ts'
import { minorOf } from '../api-version.ts'
import { containerInspection, containerSummary } from './container-json.ts'
import { selectContainers } from './container-list.ts'
import { findContainer } from '../find-container.ts'
import { infoJson } from './info-json.ts'
import { versionJson } from './version-json.ts'

/** What is answered at once and changes nothing. */

export function ping({ engine, request, response }: ApiCall): void {
  const isHead = request.method === 'HEAD'
  if (minorOf(engine.personality.apiVersion) >= FIRST_THAT_TELLS_MORE) {
    response.setHeader('Builder-Version', '2')
    response.setHeader('Swarm', 'inactive')
  }
  response
    .writeHead(200, {
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      Pragma: 'no-cache',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': isHead ? 0 : 2,
    })
    .end(isHead ? undefined : 'OK')
}

export function version({ engine, response }: ApiCall): void {
  sendJson(response, 200, versionJson(engine.personality))
}

export function info({ engine, response, now }: ApiCall): void {
  sendJson(response, 200, infoJson(engine.personality, engine.containers, now))
}

export function list({ engine, query, response, now }: ApiCall): void {
  const chosen = selectContainers(engine, query)
  sendJson(
    response,
    200,
    chosen.map((container) => containerSummary(container, now)),
  )
}

export function inspect({ engine, reference, response }: ApiCall): void {
  sendJson(response, 200, containerInspection(findContainer(engine, reference)))
}

/** API version from which a ping tells the builder and the swarm. */
const FIRST_THAT_TELLS_MORE = 42
