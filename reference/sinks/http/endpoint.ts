import type { WriteAnswer } from '../../dispatch/sink.ts'
import { messageOf } from '../../errors.ts'
import type { HealthCheck } from '../../http/health.ts'
import type { HttpClient, HttpResponse } from '../../ports/http-client.ts'
import type { SinkContext } from '../sink-definition.ts'
import type { EndpointConfig } from './endpoint-config.ts'
import { retryAfterMs } from './retry-after.ts'
import { Secret } from '../../secret.ts'

export interface EndpointOptions {
  /** Of the sink. */
  readonly name: string
  readonly config: EndpointConfig
  readonly context: SinkContext
  /** Sent with every request, such as the tenant. */
  readonly headers: Readonly<Record<string, string>>
  /** Statuses after which the same request may be sent again. */
  readonly mayRepeat: (status: number) => boolean
  /** Statuses that say something is wrong with what was sent, and perhaps with a part of it only. */
  readonly isDoubt: (status: number) => boolean
}

/** What came of a request. */
export type Verdict =
  | { readonly kind: 'taken'; readonly response: HttpResponse }
  /** Something in it is not taken, or all of it. */
  | { readonly kind: 'doubt'; readonly why: string; readonly response: HttpResponse }
  | (WriteAnswer & { readonly kind: 'again' | 'smaller' | 'refused' })

/** Where a sink's requests go: connections, credentials, figures, and what the statuses mean. */
export class Endpoint {
  readonly #options: EndpointOptions
  readonly #client: HttpClient
  readonly #password: Secret | null
  readonly #token: Secret | null
  /** Since when nothing was taken, and why; null when the last request was. */
  #trouble: { readonly sinceMs: number; readonly why: string } | null = null

  constructor(options: EndpointOptions) {
    const { name, config, context } = options
    const secret = (of: EndpointConfig['password']): Secret | null => of && new Secret(of, context)
    this.#options = options
    this.#password = secret(config.password)
    this.#token = secret(config.bearerToken)
    this.#client = context.httpClient({
      owner: `sinks.${name}`,
      connections: config.maxInFlight,
      tls: config.tls,
    })
  }

  /** Sends it. Rejects with `signal.reason` on abort, and for no other reason. */
  async post(
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const { context, name, config } = this.#options
    const startedMs = context.clock.monotonic()
    const done = (status: string): void =>
      context.metrics.sinkRequest(name, status, body.length, (context.clock.monotonic() - startedMs) / 1000)
    try {
      const all = {
        ...config.headers,
        ...this.#options.headers,
        ...headers,
        ...(await this.#authorization()),
      }
      const request = { method: 'POST', url: config.url, headers: all, body, signal } as const
      const response = await this.#client.request(request)
      done(String(response.status))
      return this.#judged(this.#judge(response))
    } catch (error) {
      done(signal.aborted ? 'given up' : 'no answer')
      signal.throwIfAborted()
      return this.#judged({ kind: 'again', why: messageOf(error), of: 'sink' })
    }
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  checks(): Readonly<Record<string, HealthCheck>> {
    const { name, config, context } = this.#options
    const check = `sink ${name} requests`
    if (this.#trouble === null) return { [check]: { ok: true, detail: `${placeOf(config.url)} takes them` } }
    const { sinceMs, why } = this.#trouble
    const forMs = context.clock.monotonic() - sinceMs
    const detail = `${placeOf(config.url)} took none for ${Math.round(forMs / 1000)} s: ${why}`
    return { [check]: { ok: forMs < TROUBLE_MS, detail } }
  }

  async #authorization(): Promise<Record<string, string>> {
    const { username } = this.#options.config
    if (this.#token !== null) return { authorization: `Bearer ${await this.#token.value()}` }
    if (this.#password === null) return {}
    const credentials = Buffer.from(`${username}:${await this.#password.value()}`).toString('base64')
    return { authorization: `Basic ${credentials}` }
  }

  #judge(response: HttpResponse): Verdict {
    const { mayRepeat, isDoubt, context } = this.#options
    const { status, headers } = response
    if (status >= 200 && status < 300) return { kind: 'taken', response }
    const why = `HTTP ${status}: ${wordsOf(response)}`
    if (status === 413) return { kind: 'smaller', why }
    if (mayRepeat(status)) {
      const afterMs = retryAfterMs(headers, context.clock.now())
      return { kind: 'again', why, of: 'sink', ...(afterMs !== undefined && { afterMs }) }
    }
    if (isDoubt(status)) return { kind: 'doubt', why, response }
    this.#password?.doubt()
    this.#token?.doubt()
    return { kind: 'refused', why }
  }

  #judged(verdict: Verdict): Verdict {
    if (verdict.kind === 'taken' || verdict.kind === 'smaller') this.#trouble = null
    else {
      const sinceMs = this.#trouble?.sinceMs ?? this.#options.context.clock.monotonic()
      this.#trouble = { sinceMs, why: verdict.why }
    }
    return verdict
  }
}

/** What an answer says, in one line, without what cannot be printed. */
function wordsOf({ body }: HttpResponse): string {
  const text = new TextDecoder().decode(body.subarray(0, WORDS_BYTES))
  // oxlint-disable-next-line no-control-regex -- what is to be left out
  return text.replaceAll(/[\u0000-\u001f\u007f\ufffd]+/g, ' ').trim() || 'no words'
}

function placeOf(url: string): string {
  return new URL(url).host
}

const TROUBLE_MS = 60_000
const WORDS_BYTES = 300
