import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server on a unix socket that answers `/version` and leaves the rest to a test. */
export interface DockerApi extends AsyncDisposable {
  /** `unix:///...` */
  readonly host: string
  /** Paths that were asked for, with their query, in order. */
  readonly requests: readonly string[]
  /** Connections that are open on the server's side. */
  connections(): Promise<number>
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export const VERSION = { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' }

export async function startDockerApi(answer: Answer, version: object = VERSION): Promise<DockerApi> {
  const directory = await mkdtemp(join(tmpdir(), 'docker-api-'))
  const path = join(directory, 'docker.sock')
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (request.url?.startsWith('/version')) return response.end(JSON.stringify(version))
    return answer(request, response)
  })
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  return {
    host: `unix://${path}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
      await rm(directory, { recursive: true })
    },
  }
}

/** This process's open sockets by identity: descriptor numbers are used again, inodes are not. */
export function openSockets(): Set<string> {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return new Set(targets.filter((target) => target.startsWith('socket:')))
}
