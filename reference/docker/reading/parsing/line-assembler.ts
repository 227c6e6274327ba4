import type { RecordOutput } from '../../stages/record-output.ts'
import { cutLength } from './line-cut.ts'
import { OpenLine, type PartialLine } from './open-line.ts'
import { compareStamps, STAMP_PREFIX, STAMP_BYTES } from './stamp.ts'

export interface LineAssemblerOptions {
  readonly output: RecordOutput
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
 * Joins the chunks of long lines to lines. Chunks of both streams interleave, so joining is per stream: a continuation has the same stream and,
 * where chunks share it, the same stamp. Another stamp then means that the open line was orphaned.
 */
export class LineAssembler {
  readonly #options: LineAssemblerOptions
  readonly #open = new Map<number, OpenLine>()

  constructor(options: LineAssemblerOptions, restored: readonly PartialLine[] = []) {
    this.#options = options
    for (const line of restored) this.#open.set(line.stream, new OpenLine(line))
  }

  /** The open lines; immutable, so the result may be kept. */
  get partials(): readonly PartialLine[] {
    return this.#open.size === 0 ? NONE : Array.from(this.#open.values(), ({ state }) => state)
  }

  /** Whether a line of the stream has begun to come. */
  isOpen(stream: number): boolean {
    return this.#open.has(stream)
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
      this.#options.output.push(stream, buffer, start, buffer, data, cr ? dataEnd - 1 : dataEnd)
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
      return this.#grow(line, buffer, start + STAMP_PREFIX, end, terminated)
    }
    this.#open.delete(stream)
    this.#emit(line)
    this.#options.onOrphan()
    return this.#begin(stream, buffer, start, end, terminated)
  }

  #begin(stream: number, buffer: Uint8Array, start: number, end: number, terminated: boolean): void {
    const stamp = buffer.slice(start, start + STAMP_BYTES)
    const line = new OpenLine({ stream, stamp, bytes: new Uint8Array(0) })
    this.#grow(line, buffer, start + STAMP_PREFIX, end, terminated)
  }

  #grow(line: OpenLine, buffer: Uint8Array, start: number, end: number, terminated: boolean): void {
    line.add(buffer, start, end)
    if (line.length > this.#options.maxLineBytes) this.#cut(line)
    if (!terminated) this.#open.set(line.stream, line)
    else {
      this.#open.delete(line.stream)
      this.#emit(line)
    }
  }

  /** Makes records of at most `maxLineBytes` from the start of the line. */
  #cut(line: OpenLine): void {
    const { maxLineBytes, onCut } = this.#options
    const { bytes } = line.state
    let at = 0
    while (bytes.length - at > maxLineBytes) {
      const length = cutLength(bytes, at, maxLineBytes)
      this.#options.output.push(line.stream, line.stamp, 0, bytes, at, at + length)
      at += length
    }
    line.drop(at)
    onCut()
  }

  #emit({ state: { bytes, stamp, stream } }: OpenLine): void {
    const cr = this.#options.tty && bytes.at(-1) === CARRIAGE_RETURN
    this.#options.output.push(stream, stamp, 0, bytes, 0, cr ? bytes.length - 1 : bytes.length)
  }
}

const NONE: readonly PartialLine[] = []
const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
