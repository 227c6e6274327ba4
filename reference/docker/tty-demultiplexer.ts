import { STAMP_BYTES, STDOUT } from '../dispatch/block.ts'
import { EngineError } from '../ports/docker-engine.ts'
import type { MessageHandler, MessageParser } from './message-parser.ts'
import { compareStamps, hasUsualStamp, STAMP_PREFIX, withUsualStamp } from './stamp.ts'

const NEWLINE = 0x0a
/** The engine stores longer lines in chunks of this size. */
const CHUNK_BYTES = 16 * 1024
/** Without a newline for so long this is no log. */
const MAX_HELD_BYTES = 4 * 1024 * 1024

/** Where an unterminated message ended that was the last of its run: what follows in the log is glued to it. */
export interface Unterminated {
  readonly stamp: string
  /** Bytes of its data. */
  readonly length: number
}

/**
 * Cuts the unframed stream of a container with a TTY into messages. A message ends at a newline, or after exactly 16,384 bytes that are followed
 * by the same stamp inline; other stamp-like text is content. One more place is known from before: behind the unterminated message with which an
 * earlier run of the container ended.
 */
export class TtyDemultiplexer implements MessageParser {
  #held: Uint8Array = new Uint8Array(0)
  readonly #unterminated: () => Unterminated | undefined

  constructor(unterminated: () => Unterminated | undefined) {
    this.#unterminated = unterminated
  }

  push(chunk: Uint8Array, handler: MessageHandler): void {
    const buffer = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    let at = 0
    for (;;) {
      const end = this.#messageEnd(buffer, at)
      if (end === undefined) break
      emit(buffer, at, end, handler)
      at = end
    }
    this.#held = buffer.slice(at)
    if (this.#held.length > MAX_HELD_BYTES) {
      throw new EngineError('protocol', `Cannot read the log: no line ends within ${MAX_HELD_BYTES} bytes`)
    }
  }

  end(handler: MessageHandler): void {
    const rest = this.#held
    this.reset()
    if (rest.length > 0) emit(rest, 0, rest.length, handler)
  }

  reset(): void {
    this.#held = new Uint8Array(0)
  }

  /** Where the message that starts at `start` ends; undefined while that cannot be told. */
  #messageEnd(buffer: Uint8Array, start: number): number | undefined {
    if (buffer.length - start < STAMP_PREFIX) return undefined
    const data = start + STAMP_PREFIX
    const glued = this.#gluedEnd(buffer, start)
    if (glued !== undefined) return glued
    const newline = buffer.indexOf(NEWLINE, data)
    const chunkEnd = data + CHUNK_BYTES
    if (newline >= 0 && newline <= chunkEnd) return newline + 1
    if (buffer.length < chunkEnd + STAMP_PREFIX) return undefined
    if (compareStamps(buffer, start, buffer, chunkEnd) === 0) return chunkEnd
    return newline < 0 ? undefined : newline + 1
  }

  #gluedEnd(buffer: Uint8Array, start: number): number | undefined {
    const known = this.#unterminated()
    if (known === undefined) return undefined
    const end = start + STAMP_PREFIX + known.length
    if (!hasUsualStamp(buffer, end, buffer.length)) return undefined
    const stamp = Buffer.from(known.stamp)
    return compareStamps(stamp, 0, buffer, start) === 0 ? end : undefined
  }
}

function emit(buffer: Uint8Array, start: number, end: number, handler: MessageHandler): void {
  if (hasUsualStamp(buffer, start, end) && buffer[start + STAMP_BYTES] !== undefined) {
    return handler(STDOUT, buffer, start, end)
  }
  const message = withUsualStamp(buffer.subarray(start, end))
  return handler(STDOUT, message, 0, message.length)
}
