import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { HttpClient, HttpRequest, HttpResponse } from '../../reference/ports/index.ts'

/** The `HttpClient` port on Node's own client, a connection for every request. */
export class NodeHttpClient implements HttpClient {
  readonly #socketPath: string | undefined

  /** @param socketPath a unix socket to use whatever the host of the URL */
  constructor(socketPath?: string) {
    this.#socketPath = socketPath
  }

  async request({ method, url, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    signal.throwIfAborted()
    const sent = httpRequest(url, {
      method,
      headers: { ...headers, 'content-length': body.length },
      socketPath: this.#socketPath,
      agent: false,
    })
    const abort = (): void => void sent.destroy(new Error('Aborted'))
    signal.addEventListener('abort', abort)
    try {
      sent.end(body)
      const [reply]: IncomingMessage[] = await once(sent, 'response')
      return { status: reply!.statusCode!, headers: flat(reply!), body: await buffer(reply!) }
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Each connection ends with its request. */
  async close(): Promise<void> {}
}

function flat({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
