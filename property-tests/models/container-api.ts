import type { ServerResponse } from 'node:http'
import type { Answer } from '../../reference/adapters/engine/http-docker-engine.test-helper.ts'
import { encodeFrame, type StoredMessage } from './stored-log.ts'

/**
 * How a container's log is served.
 * - `follows`: what is stored, and then nothing until the reader goes
 * - `ended`: what is stored, and the end; the container has exited
 * - `hung-open`: no answer
 * - `blocked`: the first bytes of a frame's header, and then nothing
 */
export type LogService = 'follows' | 'ended' | 'hung-open' | 'blocked'

export interface ServedContainer {
  readonly id: string
  readonly name: string
  readonly service: LogService
  readonly messages: readonly StoredMessage[]
}

/** The part of the Docker Engine API that the collector uses, over containers that never change. Events never come. */
export function containerApi(containers: readonly ServedContainer[]): Answer {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://docker')
    const [, , collection, id, what] = pathname.split('/')
    if (collection === 'events') return response.flushHeaders()
    if (id === 'json') return sendJson(response, containers.map(summary))
    const container = containers.find((each) => each.id === id)
    if (container === undefined) return sendNotFound(response)
    if (what === 'json') return sendJson(response, details(container))
    return serveLog(container, searchParams, response)
  }
}

function serveLog(
  { messages, service }: ServedContainer,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  if (service === 'hung-open') return
  response.flushHeaders()
  const tail = query.get('tail') ?? 'all'
  const wire = Buffer.concat((tail === 'all' ? messages : messages.slice(-Number(tail))).map(encodeFrame))
  if (service === 'blocked') response.write(wire.subarray(0, 5))
  else if (service === 'ended' || query.get('follow') !== '1') response.end(wire)
  else response.write(wire)
}

function summary({ id, name, service }: ServedContainer): object {
  return { Id: id, Names: [`/${name}`], Labels: {}, State: service === 'ended' ? 'exited' : 'running' }
}

function details({ id, name, service }: ServedContainer): object {
  return {
    Id: id,
    Name: `/${name}`,
    State: { Running: service !== 'ended' },
    Config: { Labels: {}, Tty: false },
    HostConfig: { LogConfig: { Type: 'json-file' } },
  }
}

function sendJson(response: ServerResponse, json: object): void {
  response.end(JSON.stringify(json))
}

function sendNotFound(response: ServerResponse): void {
  response.statusCode = 404
  response.end('{"message":"no such container"}')
}
