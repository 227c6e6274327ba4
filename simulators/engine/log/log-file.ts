import { GrowingBytes } from './growing-bytes.ts'
import { STAMP_BYTES } from './stamp-format.ts'

/** Stream numbers as in Docker's frame header. */
export const STDOUT = 1
export const STDERR = 2
export type StreamNumber = typeof STDOUT | typeof STDERR

/** Size of the header of a frame: stream number, three zeros, big-endian length. */
export const HEADER_BYTES = 8

/**
 * One file of a container's log. Each message is kept once, in the form it has on the wire, so that a reply is a view:
 *
 *     | header 8 | stamp 30 | space | data | header 8 | ...        what a TTY wrote too: without headers is only how it is sent
 *     ^ offset 0                           ^ offset 1
 */
export class LogFile {
  /** Set when the log was rotated: the file that took over. */
  next: LogFile | null = null
  /** Set when somebody emptied the file from outside: the same file as it is since then. */
  emptiedInto: LogFile | null = null
  /** Size the engine believes the file to have on disk, bytes: what log rotation goes by. */
  sizeOnDisk: number
  /** Bytes of it that were taken from the end of the file while the engine had it open. */
  #missingBytes: number
  readonly #wire = new GrowingBytes()
  #offsets = new Float64Array(INITIAL_MESSAGES)
  #messages = 0
  /** Indexes of the records that are none any more. Null for none: nearly always, and asked at every read. */
  #spoilt: ReadonlySet<number> | null = null

  /** Messages of the log that were stored before its first. */
  readonly before: number

  /** @param missingBytes what the file had in it when it was emptied; the engine does not know */
  constructor(before = 0, missingBytes = 0) {
    this.before = before
    this.sizeOnDisk = missingBytes
    this.#missingBytes = missingBytes
  }

  /** The file as it is since it was emptied last. */
  get asItIs(): LogFile {
    return this.emptiedInto?.asItIs ?? this
  }

  /** Whether the engine believes it to be longer than it is. */
  get isShorterThanBelieved(): boolean {
    return this.#missingBytes > 0
  }

  /** Whether what was written since it was emptied is more than what was in it. */
  get outgrewMissing(): boolean {
    return this.hasReached(this.#missingBytes)
  }

  /** Whether more than so many bytes are in it. */
  hasReached(bytes: number): boolean {
    return this.sizeOnDisk - this.#missingBytes > bytes
  }

  /** The engine opened it anew. */
  measure(): void {
    this.sizeOnDisk -= this.#missingBytes
    this.#missingBytes = 0
  }

  /** A record becomes NULs. */
  spoil(index: number): void {
    this.#spoilt = new Set([...(this.#spoilt ?? []), index])
  }

  isSpoilt(index: number): boolean {
    return this.#spoilt?.has(index) ?? false
  }

  /** Where the first spoilt record begins that begins at or behind `offset`; Infinity for none. */
  spoiltFrom(offset: number): number {
    if (this.#spoilt === null) return Infinity
    const offsets = [...this.#spoilt].map((index) => this.offsetOf(index))
    return Math.min(...offsets.filter((each) => each >= offset))
  }

  get messages(): number {
    return this.#messages
  }

  /** Bytes on the wire. */
  get length(): number {
    return this.#wire.length
  }

  append(stream: StreamNumber, stamp: Uint8Array, data: Uint8Array): void {
    if (this.#messages === this.#offsets.length) this.#growOffsets()
    this.#offsets[this.#messages++] = this.#wire.length
    const payload = STAMP_BYTES + 1 + data.length
    const frame = this.#wire.extend(HEADER_BYTES + payload)
    const wire = this.#wire.buffer
    writeHeader(wire, frame, stream, payload)
    wire.set(stamp, frame + HEADER_BYTES)
    wire[frame + HEADER_BYTES + STAMP_BYTES] = SPACE
    wire.set(data, frame + HEADER_BYTES + STAMP_BYTES + 1)
    this.sizeOnDisk += data.length + JSON_OVERHEAD_BYTES
  }

  /** Where message `index` begins on the wire; the end of the file for the index behind the last. */
  offsetOf(index: number): number {
    return index < this.#messages ? this.#offsets[index]! : this.length
  }

  /** Index of the first of the last `count` messages, and how many there are. */
  seekMessages(count: number): { first: number; found: number } {
    const first = Math.max(0, this.#messages - count)
    return { first, found: this.#messages - first }
  }

  /** The same for lines, all messages of each: what has no newline yet counts as a line. */
  seekLines(count: number): { first: number; found: number } {
    let first = this.#messages
    let found = 0
    while (first > 0) {
      const isLastOfLine = first === this.#messages || this.#endsLine(first - 1)
      if (isLastOfLine && found === count) break
      if (isLastOfLine) found += 1
      first -= 1
    }
    return { first, found }
  }

  /** Messages up to the first that ends a line; Infinity while there is none. */
  messagesOfFirstLine(): number {
    for (let index = 0; index < this.#messages; index++) if (this.#endsLine(index)) return index + 1
    return Infinity
  }

  /** Index of the first message that begins at or behind `offset`. */
  indexAt(offset: number): number {
    let low = 0
    let high = this.#messages
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#offsets[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** A view of the wire bytes [from, to). It stays valid. */
  view(from: number, to: number): Uint8Array {
    return this.#wire.view(from, to)
  }

  #endsLine(index: number): boolean {
    return this.#wire.view(this.offsetOf(index + 1) - 1, this.offsetOf(index + 1))[0] === NEWLINE
  }

  #growOffsets(): void {
    const larger = new Float64Array(this.#offsets.length * 2)
    larger.set(this.#offsets)
    this.#offsets = larger
  }
}

/** Into bytes that are still zero. */
function writeHeader(wire: Uint8Array, at: number, stream: number, payload: number): void {
  wire[at] = stream
  wire[at + 4] = payload >>> 24
  wire[at + 5] = payload >>> 16
  wire[at + 6] = payload >>> 8
  wire[at + 7] = payload
}

const SPACE = 0x20
const NEWLINE = 0x0a
/** `{"log":"","stream":"stdout","time":"…"}` and a newline around the data in a json-file. */
const JSON_OVERHEAD_BYTES = 75
const INITIAL_MESSAGES = 16
