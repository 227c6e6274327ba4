import type { Agent, buildConnector } from 'undici'
import { codeOf, messageOf } from '../errors.ts'
import type {
  ClientTls,
  HttpClient,
  HttpClientOptions,
  HttpRequest,
  HttpResponse,
} from '../ports/http-client.ts'
import { readTlsFiles, type TlsFiles } from './tls-files.ts'

/**
 * The `HttpClient` port on undici: a pool of connections of its own, which are kept alive between requests. undici is loaded with the first request: it takes
 * 30 MB, and most collectors send none.
 */
export class UndiciHttpClient implements HttpClient {
  readonly #options: HttpClientOptions
  #agent: Promise<Agent> | null = null

  constructor(options: HttpClientOptions) {
    this.#options = options
  }

  async request({ method, url, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    signal.throwIfAborted()
    const dispatcher = await this.#agentNow()
    const undici = await import('undici')
    try {
      const answer = await undici.request(url, { dispatcher, method, headers, body, signal })
      const bytes = await answer.body.bytes()
      return { status: answer.statusCode, headers: flat(answer.headers), body: bytes }
    } catch (error) {
      signal.throwIfAborted()
      throw asNodeError(error)
    }
  }

  async close(): Promise<void> {
    const agent = this.#agent
    this.#agent = null
    // Where the files of TLS were no good there is none.
    await agent?.then(
      (made) => made.destroy(),
      () => {},
    )
  }

  /** Files that cannot be read now may be there at the next request. */
  async #agentNow(): Promise<Agent> {
    this.#agent ??= this.#connect()
    try {
      return await this.#agent
    } catch (error) {
      this.#agent = null
      throw error
    }
  }

  async #connect(): Promise<Agent> {
    const { connections, tls } = this.#options
    if (tls !== null) await this.#readTls(tls)
    const undici = await import('undici')
    return new undici.Agent({
      connections,
      allowH2: false,
      // Whoever asks has a deadline for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: ANSWER_BYTES_MAX,
      connect: tls === null ? { timeout: CONNECT_MS } : this.#connector(undici, tls),
    })
  }

  /** Reads the files of TLS for each connection: they may be others by then. */
  #connector({ buildConnector }: typeof import('undici'), tls: ClientTls): buildConnector.connector {
    return (options, connected) => {
      this.#readTls(tls).then(
        (files) => buildConnector({ timeout: CONNECT_MS, ...files })(options, connected),
        (error: unknown) => connected(error instanceof Error ? error : new Error(messageOf(error)), null),
      )
    }
  }

  async #readTls(tls: ClientTls): Promise<TlsFiles> {
    const { owner } = this.#options
    return await readTlsFiles(tls, { what: `of ${owner}`, namedBy: `${owner}.tls` })
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

/** undici has codes of its own where a connection ended without an answer. */
function asNodeError(error: unknown): Error {
  const code = codeOf(error) ?? ''
  const nodes = NODE_CODES[code]
  if (nodes === undefined && error instanceof Error) return error
  return Object.assign(new Error(`${messageOf(error)} ${nodes ?? code}`, { cause: error }), { code: nodes })
}

const NODE_CODES: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_DESTROYED: 'ECONNRESET',
  UND_ERR_CLOSED: 'ECONNRESET',
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
}
const CONNECT_MS = 10_000
/** An answer must not fill the memory. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
