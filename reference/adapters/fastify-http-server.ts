import { isUtf8 } from 'node:buffer'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer, type ServerOptions } from 'node:https'
import { addAbortSignal, Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify'
import { codeOf } from '../errors.ts'
import type {
  HttpReply,
  HttpServer,
  ListenAddress,
  Listening,
  ListenOptions,
  NewTls,
  Route,
  ServerTls,
} from '../ports/http-server.ts'
import type { Logger } from '../ports/logger.ts'
import { UsageError } from '../usage-error.ts'
import { readTlsFiles, type TlsFiles } from './tls-files.ts'

/** What one who connects can take up at most. A connection beyond the limit is closed at once, a request beyond one is answered with a sentence. */
export interface HttpLimits {
  /** Of one listener, at the same time. */
  readonly connections: number
  readonly bodyBytes: number
  /** Request line and headers together. */
  readonly headerBytes: number
  /** From the first byte of a request to its last, milliseconds. */
  readonly requestMs: number
  /** How long a connection may be idle between requests, milliseconds. */
  readonly idleMs: number
}

export const HTTP_LIMITS: HttpLimits = {
  connections: 64,
  bodyBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  requestMs: 10_000,
  idleMs: 5000,
}

export interface FastifyHttpServerOptions {
  /** Told of handlers that fail. */
  readonly logger?: Pick<Logger, 'error'>
  readonly limits?: Partial<HttpLimits>
}

/** Serves routes with fastify, one instance per address. */
export class FastifyHttpServer implements HttpServer {
  readonly #options: FastifyHttpServerOptions
  readonly #limits: HttpLimits

  constructor(options: FastifyHttpServerOptions = {}) {
    this.#options = options
    this.#limits = { ...HTTP_LIMITS, ...options.limits }
  }

  async listen(
    address: ListenAddress,
    routes: readonly Route[],
    { connectionsMax, tls = null }: ListenOptions = {},
  ): Promise<Listening> {
    const limits = { ...this.#limits, ...(connectionsMax !== undefined && { connections: connectionsMax }) }
    const shown = tls === null ? null : new ShownTls(tls, await readServerTls(tls))
    const { logger } = this.#options
    const app = fastifyApp(routes, {
      limits,
      logger,
      serverFactory: (handle) => limitedServer(handle, limits, shown),
    })
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
      ...(shown !== null && { readTls: () => shown.read() }),
    }
  }
}

export interface FastifyAppOptions {
  readonly limits: Pick<HttpLimits, 'bodyBytes'>
  readonly logger: Pick<Logger, 'error'> | undefined
  /** Left out where nothing listens. */
  readonly serverFactory?: (handle: RequestListener) => Server
}

/** What answers requests for the routes, before it listens. */
export function fastifyApp(
  routes: readonly Route[],
  { limits, logger, serverFactory }: FastifyAppOptions,
): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    bodyLimit: limits.bodyBytes,
    ...(serverFactory !== undefined && { serverFactory }),
  })
  answerErrors(app, logger)
  readUtf8(app)
  for (const route of routes) addRoute(app, route)
  return app
}

/** JSON is UTF-8. As text any other bytes would become characters that nobody sent. */
function readUtf8(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (isUtf8(body)) void parse(request, body.toString(), done)
    else done(Object.assign(new Error('The body is not UTF-8'), { statusCode: 400 }))
  })
}

/** What went wrong inside is for the log: whoever asks may be anybody. */
function answerErrors(app: FastifyInstance, logger: Pick<Logger, 'error'> | undefined): void {
  app.setNotFoundHandler((request, reply) =>
    fail(reply, 404, `There is no ${request.method} ${pathOf(request.url)}`),
  )
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500 } = error
    if (statusCode === 413)
      return fail(reply, 413, `The body is larger than ${request.routeOptions.bodyLimit} bytes`)
    if (statusCode < 500) return fail(reply, statusCode, error.message)
    logger?.error({ path: pathOf(request.url), err: error }, 'A request failed')
    return fail(reply, 500, 'The request failed; the log says why')
  })
}

function addRoute(app: FastifyInstance, route: Route): void {
  app.route({
    method: route.method,
    url: route.path,
    ...(route.bodyBytesMax !== undefined && { bodyLimit: route.bodyBytesMax }),
    onRequest: async ({ headers }, reply) => {
      const refused = (await route.refuse?.({ headers: firstOf(headers) })) ?? null
      return refused === null ? undefined : await send(reply, refused)
    },
    onError: async (_request, _reply, { statusCode = 500 }) => {
      if (statusCode < 500) route.onBodyRefused?.(statusCode)
    },
    handler: async ({ body, headers }, reply) =>
      await send(reply, await route.handle({ headers: firstOf(headers), body })),
  })
}

/** One server for each address of the host's name. */
function limitedServer(handle: RequestListener, limits: HttpLimits, tls: ShownTls | null): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(1000, limits.requestMs),
  }
  const server =
    tls === null
      ? createServer(options, handle)
      : tls.serve({ ...options, handshakeTimeout: limits.requestMs }, handle)
  server.maxConnections = limits.connections
  return server
}

/** The files of TLS as the servers of one listener show them. */
class ShownTls {
  readonly #names: ServerTls
  #files: TlsFiles
  readonly #servers: TlsServer[] = []

  constructor(names: ServerTls, files: TlsFiles) {
    this.#names = names
    this.#files = files
  }

  serve(options: ServerOptions, handle: RequestListener): TlsServer {
    const server = createTlsServer({ ...options, ...this.#files }, handle)
    this.#servers.push(server)
    return server
  }

  async read(): Promise<NewTls | null> {
    const files = await readServerTls(this.#names)
    return isDeepStrictEqual(files, this.#files) ? null : { show: () => this.#show(files) }
  }

  #show(files: TlsFiles): void {
    this.#files = files
    for (const server of this.#servers) server.setSecureContext(files)
  }
}

/** @throws UsageError naming the file that is no good */
async function readServerTls({ cert, key }: ServerTls): Promise<TlsFiles> {
  return await readTlsFiles({ verify: true, ca: null, cert, key }, { what: 'of the API', namedBy: 'api.tls' })
}

function send(
  reply: FastifyReply,
  { status, contentType, body, headers = {}, stream }: HttpReply,
): FastifyReply {
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers })
    .type(contentType)
    .send(stream === undefined ? body : addAbortSignal(stream.signal, Readable.from(stream.pieces)))
}

function fail(reply: FastifyReply, status: number, error: string): FastifyReply {
  const body = `${JSON.stringify({ error })}\n`
  return send(reply, { status, contentType: 'application/json; charset=utf-8', body })
}

function firstOf(headers: NodeJS.Dict<string | string[]>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!.slice(0, PATH_MAX)
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
/** Of a path that is not there, characters. */
const PATH_MAX = 200
