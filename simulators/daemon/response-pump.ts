import type { ServerResponse } from 'node:http'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'
import type { StreamSource } from '../engine/client/simulated-stream.ts'

/**
 * Sends what a source has down a response whose head is written; the head goes at once unless the source delays it. Nothing is taken while the client does not read, or while the engine hangs. The
 * source is closed when the connection is gone (but not while the release of the stream hangs) or the source has ended; a source that fails breaks
 * the connection.
 */
export function pumpInto(
  response: ServerResponse,
  source: StreamSource<Uint8Array>,
  engine: SimulatedEngine,
): void {
  new ResponsePump(response, source, engine).start()
}

class ResponsePump {
  readonly #response: ServerResponse
  readonly #source: StreamSource<Uint8Array>
  readonly #engine: SimulatedEngine
  #availability: Disposable | null = null
  #open = true
  #isGone = false
  #headSent = false
  /** Pieces that were written and are not with the kernel yet. */
  #onTheirWay = 0
  #broken = false

  constructor(response: ServerResponse, source: StreamSource<Uint8Array>, engine: SimulatedEngine) {
    this.#response = response
    this.#source = source
    this.#engine = engine
  }

  start(): void {
    if (this.#response.destroyed) return this.#close()
    const pump = (): void => this.#pump()
    this.#source.onChange = pump
    this.#availability = this.#engine.onAvailability(pump)
    this.#response.on('drain', pump)
    this.#response.once('close', () => this.#clientGone())
    this.#pump()
  }

  #pump(): void {
    if (this.#isGone) return this.#clientGone()
    if (!this.#source.delaysHead) this.#sendHead()
    while (this.#canSend()) {
      const { state } = this.#source
      if (state === 'waiting') return
      if (state !== 'ready') return this.#finish(state === 'ended')
      const piece = this.#source.take()
      if (piece.length > 0) this.#write(piece)
    }
  }

  #canSend(): boolean {
    return this.#open && this.#engine.availability !== 'hung' && !this.#response.writableNeedDrain
  }

  #sendHead(): void {
    if (this.#headSent) return
    this.#headSent = true
    this.#response.flushHeaders()
  }

  #finish(isClean: boolean): void {
    const { staysOpen } = this.#source
    this.#close()
    if (!isClean) this.#break()
    else if (staysOpen) endBody(this.#response)
    else this.#response.end()
  }

  #write(piece: Uint8Array): void {
    this.#onTheirWay += 1
    this.#response.write(piece, this.#onWritten)
  }

  readonly #onWritten = (): void => {
    this.#onTheirWay -= 1
    if (this.#broken && this.#onTheirWay === 0) this.#response.destroy()
  }

  /** Breaks the connection once what was written is with the kernel: a connection that breaks inside a message has to have begun it. */
  #break(): void {
    this.#broken = true
    if (this.#onTheirWay === 0 || this.#response.writableNeedDrain) this.#response.destroy()
  }

  #clientGone(): void {
    this.#isGone = true
    if (!this.#source.hangsOnClose) this.#close()
  }

  #close(): void {
    if (!this.#open) return
    this.#open = false
    this.#availability?.[Symbol.dispose]()
    this.#source.close()
  }
}

/** Ends a chunked body as far as the client can see, and keeps the connection. */
function endBody(response: ServerResponse): void {
  response.flushHeaders()
  response.socket?.write('0\r\n\r\n')
}
