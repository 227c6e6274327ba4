import type { ServerResponse } from 'node:http'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'
import type { StreamSource } from '../engine/simulated-stream.ts'

/**
 * Sends what a source has down a response whose head is sent. Nothing is taken while the client does not read, or while the engine hangs. The
 * source is closed at once when the connection is gone or the source has ended; a source that fails breaks the connection.
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
    this.#response.once('close', () => this.#close())
    this.#pump()
  }

  #pump(): void {
    while (this.#canSend()) {
      const { state } = this.#source
      if (state === 'waiting') return
      if (state !== 'ready') return this.#finish(state === 'ended')
      const piece = this.#source.take()
      if (piece.length > 0) this.#response.write(piece)
    }
  }

  #canSend(): boolean {
    return this.#open && this.#engine.availability !== 'hung' && !this.#response.writableNeedDrain
  }

  #finish(isClean: boolean): void {
    this.#close()
    if (isClean) this.#response.end()
    else this.#response.destroy()
  }

  #close(): void {
    if (!this.#open) return
    this.#open = false
    this.#availability?.[Symbol.dispose]()
    this.#source.close()
  }
}
