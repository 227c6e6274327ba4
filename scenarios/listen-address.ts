import { UsageError } from '../reference/usage-error.ts'

/**
 * Where to listen: `unix:///path`, or `tcp://127.0.0.1:port`, 0 for any. Who reaches an engine can do anything on its machine: other interfaces are refused.
 * @throws UsageError naming what is allowed
 */
export function parseListenAddress(text: string): { socketPath: string } | { port: number } {
  const url = URL.parse(text)
  if (url?.protocol === 'unix:' && url.pathname.length > 1) {
    return { socketPath: decodeURIComponent(url.pathname) }
  }
  const port = /^tcp:\/\/(?:127\.0\.0\.1|localhost):(\d{1,5})\/?$/.exec(text)?.[1]
  if (port !== undefined && Number(port) <= PORT_MAX) return { port: Number(port) }
  throw new UsageError(`Cannot listen on ${text}: allowed are unix:///path and tcp://127.0.0.1:port`)
}

const PORT_MAX = 65_535
