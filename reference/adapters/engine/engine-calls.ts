/** Every request that the collector makes of an engine. `{id}` is that of a container; a version stands before each path but the first. */
export const ENGINE_CALLS: readonly EngineCall[] = [
  {
    method: 'GET',
    path: '/version',
    why: 'who answers, and which version of the API both know; also the sign of life, every `health_check_delay`',
  },
  {
    method: 'GET',
    path: '/containers/json',
    why: 'which containers there are: at the start, every `resync_interval`, and after events were missed',
  },
  {
    method: 'GET',
    path: '/containers/{id}/json',
    why: 'what a container is: its name, labels, log driver, whether it has a terminal and whether it runs',
  },
  { method: 'GET', path: '/events', why: 'containers that come, go or are renamed meanwhile' },
  {
    method: 'GET',
    path: '/containers/{id}/logs',
    why: 'its lines; not with `source: files`, where they are read from the files of the engine',
  },
]

export interface EngineCall {
  readonly method: 'GET'
  readonly path: string
  /** What for: a phrase. */
  readonly why: string
}

/** The call that a request is; null where it is none of them. @param url as it is sent, with its query */
export function engineCallOf(method: string | undefined, url: string | undefined): EngineCall | null {
  const [path = ''] = (url ?? '').split('?')
  return ENGINE_CALLS.find((call) => call.method === method && matches(call, path)) ?? null
}

function matches({ path }: EngineCall, asked: string): boolean {
  const own = path.replace('{id}', '[^/]+')
  return new RegExp(path === '/version' ? `^${own}$` : String.raw`^/v\d+(\.\d+)*(/libpod)?${own}$`).test(
    asked,
  )
}

/** docs/engine-calls.md. */
export function engineCallsPage(): string {
  const rows = ENGINE_CALLS.map(({ method, path, why }) => `- \`${method} ${path}\`: ${why}`)
  return `# What the collector asks of the engine

This page is made from \`reference/adapters/engine/engine-calls.ts\` by \`npm run docs\`. A test holds the requests of a collector against it.

${rows.join('\n')}

Nothing else, and nothing that changes anything: no \`POST\`, no \`DELETE\`, no \`exec\`. But the first, each is asked under a version, such as \`/v1.41/containers/json\`; Podman is asked for logs under
\`/v4.3.1/libpod\`.

## A proxy in between

Who may use the engine's socket is as good as root. A proxy that lets these five through keeps the collector from that, such as
[docker-socket-proxy](https://github.com/Tecnativa/docker-socket-proxy):

<!-- test: no, it pulls an image that is not ours -->

\`\`\`yaml
services:
  engine:
    image: tecnativa/docker-socket-proxy
    environment: { CONTAINERS: 1, EVENTS: 1, VERSION: 1, PING: 0, POST: 0 }
    volumes: [/var/run/docker.sock:/var/run/docker.sock:ro]
    networks: [engine]
  collector:
    # container_monitor.socket_path: tcp://engine:2375
    networks: [engine]
networks:
  engine: { internal: true }
\`\`\`

It must not end what is silent: \`/events\` and \`/containers/{id}/logs?follow=1\` are answers that may bring nothing for hours (in HAProxy, \`timeout client\` and \`timeout server\`). One that does is lived with:
streams are opened again at their place. One that forbids \`/events\` as well: containers are then listed every \`reconnect_interval\`, and \`/health\` says so.
`
}
