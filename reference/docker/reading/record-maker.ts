import type { Block, Source } from '../../dispatch/block.ts'
import type { FilePlace } from '../stored/file-place.ts'
import { BlockBuilder } from './block-builder.ts'
import { ContainerPosition } from './container-position.ts'
import { LineAssembler } from './line-assembler.ts'
import { RING_KEYS, type CursorState } from './cursor-state.ts'
import type { LineFilter } from './line-filter.ts'
import type { Notice } from './notice.ts'
import { STAMP_BYTES, STAMP_PREFIX } from './stamp.ts'
import { CHUNK_BYTES, isWholeChunk } from './stored-chunk.ts'
import type { Unterminated } from './tty-demultiplexer.ts'

export interface RecordMakerOptions {
  readonly source: Source
  readonly tty: boolean
  /** A longer line is cut into records of at most this length, bytes. */
  readonly maxLineBytes: number
  readonly chunksShareStamp: boolean
  /** Which records are wanted; null for all of them. */
  readonly filter: LineFilter | null
  readonly position?: ContainerPosition
  /** Whether messages are not framed, so that unterminated ones must be remembered to be found again. */
  readonly unframed: boolean
  /** Where reading resumes after the messages that were added so far. */
  readonly cursor: () => CursorState
  /** The same in the file that is read, if one is. */
  readonly place?: () => FilePlace | undefined
}

/** Makes records, blocks and positions of the messages that a reader found new. */
export class RecordMaker {
  readonly notices: Notice[] = []
  readonly #options: RecordMakerOptions
  readonly #assembler: LineAssembler
  readonly #builder = new BlockBuilder()
  /** Blocks of epochs that are over, and of the source as it was described before. */
  readonly #closed: Block[] = []
  #source: Source
  #unterminated: readonly Unterminated[]
  #epoch: number
  /** Records in the blocks made so far. */
  #made: number
  #moved = false

  constructor(options: RecordMakerOptions) {
    const { maxLineBytes, position, tty, chunksShareStamp, filter } = options
    this.#options = options
    this.#source = options.source
    this.#made = position?.records ?? 0
    this.#epoch = (position?.epoch ?? 0) + (isCountedOtherwise(position, options) ? 1 : 0)
    this.#unterminated = position?.unterminated ?? []
    const onOrphan = (): void => void this.notices.push({ kind: 'orphan' })
    const onCut = (): void => void this.notices.push({ kind: 'cut' })
    const onFiltered = (): void => this.#noteFiltered()
    const notes = { onOrphan, onCut, onFiltered }
    const assembly = { builder: this.#builder, tty, maxLineBytes, chunksShareStamp, filter, ...notes }
    this.#assembler = new LineAssembler(assembly, position?.partials)
  }

  /** Where reading resumes after everything added so far. */
  get position(): ContainerPosition {
    return new ContainerPosition({
      epoch: this.#epoch,
      records: this.#made + this.#builder.count,
      cursor: this.#options.cursor(),
      partials: this.#assembler.partials,
      maxLineBytes: this.#options.maxLineBytes,
      lineFilter: this.#options.filter?.digest,
      unterminated: this.#unterminated,
      place: this.#options.place?.(),
    })
  }

  /** How earlier runs of the container ended without a newline. */
  get unterminated(): readonly Unterminated[] {
    return this.#unterminated
  }

  add(stream: number, buffer: Uint8Array, start: number, end: number): void {
    this.#moved = true
    this.#assembler.add(stream, buffer, start, end)
    if (this.#options.unframed) this.#noteUnterminated(buffer, start, end)
  }

  /** Records that are made from now on carry what this says of the source. */
  describe(source: Source): void {
    if (this.#builder.count > 0) this.#closed.push(this.#block())
    this.#source = source
  }

  /** The position moved without a new message. */
  move(): void {
    this.#moved = true
  }

  /** Open lines become records: nothing will continue them. */
  flush(): void {
    this.#assembler.flush()
    if (this.#builder.count > 0) this.#moved = true
  }

  /** Lines may be missing from here on. Says so; what was open stays as it is, and records that follow are of a new epoch. */
  gap(after: string): void {
    this.flush()
    if (this.#builder.count > 0) this.#closed.push(this.#block())
    this.#epoch += 1
    this.#moved = true
    this.notices.push({ kind: 'gap', after })
  }

  /** Records completed and position reached since the last call; undefined when nothing changed. Blocks end with their epoch: call it until then. */
  take(): Block | undefined {
    const closed = this.#closed.shift()
    if (closed !== undefined) return closed
    if (!this.#moved) return undefined
    this.#moved = false
    return this.#block()
  }

  #block(): Block {
    const { position } = this
    const block = this.#builder.take(this.#source, this.#epoch, this.#made, position)
    this.#made = position.records
    return block
  }

  #noteFiltered(): void {
    const last = this.notices.at(-1)
    if (last?.kind === 'filtered') last.lines += 1
    else this.notices.push({ kind: 'filtered', lines: 1 })
  }

  #noteUnterminated(buffer: Uint8Array, start: number, end: number): void {
    const data = buffer.subarray(start + STAMP_PREFIX, end)
    if (data.at(-1) === NEWLINE || isWholeChunk(data, CHUNK_BYTES)) return
    const stamp = Buffer.from(buffer.subarray(start, start + STAMP_BYTES)).toString('latin1')
    this.#unterminated = [...this.#unterminated.slice(1 - RING_KEYS), { stamp, length: data.length }]
  }
}

/** Whether ordinals were counted under other settings. Positions of versions that had no such setting were made without it. */
function isCountedOtherwise(
  position: ContainerPosition | undefined,
  { maxLineBytes, filter }: RecordMakerOptions,
): boolean {
  if (position === undefined) return false
  const isCutOtherwise = position.maxLineBytes !== undefined && position.maxLineBytes !== maxLineBytes
  return isCutOtherwise || position.lineFilter !== filter?.digest
}

const NEWLINE = 0x0a
