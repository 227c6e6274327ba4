/** Where a Docker Engine listens. */
export type DockerHost =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

export const DEFAULT_DOCKER_HOST = 'unix:///var/run/docker.sock'

/**
 * Reads `unix:///path` or `tcp://host[:port]`, as in DOCKER_HOST. Without a port it is 2375. TLS and ssh are not supported.
 * @throws Error naming the value and what is allowed.
 */
export function parseDockerHost(value: string): DockerHost {
  const host = value.startsWith('unix://') ? parseUnix(value) : parseTcp(value)
  if (host === null) {
    throw new Error(
      `Cannot use Docker host "${value}": allowed are unix:///path/to/socket and tcp://host:port`,
    )
  }
  return host
}

function parseUnix(value: string): DockerHost | null {
  const path = value.slice('unix://'.length)
  return path.startsWith('/') ? { kind: 'unix', path } : null
}

function parseTcp(value: string): DockerHost | null {
  const url = URL.parse(value)
  const bare = url !== null && url.username === '' && ['', '/'].includes(url.pathname) && url.search === ''
  if (!bare || url.protocol !== 'tcp:' || url.hostname === '') return null
  const port = url.port === '' ? DEFAULT_TCP_PORT : Number(url.port)
  return { kind: 'tcp', host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port }
}

const DEFAULT_TCP_PORT = 2375
