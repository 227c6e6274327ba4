import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'

/** TLS to an engine. */
export type UpstreamTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>

/** Where an engine listens. */
export interface EngineAddress {
  /** As it was given: `unix:///path` or `tcp://host:port`. */
  readonly text: string
  readonly target: NetConnectOpts
  /** `null` where it speaks plain HTTP. */
  readonly tls: UpstreamTls | null
}

/** @throws Error naming what is allowed */
export function parseEngineAddress(text: string, tls: UpstreamTls | null = null): EngineAddress {
  const url = URL.parse(text)
  if (tls === null && url?.protocol === 'unix:' && url.pathname.length > 1) {
    return { text, target: { path: decodeURIComponent(url.pathname) }, tls }
  }
  if (url?.protocol === 'tcp:' && url.hostname !== '' && url.port !== '') {
    return { text, target: { host: url.hostname, port: Number(url.port) }, tls }
  }
  const [what, allowed] =
    tls === null
      ? ['an engine', 'unix:///path, tcp://host:port']
      : ['an engine that speaks TLS', 'tcp://host:port']
  throw new Error(`${JSON.stringify(text)} is no address of ${what}; allowed: ${allowed}`)
}

/** A connection, whose ends are closed each by itself. It is there with its event {@link openedBy}. */
export function dial({ target, tls }: EngineAddress): Socket {
  const options = { ...target, allowHalfOpen: true }
  if (tls === null) return connect(options)
  const host = 'host' in target ? (target.host ?? '') : ''
  return connectTls({ ...options, ...tls, servername: isIP(host) === 0 ? host : '' })
}

/** With TLS a connection is there once its certificates were checked. */
export function openedBy({ tls }: EngineAddress): 'connect' | 'secureConnect' {
  return tls === null ? 'connect' : 'secureConnect'
}
