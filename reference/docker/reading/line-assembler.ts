import type { BlockBuilder } from './block-builder.ts'
import { compareStamps, STAMP_PREFIX, STAMP_BYTES } from './stamp.ts'

/** A line whose end has not come yet. */
export interface PartialLine {
  readonly stream: number
  readonly stamp: Uint8Array
  /** Copies of its chunks' data, in order. */
  readonly pieces: readonly Uint8Array[]
  readonly length: number
}

export interface LineAssemblerOptions {
  readonly builder: BlockBuilder
  /** With a TTY the carriage return before the newline is cut. */
  readonly tty: boolean
  readonly maxLineBytes: number
  /** Whether every chunk of a line has the stamp of the first, as Docker's; Podman stamps each with its own time. */
  readonly chunksShareStamp: boolean
  /** A partial line whose continuation never came became a record. */
  readonly onOrphan: () => void
  /** A line longer than `maxLineBytes` became several records. */
  readonly onCut: () => void
}

/**
 * Joins the chunks of long lines to records. Chunks of both streams interleave, so joining is per stream: a continuation has the same stream and,
 * where chunks share it, the same stamp. Another stamp then means that the open line was orphaned.
 */
export class LineAssembler {
  readonly #options: LineAssemblerOptions
  readonly #open = new Map<number, PartialLine>()

  constructor(options: LineAssemblerOptions, restored: readonly PartialLine[] = []) {
    this.#options = options
    for (const line of restored) this.#open.set(line.stream, line)
  }

  /** The open lines; immutable, so the result may be kept. */
  get partials(): readonly PartialLine[] {
    return this.#open.size === 0 ? NONE : [...this.#open.values()]
  }

  /** Whether a message with this stamp would continue an open line of the stream. */
  isMidLine(stream: number, buffer: Uint8Array, stampStart: number): boolean {
    if (this.#open.size === 0) return false
    const line = this.#open.get(stream)
    return line !== undefined && compareStamps(line.stamp, 0, buffer, stampStart) === 0
  }

  /** Takes one message: stamp, space, data. */
  add(stream: number, buffer: Uint8Array, start: number, end: number): void {
    const data = start + STAMP_PREFIX
    const terminated = end > data && buffer[end - 1] === NEWLINE
    const dataEnd = terminated ? end - 1 : end
    if (this.#open.size > 0 && this.#open.has(stream)) {
      this.#continueOrOrphan(stream, buffer, start, dataEnd, terminated)
    } else if (terminated && dataEnd - data <= this.#options.maxLineBytes) {
      const cr = this.#options.tty && dataEnd > data && buffer[dataEnd - 1] === CARRIAGE_RETURN
      this.#options.builder.addRange(stream, buffer, start, data, cr ? dataEnd - 1 : dataEnd)
    } else {
      this.#begin(stream, buffer, start, dataEnd, terminated)
    }
  }

  /** Nothing will continue the open lines: they become records. */
  flush(): void {
    for (const line of this.#open.values()) this.#emit(line)
    this.#open.clear()
  }

  #continueOrOrphan(
    stream: number,
    buffer: Uint8Array,
    start: number,
    end: number,
    terminated: boolean,
  ): void {
    const line = this.#open.get(stream)!
    if (!this.#options.chunksShareStamp || compareStamps(line.stamp, 0, buffer, start) === 0) {
      return this.#grow(line, buffer.slice(start + STAMP_PREFIX, end), terminated)
    }
    this.#open.delete(stream)
    this.#emit(line)
    this.#options.onOrphan()
    return this.#begin(stream, buffer, start, end, terminated)
  }

  #begin(stream: number, buffer: Uint8Array, start: number, end: number, terminated: boolean): void {
    const line = { stream, stamp: buffer.slice(start, start + STAMP_BYTES), pieces: [], length: 0 }
    this.#grow(line, buffer.slice(start + STAMP_PREFIX, end), terminated)
  }

  #grow(line: PartialLine, piece: Uint8Array, terminated: boolean): void {
    const whole = { ...line, pieces: [...line.pieces, piece], length: line.length + piece.length }
    const rest = whole.length > this.#options.maxLineBytes ? this.#cut(whole) : whole
    if (!terminated) this.#open.set(line.stream, rest)
    else {
      this.#open.delete(line.stream)
      this.#emit(rest)
    }
  }

  /** Makes records of `maxLineBytes` from the start of the line; what is left of it. */
  #cut(line: PartialLine): PartialLine {
    const { builder, maxLineBytes, onCut } = this.#options
    const bytes = Buffer.concat(line.pieces)
    let at = 0
    while (bytes.length - at > maxLineBytes) {
      builder.add(line.stream, line.stamp, 0, [bytes.subarray(at, at + maxLineBytes)])
      at += maxLineBytes
    }
    onCut()
    return { ...line, pieces: [bytes.subarray(at)], length: bytes.length - at }
  }

  #emit(line: PartialLine): void {
    this.#options.builder.add(
      line.stream,
      line.stamp,
      0,
      this.#options.tty ? withoutReturn(line.pieces) : line.pieces,
    )
  }
}

function withoutReturn(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const last = pieces.findLastIndex((piece) => piece.length > 0)
  const piece = pieces[last]
  if (piece === undefined || piece.at(-1) !== CARRIAGE_RETURN) return pieces
  return pieces.with(last, piece.subarray(0, -1))
}

const NONE: readonly PartialLine[] = []
const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
