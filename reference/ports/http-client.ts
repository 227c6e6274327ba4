/** Sends requests to where logs are shipped. */
export interface HttpClient {
  /**
   * Resolves with the whole answer, whatever its status. Rejects with `signal.reason` when the signal is or becomes aborted, and with an `Error`
   * with Node's `code` (`ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, ...) when there is no answer; whether the other side has taken the
   * request in is not known then. After that nothing of the request is left open.
   */
  request(request: HttpRequest): Promise<HttpResponse>
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
