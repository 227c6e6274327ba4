import { ofThing, type Route } from '../route.ts'
import { inspectImage, inspectNetwork, inspectPod, inspectVolume } from './absent-things.ts'
import { kill, pause, remove, rename, restart, start, stop, unpause } from './control-routes.ts'
import { events } from './event-route.ts'
import { list } from './list-route.ts'
import { logs } from './log-route.ts'
import { exists, info, inspect, ping, version } from './read-routes.ts'
import { wait } from './wait-route.ts'

/**
 * What Podman's own client asks to list, show, follow and control containers, and what Podman answers otherwise than Docker does in its Docker API.
 *
 * The forms are those of Podman 5.4. A client of 4 is told as Podman 4 tells it what it could not read otherwise; so it gets events, with which a
 * real Podman 5 breaks it. Paths without a version are answered too, for which a real one has no route.
 *
 * Not there are images, pods, volumes and networks, nor anything inside a container (create, run, exec, attach, cp, top, stats): nothing runs in
 * these. They get Podman's 404.
 */
export const LIBPOD_ROUTES: readonly Route[] = [
  { method: 'GET', path: /^(\/libpod)?\/_ping$/, answer: ping },
  { method: 'HEAD', path: /^(\/libpod)?\/_ping$/, answer: ping },
  { method: 'GET', path: /^(\/libpod)?\/version$/, operation: 'info', answer: version },
  { method: 'GET', path: /^\/libpod\/info$/, operation: 'info', answer: info },
  { method: 'GET', path: /^\/libpod\/events$/, operation: 'events', answer: events },
  { method: 'GET', path: /^\/libpod\/containers\/json$/, operation: 'list', answer: list },
  { method: 'GET', path: ofLibpod('/json'), operation: 'inspect', answer: inspect },
  { method: 'GET', path: ofLibpod('/exists'), answer: exists },
  { method: 'GET', path: ofLibpod('/logs'), operation: 'logs', answer: logs },
  { method: 'POST', path: ofLibpod('/start'), answer: start },
  { method: 'POST', path: ofLibpod('/stop'), answer: stop },
  { method: 'POST', path: ofLibpod('/restart'), answer: restart },
  { method: 'POST', path: ofLibpod('/kill'), answer: kill },
  { method: 'POST', path: ofLibpod('/pause'), answer: pause },
  { method: 'POST', path: ofLibpod('/unpause'), answer: unpause },
  { method: 'POST', path: ofLibpod('/rename'), answer: rename },
  { method: 'POST', path: ofLibpod('/wait'), answer: wait },
  { method: 'DELETE', path: ofLibpod(''), answer: remove },
  { method: 'GET', path: ofLibpod('/json', 'images'), answer: inspectImage },
  { method: 'GET', path: ofLibpod('/json', 'volumes'), answer: inspectVolume },
  { method: 'GET', path: ofLibpod('/json', 'networks'), answer: inspectNetwork },
  { method: 'GET', path: ofLibpod('/json', 'pods'), answer: inspectPod },
]

function ofLibpod(rest: string, things = 'containers'): RegExp {
  return ofThing(`/libpod/${things}`, rest)
}
