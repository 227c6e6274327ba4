/** Where a Docker Engine listens. */
export type DockerHost =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

export const DEFAULT_DOCKER_HOST = 'unix:///var/run/docker.sock'

/** The phrase behind "allowed:". */
export const DOCKER_HOST_ALLOWED = 'unix:///path/to/socket or tcp://host:port'

/**
 * Reads `unix:///path` or `tcp://host[:port]`, as in DOCKER_HOST. ssh and npipe are not supported.
 * @param port what it is where none is named: 2375, and 2376 with TLS
 * @throws Error naming the value and what is allowed.
 */
export function parseDockerHost(value: string, port: number = PLAIN_PORT): DockerHost {
  const host = read(value, port)
  if (host === null) throw new Error(`Cannot use Docker host "${value}": allowed: ${DOCKER_HOST_ALLOWED}`)
  return host
}

export function isDockerHost(value: string): boolean {
  return read(value, PLAIN_PORT) !== null
}

const PLAIN_PORT = 2375
/** Where engines listen with TLS. */
export const TLS_PORT = 2376

function read(value: string, port: number): DockerHost | null {
  return value.startsWith('unix://') ? readUnix(value) : readTcp(value, port)
}

function readUnix(value: string): DockerHost | null {
  const path = value.slice('unix://'.length)
  return path.startsWith('/') ? { kind: 'unix', path } : null
}

function readTcp(value: string, port: number): DockerHost | null {
  const url = URL.parse(value)
  const bare = url !== null && url.username === '' && ['', '/'].includes(url.pathname) && url.search === ''
  if (!bare || url.protocol !== 'tcp:' || url.hostname === '') return null
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { kind: 'tcp', host, port: url.port === '' ? port : Number(url.port) }
}
