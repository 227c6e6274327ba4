/** Serves the metrics and the API. Production plugs in a real server, the virtual world one that can be called in process. */
export interface HttpServer {
  /** Starts to listen. Rejects with a sentence naming the address when it is taken or not allowed, or a file of TLS that is no good. */
  listen(address: ListenAddress, routes: readonly Route[], options?: ListenOptions): Promise<Listening>
}

export interface ListenOptions {
  /** HTTPS, and nothing else; null or left out for plain HTTP. */
  readonly tls?: ServerTls | null
  /** At the same time; the server has a bound of its own where none is said. */
  readonly connectionsMax?: number
}

/** Files in PEM: what a server shows, and its key. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
}

export interface ListenAddress {
  readonly host: string
  /** 0 asks for a free port. */
  readonly port: number
}

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** A larger body is answered with 413; the server has a bound of its own for routes that say none. */
  readonly bodyBytesMax?: number
  /** Asked before the body is read; an answer is the whole answer, null lets the request through. */
  refuse?(request: Pick<RouteRequest, 'headers'>): Promise<HttpReply | null> | HttpReply | null
  /** Told of the status of a request that was refused for its body, which {@link handle} is not given: one that is too large, or no JSON. */
  onBodyRefused?(status: number): void
  handle(request: RouteRequest): Promise<HttpReply> | HttpReply
}

export interface RouteRequest {
  /** Names in lower case; of one that came several times the first, or all with commas between. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** What JSON it holds; undefined or null without one. */
  readonly body: unknown
}

export interface HttpReply {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** Beside the type. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent instead of the body, as it is read; the connection is cut when the signal is aborted. Whoever sends it ends its iterator. */
  readonly stream?: { readonly pieces: AsyncIterable<Uint8Array>; readonly signal: AbortSignal }
}

export interface Listening {
  /** The address in use, with the real port. */
  readonly address: ListenAddress
  /** Stops listening and ends every connection at once. Idempotent. */
  close(): Promise<void>
  /** Reads the files of TLS again; null where they hold what is shown already. Rejects with a sentence naming the file that is no good. Left out without TLS. */
  readTls?(): Promise<NewTls | null>
}

/** Files of TLS that hold something else than is shown. */
export interface NewTls {
  /** Whoever connects from now on is shown it. Connections that are open stay as they are. */
  show(): void
}
