/**
 * Takes one stored message of the engine: `buffer[start, end)` is the stamp in its usual form, a space, and the data. The buffer is only
 * lent: what is kept must be copied.
 */
export type MessageHandler = (stream: number, buffer: Uint8Array, start: number, end: number) => void

/** Cuts the bytes of a log stream into messages, whatever the chunks are. */
export interface MessageParser {
  /** @throws EngineError `protocol` when the bytes are not what the API promises, or are an error message of the engine. */
  push(chunk: Uint8Array, handler: MessageHandler): void
  /** The reply ended cleanly: what is held is a whole message, or none. */
  end(handler: MessageHandler): void
  /** Forgets what is held of an unfinished message. */
  reset(): void
}
