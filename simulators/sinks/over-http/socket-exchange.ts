import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpResponse } from '../../../reference/ports/index.ts'
import type { Host } from '../../world/host.ts'
import { Occurrence } from '../occurrence.ts'
import { pause } from '../pause.ts'
import type { ReceiveOptions, SinkExchange } from '../sink-exchange.ts'

/** One request over a socket. */
export class SocketExchange implements SinkExchange {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly announcedBytes: number | null
  readonly #host: Host
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #end = new Occurrence()

  constructor(host: Host, request: IncomingMessage, response: ServerResponse) {
    const { method = '', url = '/', headers } = request
    this.method = method
    this.path = url
    this.headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    const length = headers['content-length']
    this.announcedBytes = length === undefined ? null : Number(length)
    this.#host = host
    this.#request = request
    this.#response = response
    response.once('close', () => this.#end.happen())
  }

  get isOver(): boolean {
    return this.#end.happened
  }

  onOver(listener: () => void): Disposable {
    return this.#end.listen(listener)
  }

  async receive({
    upToBytes = Infinity,
    bytesPerSecond = Infinity,
  }: ReceiveOptions = {}): Promise<Uint8Array | null> {
    const pieces: Uint8Array[] = []
    let bytes = 0
    try {
      if (upToBytes > 0) {
        for await (const piece of this.#pieces()) {
          pieces.push(piece)
          bytes += piece.length
          if (bytesPerSecond !== Infinity)
            await pause(this.#host, this, (piece.length / bytesPerSecond) * 1000)
          if (bytes >= upToBytes) break
        }
      }
    } catch {
      // The connection broke.
      return null
    }
    return Buffer.concat(pieces).subarray(0, upToBytes)
  }

  /** What is read and not more: Node would close the connection of a request that was left half read. */
  #pieces(): AsyncIterable<Uint8Array> {
    return this.#request.iterator({ destroyOnReturn: false })
  }

  answer({ status, headers, body }: HttpResponse): void {
    if (!this.#end.happen()) return
    this.#response.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
  }

  reset(): void {
    if (!this.#end.happen()) return
    const { socket } = this.#request
    // A unix socket knows no reset; the sender sees that it hung up.
    if (socket.remoteAddress === undefined) socket.destroy()
    else socket.resetAndDestroy()
  }
}
