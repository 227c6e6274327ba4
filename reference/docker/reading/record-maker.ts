import type { Block, Source } from '../../dispatch/block.ts'
import type { FilePlace } from '../stored/file-place.ts'
import { BlockBuilder } from './block-builder.ts'
import { ContainerPosition } from './container-position.ts'
import { LineAssembler } from './parsing/line-assembler.ts'
import { RING_KEYS, type CursorState } from './search/cursor-state.ts'
import type { MultilineEnd } from '../stages/multiline.ts'
import type { CountedNotice, Notice } from './notice.ts'
import { digestsOf, Stages, type StageSettings, type StageState } from '../stages/stages.ts'
import { compareStamps, STAMP_BYTES, STAMP_PREFIX } from './parsing/stamp.ts'
import { CHUNK_BYTES, isWholeChunk } from './parsing/stored-chunk.ts'
import type { Unterminated } from './parsing/tty-demultiplexer.ts'

export interface RecordMakerOptions {
  readonly source: Source
  readonly tty: boolean
  /** A longer line is cut into records of at most this length, bytes. */
  readonly maxLineBytes: number
  readonly chunksShareStamp: boolean
  readonly stages: StageSettings
  readonly position?: ContainerPosition
  /** Without a position: what was written before this moment is passed over, up to the first message that was not. A stamp of the usual form. */
  readonly since?: string
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
  readonly #stages: Stages
  readonly #builder = new BlockBuilder()
  /**
   * Blocks of epochs that are over, of the source as it was described before, and with decisions that must be on disk before what follows from them is
   * delivered.
   */
  readonly #closed: (Block | typeof UNTIL_SAVED)[] = []
  #source: Source
  #unterminated: readonly Unterminated[]
  #epoch: number
  /** Records in the blocks made so far. */
  #made: number
  #moved = false
  /** Until the first message that was not written before it. */
  #since: Uint8Array | null

  constructor(options: RecordMakerOptions) {
    const { maxLineBytes, position, tty, chunksShareStamp } = options
    this.#options = options
    this.#source = options.source
    this.#made = position?.records ?? 0
    const isOtherwise = isCountedOtherwise(position, options)
    this.#epoch = (position?.epoch ?? 0) + (isOtherwise ? 1 : 0)
    this.#unterminated = position?.unterminated ?? []
    const onOrphan = (): void => void this.notices.push({ kind: 'orphan' })
    const onCut = (): void => void this.notices.push({ kind: 'cut' })
    const onFiltered = (): void => this.#note('filtered')
    const onDropped = (): void => this.#note('rate_limited')
    const onMultilineEnd = (why: MultilineEnd): void => this.#note(`multiline_${why}`)
    const restored = restoredState(position, isOtherwise)
    this.#stages = new Stages(
      options.stages,
      this.#builder,
      { onFiltered, onDropped, onMultilineEnd },
      restored,
    )
    this.#moved = this.#builder.count > 0
    const output = this.#stages.input
    const assembly = { output, tty, maxLineBytes, chunksShareStamp, onOrphan, onCut }
    this.#assembler = new LineAssembler(assembly, position?.partials)
    const since = position === undefined ? options.since : position.since
    this.#since = since === undefined ? null : new TextEncoder().encode(since)
    // Which records there are follows from that moment: it is not to be another one after a crash.
    if (position === undefined && this.#since !== null) this.#closed.push(this.#block(), UNTIL_SAVED)
  }

  /** Where reading resumes after everything added so far. */
  get position(): ContainerPosition {
    return new ContainerPosition({
      epoch: this.#epoch,
      records: this.#made + this.#builder.count,
      cursor: this.#options.cursor(),
      partials: this.#assembler.partials,
      maxLineBytes: this.#options.maxLineBytes,
      digests: digestsOf(this.#options.stages),
      stages: this.#stages.state,
      since: this.#since === null ? undefined : new TextDecoder().decode(this.#since),
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
    if (this.#since !== null && this.#isTooOld(buffer, start)) return
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
    this.#giveOut(this.#stages.sealAll())
    if (this.#builder.count > 0) this.#moved = true
  }

  /** When {@link tick} would complete something if nothing comes until then, monotonic milliseconds; null when it would not. */
  get dueMs(): number | null {
    return this.#stages.dueMs
  }

  /** Nothing has come since the last call of this or of `add`. What is complete because of that becomes records. @returns whether anything is */
  tick(nowMs: number): boolean {
    return this.#giveOut(this.#stages.sealQuiet(nowMs, (stream) => this.#assembler.isOpen(stream)))
  }

  /** Silence counts from the next {@link tick} on. */
  forgetQuiet(): void {
    this.#stages.forgetQuiet()
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
    if (this.awaitsSave) return undefined
    const closed = this.#closed.shift()
    if (closed !== undefined && closed !== UNTIL_SAVED) return closed
    if (!this.#moved) return undefined
    this.#moved = false
    return this.#block()
  }

  /** What was taken must be on disk, with its position, before there is more. */
  get awaitsSave(): boolean {
    return this.#closed[0] === UNTIL_SAVED
  }

  /** It is. */
  saved(): void {
    if (this.awaitsSave) this.#closed.shift()
  }

  /**
   * That something is complete was decided by the time of day. A crash could have it decided otherwise, under the same ordinal: so the decision is saved first,
   * as a part of the position, and what is complete is delivered then.
   */
  #giveOut(isDecided: boolean): boolean {
    if (!isDecided) return false
    this.#closed.push(this.#block(), UNTIL_SAVED)
    this.#stages.release()
    this.#moved = true
    return true
  }

  #isTooOld(buffer: Uint8Array, start: number): boolean {
    if (compareStamps(buffer, start, this.#since!, 0) < 0) return true
    this.#since = null
    return false
  }

  #block(): Block {
    const { position } = this
    const block = this.#builder.take(this.#source, this.#epoch, this.#made, position)
    this.#made = position.records
    return block
  }

  #note(kind: CountedNotice['kind']): void {
    const last = this.notices.at(-1)
    if (last?.kind === kind) last.lines += 1
    else this.notices.push({ kind, lines: 1 })
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
  { maxLineBytes, stages }: RecordMakerOptions,
): boolean {
  if (position === undefined) return false
  const isCutOtherwise = position.maxLineBytes !== undefined && position.maxLineBytes !== maxLineBytes
  const { lineFilter, multiline, rateLimit } = digestsOf(stages)
  const { digests } = position
  if (digests.multiline !== multiline || digests.rateLimit !== rateLimit) return true
  return isCutOtherwise || digests.lineFilter !== lineFilter
}

/** What stages go on with. Where they are not the same any more, what they held is complete as it is. */
function restoredState(
  position: ContainerPosition | undefined,
  isOtherwise: boolean,
): StageState | undefined {
  if (position === undefined || !isOtherwise) return position?.stages
  const joined = position.stages.joined.map((each) => ({ ...each, sealed: true }))
  return { joined, bucket: undefined }
}

const UNTIL_SAVED = Symbol('until saved')

const NEWLINE = 0x0a
