import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { HttpAnswer } from '../arm.ts'

/** One request over a unix socket, as it is written, and its whole answer. */
export async function requestOver(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({ socketPath, path, method, headers, agent: false }, resolve)
    .on('error', reject)
    .end(body === undefined ? undefined : JSON.stringify(body))
  const response = await promise
  const entries = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
  return {
    status: response.statusCode!,
    headers: Object.fromEntries(entries),
    body: await text(response),
  }
}
