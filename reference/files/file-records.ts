import { STDOUT, type Block, type Source } from '../dispatch/block.ts'
import { BlockBuilder } from '../docker/reading/block-builder.ts'
import { cutLength } from '../docker/reading/parsing/line-cut.ts'
import { OpenLine } from '../docker/reading/parsing/open-line.ts'
import { STAMP_BYTES } from '../docker/reading/parsing/stamp.ts'
import type { FileIdentity, FilePlace, FinishedFile } from './file-place.ts'
import { FilePosition } from './file-position.ts'

export interface FileRecordsOptions {
  readonly source: Source
  /** A longer line is cut into records of at most this length, bytes. */
  readonly maxLineBytes: number
  /** Whether a carriage return before the newline is cut. */
  readonly cutCarriageReturn: boolean
  readonly position: FilePosition | undefined
}

/** Makes records, blocks and positions of the bytes of a log's files, which are read one after the other. Pure: reads nothing itself. */
export class FileRecords {
  readonly source: Source
  /** Lines that were cut because they were too long, since the last look. */
  cutLines = 0
  readonly #options: FileRecordsOptions
  readonly #builder = new BlockBuilder()
  /** Blocks of epochs that are over. */
  readonly #closed: Block[] = []
  #open: OpenLine | null
  #place: FilePlace | null
  #finished: readonly FinishedFile[]
  #epoch: number
  /** Records in the blocks made so far. */
  #made: number
  #moved = false

  constructor(options: FileRecordsOptions) {
    const { maxLineBytes, position, source } = options
    this.#options = options
    this.source = source
    this.#place = position?.place ?? null
    this.#finished = position?.finished ?? []
    this.#made = position?.records ?? 0
    const isCutOtherwise = position !== undefined && position.maxLineBytes !== maxLineBytes
    this.#epoch = (position?.epoch ?? 0) + (isCutOtherwise ? 1 : 0)
    const partial = position?.partial ?? NOTHING
    this.#open = partial.length === 0 ? null : openLine(partial)
  }

  /** Where reading goes on: in which file, and where in it; null where none is being read. */
  get place(): FilePlace | null {
    return this.#place
  }

  get finished(): readonly FinishedFile[] {
    return this.#finished
  }

  get position(): FilePosition {
    return new FilePosition({
      epoch: this.#epoch,
      records: this.#made + this.#builder.count,
      place: this.#place,
      partial: this.#open?.state.bytes ?? NOTHING,
      maxLineBytes: this.#options.maxLineBytes,
      finished: this.#finished,
    })
  }

  /**
   * Takes what was read at the place.
   * @param buffer begins with the stamp of the moment, in the usual form ({@link STAMP_BYTES}); the new bytes lie from `start` to `end`
   * @param place behind them
   */
  add(buffer: Buffer, start: number, end: number, place: FilePlace): void {
    const { maxLineBytes } = this.#options
    let at = start
    for (let newline = buffer.indexOf(NEWLINE, at); newline >= 0 && newline < end;) {
      if (this.#open !== null || newline - at > maxLineBytes) this.#close(buffer, at, newline)
      else this.#builder.push(STDOUT, buffer, 0, buffer, at, this.#endOf(buffer, at, newline))
      at = newline + 1
      newline = buffer.indexOf(NEWLINE, at)
    }
    if (at < end) this.#grow(buffer, at, end)
    this.moveTo(place)
  }

  /** Reading goes on elsewhere. */
  moveTo(place: FilePlace | null): void {
    this.#place = place
    this.#moved = true
  }

  /** Nothing will come any more from the file that was read: its open line becomes a record. */
  finish(): void {
    if (this.#open !== null) this.#emit(this.#open)
    this.#open = null
    this.moveTo(null)
  }

  /** The file system has another number than when the position was saved. */
  adoptDevice(from: number, to: number): void {
    const adopted = <T extends FileIdentity>(file: T): T =>
      file.device === from ? { ...file, device: to } : file
    if (this.#place !== null) this.#place = adopted(this.#place)
    this.#finished = this.#finished.map(adopted)
  }

  /** These are not to be read. */
  remember(files: readonly FinishedFile[]): void {
    if (files.length === 0) return
    this.#finished = [...this.#finished, ...files].slice(-FINISHED_MAX)
    this.#moved = true
  }

  /** Lines may be missing from here on: records that follow are of a new epoch. */
  gap(): void {
    if (this.#builder.count > 0) this.#closed.push(this.#block())
    this.#epoch += 1
    this.#moved = true
  }

  /** Records completed and position reached since the last call; undefined when nothing changed. Call it until then. */
  take(): Block | undefined {
    const closed = this.#closed.shift()
    if (closed !== undefined) return closed
    if (!this.#moved) return undefined
    this.#moved = false
    return this.#block()
  }

  #block(): Block {
    const { position } = this
    const block = this.#builder.take(this.source, this.#epoch, this.#made, position)
    this.#made = position.records
    return block
  }

  /** The end of a line that was open, or is longer than is allowed. */
  #close(buffer: Buffer, start: number, end: number): void {
    this.#grow(buffer, start, end)
    this.#emit(this.#open!)
    this.#open = null
  }

  #grow(buffer: Buffer, start: number, end: number): void {
    this.#open ??= openLine(NOTHING)
    this.#open.add(buffer, start, end)
    this.#stamp(buffer)
    if (this.#open.length > this.#options.maxLineBytes) this.#cut(this.#open)
  }

  /** A line has the time at which its end was read. */
  #stamp(buffer: Buffer): void {
    this.#open!.stamp.set(buffer.subarray(0, STAMP_BYTES))
  }

  #cut(line: OpenLine): void {
    const { maxLineBytes } = this.#options
    const { bytes } = line.state
    let at = 0
    while (bytes.length - at > maxLineBytes) {
      const length = cutLength(bytes, at, maxLineBytes)
      this.#builder.push(STDOUT, line.stamp, 0, bytes, at, at + length)
      at += length
    }
    line.drop(at)
    this.cutLines += 1
  }

  #emit({ state: { bytes, stamp } }: OpenLine): void {
    this.#builder.push(STDOUT, stamp, 0, bytes, 0, this.#endOf(bytes, 0, bytes.length))
  }

  #endOf(bytes: Uint8Array, start: number, end: number): number {
    const isCut = this.#options.cutCarriageReturn && end > start && bytes[end - 1] === CARRIAGE_RETURN
    return isCut ? end - 1 : end
  }
}

function openLine(bytes: Uint8Array): OpenLine {
  return new OpenLine({ stream: STDOUT, stamp: new Uint8Array(Buffer.from(NO_TIME)), bytes })
}

/** So many files of a log are remembered, more than rotation usually keeps. */
export const FINISHED_MAX = 16
const NO_TIME = '1970-01-01T00:00:00.000000000Z'
const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const NOTHING = new Uint8Array(0)
