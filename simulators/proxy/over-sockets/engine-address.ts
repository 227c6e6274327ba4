import { connect, type NetConnectOpts, type Socket } from 'node:net'

/** Where an engine listens. */
export interface EngineAddress {
  /** As it was given: `unix:///path` or `tcp://host:port`. */
  readonly text: string
  readonly target: NetConnectOpts
}

/** @throws Error naming what is allowed */
export function parseEngineAddress(text: string): EngineAddress {
  const url = URL.parse(text)
  if (url?.protocol === 'unix:' && url.pathname.length > 1) {
    return { text, target: { path: decodeURIComponent(url.pathname) } }
  }
  if (url?.protocol === 'tcp:' && url.hostname !== '' && url.port !== '') {
    return { text, target: { host: url.hostname, port: Number(url.port) } }
  }
  throw new Error(
    `${JSON.stringify(text)} is no address of an engine; allowed: unix:///path, tcp://host:port`,
  )
}

/** A connection, whose ends are closed each by itself. */
export function dial({ target }: EngineAddress): Socket {
  return connect({ ...target, allowHalfOpen: true })
}
