import type { EnginePersonality } from '../engine/personality.ts'
import { ApiError } from './api-error.ts'
import {
  create,
  kill,
  pause,
  remove,
  rename,
  restart,
  start,
  stop,
  unpause,
  wait,
} from './docker/control-routes.ts'
import { events } from './docker/event-route.ts'
import { LIBPOD_ROUTES } from './libpod/libpod-routes.ts'
import { logs } from './docker/log-route.ts'
import { info, inspect, list, ping, version } from './docker/read-routes.ts'
import { ofThing, type Route } from './route.ts'

/** The Docker API. */
const DOCKER_ROUTES: readonly Route[] = [
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

/** Podman has its own API beside Docker's. */
const ROUTES: Readonly<Record<EnginePersonality['product'], readonly Route[]>> = {
  docker: DOCKER_ROUTES,
  podman: [...LIBPOD_ROUTES, ...DOCKER_ROUTES],
}

export interface FoundRoute {
  readonly route: Route
  /** The container the path names; empty for none. */
  readonly reference: string
}

/** The route of a request and the container its path names. @throws ApiError 404 when the product has none */
export function findRoute({ product }: EnginePersonality, method: string, path: string): FoundRoute {
  const found = routeAmong(ROUTES[product], method, path)
  if (found !== null) return found
  throw product === 'podman' ? new ApiError(404, 'Not Found', true) : new ApiError(404, 'page not found')
}

/** The same of any product; null for none, or where the path cannot be decoded. */
export function anyRoute(method: string, path: string): FoundRoute | null {
  try {
    return routeAmong(ROUTES.podman, method, path)
  } catch {
    return null
  }
}

function routeAmong(routes: readonly Route[], method: string, path: string): FoundRoute | null {
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(path) : null
    if (match !== null) return { route, reference: decodeURIComponent(match.groups?.['id'] ?? '') }
  }
  return null
}

function ofContainer(rest: string): RegExp {
  return ofThing('/containers', rest)
}
