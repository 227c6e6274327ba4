import { EngineError } from '../../../ports/docker-engine.ts'
import type { MessageHandler, MessageParser } from './message-parser.ts'
import { hasUsualStamp, withUsualStamp } from './stamp.ts'

const HEADER_BYTES = 8
/** Room for the frames there usually are. Most replies have none that comes in parts, and need none. */
const FRAME_BYTES = 64 * 1024
const NOTHING = new Uint8Array(0)
/** Stream number of an error message of the engine. */
const SYSTEM_ERROR = 3
/** The engine stores chunks of 16 KiB; anything near this is not a frame header. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024

/**
 * Cuts the multiplexed stream of a container without TTY into messages:
 *
 *     | stream 0-3 | 0 | 0 | 0 | length, big-endian | stamp, space, data |
 *
 * A frame that lies whole in a chunk is handed on without a copy.
 */
export class Demultiplexer implements MessageParser {
  /** The frame that is not complete yet, header included; `#held` bytes of it are there. */
  #frame: Uint8Array = NOTHING
  #held = 0

  push(chunk: Uint8Array, handler: MessageHandler): void {
    let at = 0
    while (at < chunk.length) {
      const end = this.#held === 0 ? frameEnd(chunk, at) : Infinity
      if (end <= chunk.length) {
        emit(chunk, at, end, handler)
        at = end
      } else {
        at = this.#hold(chunk, at, handler)
      }
    }
  }

  end(): void {
    if (this.#held === 0) return
    this.#held = 0
    throw new EngineError('protocol', 'Cannot read the log: the reply ended within a frame')
  }

  reset(): void {
    this.#held = 0
  }

  /** Adds to the incomplete frame and hands it on when it is whole; how far the chunk is used up. */
  #hold(chunk: Uint8Array, start: number, handler: MessageHandler): number {
    const at = this.#fill(chunk, start, HEADER_BYTES)
    if (this.#held < HEADER_BYTES) return at
    const end = frameEnd(this.#frame, 0)
    const next = this.#fill(chunk, at, end)
    if (this.#held === end) {
      this.#held = 0
      emit(this.#frame, 0, end, handler)
    }
    return next
  }

  /** Copies until `#held` is `target` or the chunk is used up; how far that is. */
  #fill(chunk: Uint8Array, at: number, target: number): number {
    const count = Math.max(0, Math.min(target - this.#held, chunk.length - at))
    if (this.#held + count > this.#frame.length) this.#grow(target)
    this.#frame.set(chunk.subarray(at, at + count), this.#held)
    this.#held += count
    return at + count
  }

  #grow(size: number): void {
    const larger = new Uint8Array(Math.max(size, FRAME_BYTES))
    larger.set(this.#frame.subarray(0, this.#held))
    this.#frame = larger
  }
}

/** Where the frame that starts at `at` ends; Infinity when its header is not whole. */
function frameEnd(buffer: Uint8Array, at: number): number {
  if (buffer.length - at < HEADER_BYTES) return Infinity
  const size =
    ((buffer[at + 4]! << 24) | (buffer[at + 5]! << 16) | (buffer[at + 6]! << 8) | buffer[at + 7]!) >>> 0
  const valid =
    buffer[at]! <= SYSTEM_ERROR && buffer[at + 1] === 0 && buffer[at + 2] === 0 && buffer[at + 3] === 0
  if (!valid || size > MAX_FRAME_BYTES) {
    const header = Buffer.from(buffer.subarray(at, at + HEADER_BYTES)).toString('hex')
    throw new EngineError('protocol', `Cannot read the log: ${header} is no frame header`)
  }
  return at + HEADER_BYTES + size
}

function emit(buffer: Uint8Array, at: number, end: number, handler: MessageHandler): void {
  const stream = buffer[at]!
  const start = at + HEADER_BYTES
  if (stream === SYSTEM_ERROR) {
    const text = new TextDecoder().decode(buffer.subarray(start, end)).trim()
    throw new EngineError('protocol', `The engine reported: ${text}`)
  }
  if (hasUsualStamp(buffer, start, end)) return handler(stream, buffer, start, end)
  const message = withUsualStamp(buffer.subarray(start, end))
  return handler(stream, message, 0, message.length)
}
