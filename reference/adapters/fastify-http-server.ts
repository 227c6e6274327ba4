import { fastify } from 'fastify'
import { codeOf } from '../errors.ts'
import type { HttpServer, ListenAddress, Listening, Route } from '../ports/http-server.ts'
import { UsageError } from '../usage-error.ts'

/** Serves routes with fastify, one instance per address. */
export class FastifyHttpServer implements HttpServer {
  async listen(address: ListenAddress, routes: readonly Route[]): Promise<Listening> {
    const app = fastify({ forceCloseConnections: true })
    for (const route of routes) {
      app.route({
        method: route.method,
        url: route.path,
        handler: async (request, reply) => {
          const answer = await route.handle({ body: request.body })
          return await reply.code(answer.status).type(answer.contentType).send(answer.body)
        },
      })
    }
    const { host, port } = address
    try {
      await app.listen({ host, port })
    } catch (error) {
      await app.close()
      throw listenError(address, error)
    }
    const used = app.server.address()
    let closing: Promise<void> | null = null
    return {
      address: { host, port: used !== null && typeof used === 'object' ? used.port : port },
      close: async () => {
        closing ??= app.close()
        await closing
      },
    }
  }
}

function listenError({ host, port }: ListenAddress, cause: unknown): Error {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const why = REASONS[codeOf(cause) ?? '']
  if (why !== undefined)
    return new UsageError(`Cannot listen on ${where}: ${why}`, { cause, code: 'address_unusable' })
  return new Error(`Cannot listen on ${where}: ${String(cause)}`, { cause })
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'this user may not use that port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host',
}
