import { GrowingBytes } from '../log/growing-bytes.ts'
import type { StreamNumber } from '../log/log-file.ts'

/** A part of a line as it was stored: one message. */
export interface StoredPiece {
  readonly data: Uint8Array
  /** Counted from the first message ever stored, which is 0. */
  readonly message: number
}

/** A complete line: where it lies, and the messages it was stored in. */
export interface ExpectedLine {
  readonly from: number
  /** Behind its newline. */
  readonly to: number
  readonly messages: readonly number[]
  /** For a line of several messages: what each holds, without a newline. Empty for others. */
  readonly pieces: readonly Uint8Array[]
  /** That of its end: 1 is standard output, 2 standard error. */
  readonly stream: number
}

/**
 * What a file that holds everything a container wrote must contain: complete lines of both streams in the order the engine stored their
 * ends, each with exactly one newline.
 */
export class ExpectedOutput {
  readonly #tty: boolean
  readonly #bytes = new GrowingBytes()
  /** Open partial lines by stream; the one stored to last comes last. */
  readonly #partials = new Map<StreamNumber, StoredPiece[]>()
  /** Where each line ends, and the last message of it. */
  #ends = new Float64Array(INITIAL_LINES)
  #lastMessages = new Float64Array(INITIAL_LINES)
  #streams = new Uint8Array(INITIAL_LINES)
  /** Of the lines that were stored in several messages. */
  readonly #pieces = new Map<number, readonly StoredPiece[]>()
  #lines = 0

  constructor(tty: boolean) {
    this.#tty = tty
  }

  /** Complete lines. */
  get lines(): number {
    return this.#lines
  }

  get length(): number {
    return this.#bytes.length
  }

  /** Whether parts of a line are stored whose end is not. */
  get hasOpenLine(): boolean {
    return this.#partials.size > 0
  }

  /** Lines of which parts are stored and the end is not, the one stored to last comes last: their parts, at least one each. */
  get openLines(): readonly (readonly StoredPiece[])[] {
    return [...this.#partials.values()]
  }

  /**
   * A message was stored.
   * @param message counted from the first ever stored, which is 0
   */
  add(stream: StreamNumber, data: Uint8Array, message: number): void {
    if (data[data.length - 1] !== NEWLINE) return this.#addPartial(stream, { data: data.slice(), message })
    if (this.#partials.size > 0) this.#takePartial(stream, { data, message })
    this.#complete(stream, data, message)
  }

  /** The container ended: open lines get the newline they lack. */
  end(): void {
    for (const stream of this.#partials.keys()) this.#endPartial(stream)
  }

  /** A view of [from, to), by default of everything. */
  view(from = 0, to: number = this.#bytes.length): Uint8Array {
    return this.#bytes.view(from, to)
  }

  /** Index of the line in which the byte at this offset lies, or will lie. */
  lineAt(offset: number): number {
    let low = 0
    let high = this.#lines
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ends[middle]! <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** A complete line. @param index counted from 0 */
  line(index: number): ExpectedLine {
    const pieces = this.#pieces.get(index) ?? []
    return {
      from: index === 0 ? 0 : this.#ends[index - 1]!,
      to: this.#ends[index]!,
      messages: pieces.length === 0 ? [this.#lastMessages[index]!] : pieces.map(({ message }) => message),
      pieces: pieces.map(({ data }) => this.#withoutEnd(data)),
      stream: this.#streams[index]!,
    }
  }

  #complete(stream: StreamNumber, data: Uint8Array, message: number): void {
    this.#bytes.append(this.#withoutEnd(data))
    this.#bytes.append(NEWLINE_ONLY)
    if (this.#lines === this.#ends.length) this.#growIndex()
    this.#ends[this.#lines] = this.#bytes.length
    this.#streams[this.#lines] = stream
    this.#lastMessages[this.#lines++] = message
  }

  #withoutEnd(data: Uint8Array): Uint8Array {
    if (data[data.length - 1] !== NEWLINE) return data
    return data.subarray(0, this.#tty && data[data.length - 2] === CARRIAGE_RETURN ? -2 : -1)
  }

  #addPartial(stream: StreamNumber, piece: StoredPiece): void {
    const pieces = this.#partials.get(stream) ?? []
    pieces.push(piece)
    this.#partials.delete(stream)
    this.#partials.set(stream, pieces)
  }

  #endPartial(stream: StreamNumber): void {
    const { message } = this.#partials.get(stream)!.at(-1)!
    this.#takePartial(stream)
    this.#complete(stream, NEWLINE_ONLY, message)
  }

  #takePartial(stream: StreamNumber, last?: StoredPiece): void {
    const pieces = this.#partials.get(stream)
    if (pieces === undefined) return
    for (const { data } of pieces) this.#bytes.append(data)
    this.#partials.delete(stream)
    const end = last === undefined ? [] : [{ ...last, data: last.data.slice() }]
    this.#pieces.set(this.#lines, [...pieces, ...end])
  }

  #growIndex(): void {
    this.#ends = doubled(this.#ends)
    this.#lastMessages = doubled(this.#lastMessages)
    const streams = new Uint8Array(this.#ends.length)
    streams.set(this.#streams)
    this.#streams = streams
  }
}

function doubled(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(numbers.length * 2)
  larger.set(numbers)
  return larger
}

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const NEWLINE_ONLY = Uint8Array.of(NEWLINE)
const INITIAL_LINES = 16
