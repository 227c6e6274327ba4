import type { HttpResponse } from '../../reference/ports/index.ts'

/** One request to a sink from its first byte on, as the sink sees it: over a socket, or in the virtual world. */
export interface SinkExchange {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the body as the sender announced them; null when it did not. */
  readonly announcedBytes: number | null
  /** Answered, broken off, or the sender is gone. */
  readonly isOver: boolean
  /** Calls back once when the exchange is over, at once when it is. Dispose to be forgotten. */
  onOver(listener: () => void): Disposable
  /**
   * Takes in the body, or its first bytes. Once for an exchange.
   * @returns when it is there or the exchange is over; null where the connection broke before it was there
   */
  receive(options?: ReceiveOptions): Promise<Uint8Array | null>
  /** Nothing once the exchange is over. */
  answer(answer: HttpResponse): void
  /** Breaks the connection. Nothing once the exchange is over. */
  reset(): void
}

export interface ReceiveOptions {
  /** Default all. */
  readonly upToBytes?: number
  /** Default as fast as they come. */
  readonly bytesPerSecond?: number
}
