/** Sends requests to where logs are shipped. */
export interface HttpClient {
  /**
   * Resolves with the whole answer, whatever its status. Rejects with `signal.reason` when the signal is or becomes aborted, and with an `Error`
   * with Node's `code` (`ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, ...) when there is no answer; whether the other side has taken the
   * request in is not known then. After that nothing of the request is left open.
   */
  request(request: HttpRequest): Promise<HttpResponse>
  /** Ends every connection; what is under way rejects. Idempotent. A later request connects anew. */
  close(): Promise<void>
}

export interface HttpClientOptions {
  /** Whose it is, such as `sinks.loki`: errors of its files name it. */
  readonly owner: string
  /** Connections at the same time, at most: what is beyond waits for one. */
  readonly connections: number
  /** For `https` URLs; null for the authorities that Node trusts, and no certificate of its own. */
  readonly tls: ClientTls | null
}

/** Files in PEM; null where there is none. A certificate and its key come together. */
export interface ClientTls {
  /** Whether the other side's certificate must be valid and carry its name. */
  readonly verify: boolean
  /** Who signed the other side's certificate; without it the authorities that Node trusts. */
  readonly ca: string | null
  /** What is shown to the other side. */
  readonly cert: string | null
  readonly key: string | null
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** `http://host:port/path?query`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}
