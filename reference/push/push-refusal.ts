/** Nothing of a request was taken, unless the status is 500: then that is not known. */
export class PushRefusal extends Error {
  override readonly name = 'PushRefusal'
  readonly status: 400 | 409 | 413 | 422 | 429 | 500 | 503
  /** When it is worth trying again, seconds; null where the same request will not do. */
  readonly retryAfterSeconds: number | null

  /** @param message one sentence for whoever sent the request */
  constructor(
    status: PushRefusal['status'],
    message: string,
    { retryAfterSeconds = null, cause }: { retryAfterSeconds?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}
