import type { EngineOperation } from '../engine/call-faults.ts'
import type { Answer } from './api-call.ts'
import { create, kill, pause, remove, rename, restart, start, stop, unpause, wait } from './control-routes.ts'
import { events } from './event-route.ts'
import { logs } from './log-route.ts'
import { info, inspect, list, ping, version } from './read-routes.ts'

export interface Route {
  readonly method: string
  /** Path without its version; `id` is the container it names. */
  readonly path: RegExp
  /** What it counts as when calls are ordered to fail. */
  readonly operation?: EngineOperation
  readonly answer: Answer
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/_ping$/, answer: ping },
  { method: 'HEAD', path: /^\/_ping$/, answer: ping },
  { method: 'GET', path: /^\/version$/, operation: 'info', answer: version },
  { method: 'GET', path: /^\/info$/, operation: 'info', answer: info },
  { method: 'GET', path: /^\/events$/, operation: 'events', answer: events },
  { method: 'GET', path: /^\/containers\/json$/, operation: 'list', answer: list },
  { method: 'POST', path: /^\/containers\/create$/, answer: create },
  { method: 'GET', path: ofContainer('/json'), operation: 'inspect', answer: inspect },
  { method: 'GET', path: ofContainer('/logs'), operation: 'logs', answer: logs },
  { method: 'POST', path: ofContainer('/start'), answer: start },
  { method: 'POST', path: ofContainer('/stop'), answer: stop },
  { method: 'POST', path: ofContainer('/restart'), answer: restart },
  { method: 'POST', path: ofContainer('/kill'), answer: kill },
  { method: 'POST', path: ofContainer('/pause'), answer: pause },
  { method: 'POST', path: ofContainer('/unpause'), answer: unpause },
  { method: 'POST', path: ofContainer('/rename'), answer: rename },
  { method: 'POST', path: ofContainer('/wait'), answer: wait },
  { method: 'DELETE', path: ofContainer(''), answer: remove },
]

/** The route of a request and the container its path names, or undefined when there is none. */
export function findRoute(method: string, path: string): { route: Route; reference: string } | undefined {
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null
    if (match !== null) return { route, reference: decodeURIComponent(match.groups?.['id'] ?? '') }
  }
  return undefined
}

function ofContainer(rest: string): RegExp {
  return new RegExp(`^/containers/(?<id>[^/]+)${rest}$`)
}
