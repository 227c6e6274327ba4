import {
  type ContainerEvent,
  EngineError,
  type EventStream,
  type LogStream,
} from '../../ports/docker-engine.ts'
import { toContainerEvent } from './docker-replies.ts'
import { JsonLines } from './json-lines.ts'

/** The engine's events from the bytes of its `/events` response. */
export class JsonEventStream implements EventStream {
  readonly #bytes: LogStream
  readonly #lines = new JsonLines()
  readonly #ready: ContainerEvent[] = []

  constructor(bytes: LogStream) {
    this.#bytes = bytes
  }

  get closed(): Promise<void> {
    return this.#bytes.closed
  }

  async read(options: { signal: AbortSignal }): Promise<ContainerEvent | null> {
    options.signal.throwIfAborted()
    for (;;) {
      const event = this.#ready.shift()
      if (event !== undefined) return event
      const piece = await this.#bytes.read(options)
      if (piece === null) return null
      this.#take(piece)
    }
  }

  destroy(): void {
    this.#ready.length = 0
    this.#bytes.destroy()
  }

  #take(piece: Uint8Array): void {
    try {
      this.#ready.push(...this.#lines.push(piece).map((value) => toContainerEvent(value)))
    } catch (cause) {
      throw new EngineError('protocol', 'Cannot read events: the engine sent something else', { cause })
    }
  }
}
