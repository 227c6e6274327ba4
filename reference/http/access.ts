import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApiConfig } from '../config/config.ts'
import { isToken, TOKEN_ALLOWED } from '../config/sections/api.ts'
import { messageOf } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { HttpReply, RouteRequest } from '../ports/http-server.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics, RefusedReason } from '../metrics/metrics.ts'
import { RequestRate } from './request-rate.ts'
import { Secret } from '../secret.ts'
import { UsageError } from '../usage-error.ts'
import { refusal, type ApiRoute } from './api-route.ts'

export interface AccessContext {
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'apiRefused'>
}

/**
 * Who may do what over the API, and how often: what is protected needs the token, where there is one; without one everybody who reaches the address may, but
 * no page in a browser. Who is let in shares one rate, and what is open to all has one of its own, so that health is told whatever else is asked.
 */
export class Access {
  readonly #token: Secret | null
  readonly #context: AccessContext
  readonly #rates: Readonly<Record<ApiRoute['access'], RequestRate>>
  /** When the log last said that one was refused, monotonic milliseconds; how many were since. */
  #told: { readonly atMs: number; since: number } | null = null

  constructor(
    { requestsPerSecond, token }: Pick<ApiConfig, 'requestsPerSecond' | 'token'>,
    context: AccessContext,
  ) {
    this.#token = token === null ? null : new Secret(token, context)
    this.#context = context
    this.#rates = {
      open: new RequestRate(requestsPerSecond, context.clock),
      protected: new RequestRate(requestsPerSecond, context.clock),
    }
  }

  /** @throws UsageError naming the file when there is no token in it that can be used */
  async check(): Promise<void> {
    if (this.#token === null) return
    let token: string
    try {
      token = await this.#token.value()
    } catch (cause) {
      throw new UsageError(`Cannot use api.token_file: ${messageOf(cause)}`, {
        cause,
        code: 'token_unusable',
      })
    }
    if (!isToken(token))
      throw new UsageError(`Cannot use what is in api.token_file; allowed: ${TOKEN_ALLOWED}`, {
        code: 'token_unusable',
      })
  }

  /** The route as it is to be served. */
  guarded(route: ApiRoute): ApiRoute {
    const { access } = route
    return {
      ...route,
      refuse: async (request) =>
        (access === 'open' ? null : await this.#refuse(route, request)) ?? this.#slowDown(route),
    }
  }

  #slowDown({ access, path }: ApiRoute): HttpReply | null {
    if (this.#rates[access].take()) return null
    this.#note('rate', path)
    return refusal(429, 'Too many requests: api.requests_per_second allows fewer', { 'retry-after': '1' })
  }

  async #refuse(
    { method, path }: ApiRoute,
    { headers }: Pick<RouteRequest, 'headers'>,
  ): Promise<HttpReply | null> {
    if (this.#token !== null) return await this.#refuseWithout(this.#token, path, headers['authorization'])
    // A page of any site may have a browser on this machine send a request here; it then says where it comes from.
    if (method !== 'POST' || headers['origin'] === undefined) return null
    this.#note('origin', path)
    return refusal(403, 'A page in a browser may not do this: set api.token, and send it')
  }

  async #refuseWithout(token: Secret, path: string, given = ''): Promise<HttpReply | null> {
    try {
      const value = await token.value()
      // The file may have been emptied since the start.
      if (isToken(value) && isSame(given, `Bearer ${value}`)) return null
    } catch (error) {
      this.#context.logger.error({ err: error }, 'The token of the API cannot be read: nobody is let in')
    }
    this.#note('token', path)
    return refusal(401, 'Send the token of api.token: "Authorization: Bearer ..."', {
      'www-authenticate': 'Bearer',
    })
  }

  #note(reason: RefusedReason, path: string): void {
    const { clock, logger, metrics } = this.#context
    metrics.apiRefused(reason)
    const nowMs = clock.monotonic()
    if (this.#told !== null && nowMs - this.#told.atMs < TOLD_EVERY_MS) return void (this.#told.since += 1)
    const before = this.#told?.since ?? 0
    this.#told = { atMs: nowMs, since: 0 }
    logger.warn({ path, reason, before }, 'A request to the API was refused')
  }
}

/** The log says one of them in a while: whoever tries tokens must not fill it. */
const TOLD_EVERY_MS = 60_000

/** Takes as long whatever is the same of them. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
