import { STDOUT } from '../../../dispatch/block.ts'
import { EngineError } from '../../../ports/docker-engine.ts'
import type { MessageHandler, MessageParser } from './message-parser.ts'
import {
  hasUsualStamp,
  STAMP_BYTES,
  STAMP_PREFIX,
  stampLengthAt,
  usualStamp,
  withUsualStamp,
} from './stamp.ts'
import { isWholeChunk, longestChunk } from './stored-chunk.ts'

const NEWLINE = 0x0a
const STAMP_END = 'Z '
/** Without a newline for so long this is no log. */
const MAX_HELD_BYTES = 4 * 1024 * 1024

/** Where an unterminated message ended that was the last of its run: what follows in the log is glued to it. */
export interface Unterminated {
  readonly stamp: string
  /** Bytes of its data. */
  readonly length: number
}

/**
 * Cuts the unframed stream of a container with a TTY into messages. A message ends at a newline, or after a whole chunk that is followed by
 * the same stamp inline. A run of the container may end without a newline, and what the next one writes is glued to it: that end is remembered, or it is known by
 * a stamp of nine decimals that is later than the line's own. What a process writes of the time is earlier than the stamp of its line; such text is content.
 */
export class TtyDemultiplexer implements MessageParser {
  #held: Uint8Array = new Uint8Array(0)
  readonly #chunkBytes: number
  readonly #unterminated: () => readonly Unterminated[]

  /** @param chunkBytes the engine stores longer lines in chunks of this size */
  constructor(chunkBytes: number, unterminated: () => readonly Unterminated[]) {
    this.#chunkBytes = chunkBytes
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
    const stampLength = stampLengthAt(buffer, start)
    const data = start + (stampLength === 0 ? STAMP_PREFIX : stampLength + 1)
    const newline = buffer.indexOf(NEWLINE, data)
    const before = newline < 0 ? buffer.length : newline
    const glued = this.#gluedEnd(buffer, start, data, before)
    const chunk = before <= data + this.#chunkBytes ? undefined : this.#chunkEnd(buffer, start, data, before)
    return earlier(glued, chunk) ?? (newline < 0 ? undefined : newline + 1)
  }

  /** Where a whole chunk ends that is followed by the stamp of its line again. */
  #chunkEnd(buffer: Uint8Array, start: number, data: number, before: number): number | undefined {
    const shortest = data + this.#chunkBytes
    const until = Math.min(before, data + longestChunk(this.#chunkBytes) + (data - start))
    const window = Buffer.from(buffer.buffer, buffer.byteOffset + shortest, until - shortest)
    const stamp = buffer.subarray(start, data)
    for (let at = window.indexOf(stamp); at !== -1; at = window.indexOf(stamp, at + 1)) {
      if (isWholeChunk(buffer.subarray(data, shortest + at), this.#chunkBytes)) return shortest + at
    }
    return undefined
  }

  /** Where an earlier run of the container ended: as is remembered, or where a later stamp stands within the line. */
  #gluedEnd(buffer: Uint8Array, start: number, data: number, before: number): number | undefined {
    let first = this.#laterStamp(buffer, start, data, before)
    for (const { stamp, length } of this.#unterminated())
      if (isStampAt(buffer, data + length) && stamp === stampBefore(buffer, start, data))
        first = earlier(first, data + length)
    return first
  }

  #laterStamp(buffer: Uint8Array, start: number, data: number, before: number): number | undefined {
    const line = Buffer.from(buffer.buffer, buffer.byteOffset + data, before - data)
    for (let at = line.indexOf(STAMP_END); at !== -1; at = line.indexOf(STAMP_END, at + 1)) {
      const from = at - STAMP_BYTES + 1
      if (from <= 0) continue
      const text = line.toString('latin1', from, at + 1)
      if (usualStamp(text) === text && text > stampBefore(buffer, start, data)) return data + from
    }
    return undefined
  }
}

/** The first of two ends: whether a later one is there already depends on how much of the stream is. */
function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}

/** Not only the form: text that has it may go over the end of a line, and then the answer would hang on how much of the stream is there. */
function isStampAt(buffer: Uint8Array, at: number): boolean {
  const length = stampLengthAt(buffer, at)
  return length > 0 && usualStamp(Buffer.from(buffer.subarray(at, at + length)).toString('latin1')) !== null
}

/** Few messages need it, and reading it costs more than the rest of a message: it is asked for where it is compared. */
function stampBefore(buffer: Uint8Array, start: number, data: number): string {
  return usualStamp(Buffer.from(buffer.subarray(start, data - 1)).toString('latin1')) ?? ''
}

function emit(buffer: Uint8Array, start: number, end: number, handler: MessageHandler): void {
  if (hasUsualStamp(buffer, start, end)) {
    return handler(STDOUT, buffer, start, end)
  }
  const message = withUsualStamp(buffer.subarray(start, end))
  return handler(STDOUT, message, 0, message.length)
}
