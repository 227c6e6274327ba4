import type { Block, Source } from '../../dispatch/block.ts'
import type { ContainerPosition } from '../reading/container-position.ts'
import { RING_KEYS } from '../reading/search/cursor-state.ts'
import { NO_STAGES, type StageSettings } from '../stages/stages.ts'
import { messageKey } from '../reading/parsing/message-key.ts'
import type { MessageHandler } from '../reading/parsing/message-parser.ts'
import type { Notice } from '../reading/notice.ts'
import { RecordMaker } from '../reading/record-maker.ts'
import { RestSearch } from '../reading/search/rest-search.ts'
import { RingSearch } from '../reading/search/ring-search.ts'
import { CHECKED_BYTES, checksum, type FilePlace } from './file-place.ts'
import { StoredCursor } from './stored-cursor.ts'
import { RecordDecoder, type RecordHandlers } from './record-decoder.ts'

export interface StoredReaderOptions {
  readonly source: Source
  readonly tty: boolean
  /** A longer line is cut into records of this length, bytes. */
  readonly maxLineBytes: number
  /** What is done with lines before they are records. Default: nothing. */
  readonly stages?: Partial<StageSettings>
  readonly position?: ContainerPosition
  /** Without a position: everything that is stored, or only what comes from now on. */
  readonly from: 'start' | 'now'
  /** From the start, but without what was written before this moment. A stamp of the usual form. */
  readonly since?: string
}

/** Where reading has to begin: at the first record, where the position says, or at the end, of which only the last records are looked at. */
export type Beginning = 'first' | 'position' | 'end'

/**
 * What the end of the log says to who looks for the position: it is found, whatever comes next is new; it was not in the part that was read; or it is lost,
 * and all of the log has to be read once more for what is new in it.
 */
export type LookOutcome = 'reading' | 'more' | 'again'

/**
 * Makes records of the files in which the engine stores a container's log. Pure: bytes in, blocks and positions out.
 *
 *     begin(file, offset) -> push()* -> fileEnded() -> begin(next file, 0) -> push()* ...       the files in their order
 *                                    -> endOfLog() while it is looking for the position
 *
 * Records, positions and the keys in them are those of the same log read over the engine's API: where one was left the other goes on.
 */
export class StoredReader {
  readonly #delivered: StoredCursor
  readonly #maker: RecordMaker
  readonly #decoder = new RecordDecoder()
  readonly #handlers: RecordHandlers
  #primes: boolean
  /** Until the position is found. */
  #search: RingSearch | RestSearch | null = null
  /** What is left of a log that does not hold the ring: see {@link RestSearch}. */
  #rest: { readonly lastKnown: number | undefined } | null = null
  /** The last keys of a pass over all of the log, where the ring is lost. */
  #known: number[] = []
  #isWhole = false
  /** The keys that are remembered: only of the ring they are. */
  #ring: ReadonlySet<number> = new Set()
  #isInVain = false
  #cutsFirst = false
  #place: FilePlace | undefined
  #file: Pick<FilePlace, 'device' | 'inode'> = NO_FILE
  #offset = 0
  /** The piece that records are taken of: the place is between its ends. */
  #piece: Uint8Array | null = null
  /** Where the last lines of the piece begin of which messages were delivered, and how many such lines there were. */
  readonly #lineStarts = new Float64Array(LINES_KEPT)
  #lines = 0

  constructor({ source, tty, maxLineBytes, stages, position, from, since }: StoredReaderOptions) {
    const delivered = (this.#delivered = new StoredCursor(position?.cursor))
    this.#primes = position === undefined && from === 'now'
    this.#place = position?.place
    this.#maker = new RecordMaker({
      source,
      tty,
      maxLineBytes,
      stages: { ...NO_STAGES, ...stages },
      ...(since === undefined ? {} : { since }),
      chunksShareStamp: true,
      unframed: tty,
      cursor: () => delivered.state,
      place: () => (this.#piece !== null || this.isLooking ? undefined : this.#place),
      ...(position === undefined ? {} : { position }),
    })
    this.#handlers = { onMessage: this.#onMessage, onSpoilt: () => this.#noteSpoilt() }
  }

  /** Where reading resumes after everything pushed so far. */
  get position(): ContainerPosition {
    return this.#maker.position
  }

  get beginning(): Beginning {
    if (this.#primes) return 'end'
    // Of a log of which so little was delivered nearly all is new, and where its first lines are in equal pieces only its beginning tells where the place is.
    return this.#rest === null && this.#delivered.messages >= RING_KEYS ? 'position' : 'first'
  }

  /** Whether what comes may be old. */
  get isLooking(): boolean {
    return this.#search !== null || this.#primes
  }

  /** Whether the rest of this pass cannot tell where the position is. */
  get isInVain(): boolean {
    return this.#isInVain
  }

  /** Bytes of the file that were taken. */
  get offset(): number {
    return this.#offset
  }

  /** Checksum of the bytes before {@link offset}; undefined where none was read yet. */
  get check(): number | undefined {
    return this.#place?.check
  }

  /** The file that is read was found again at its place. */
  resume(place: FilePlace): void {
    this.#file = place
    this.#offset = place.offset
    this.#place = place
  }

  /**
   * Reads a file from so far on. While the position is looked for a pass begins with this.
   * @param whole whether everything that is stored comes from here on
   */
  look(file: Pick<FilePlace, 'device' | 'inode'>, offset: number, whole: boolean): void {
    const { repeats, ring } = this.#delivered
    this.#isWhole = whole
    this.#isInVain = false
    this.#known = []
    this.#ring = new Set(ring)
    if (this.#rest !== null) this.#search = new RestSearch(this.#rest.lastKnown)
    else if (!this.#primes && ring.length > 0)
      this.#search = new RingSearch(ring, { asked: whole ? undefined : Infinity, limit: Infinity, repeats })
    this.begin(file, offset)
    this.#cutsFirst = offset > 0
  }

  /** Goes on in another file, or in the same one at its beginning. */
  begin(file: Pick<FilePlace, 'device' | 'inode'>, offset = 0): void {
    this.#file = file
    this.#offset = offset
    this.#place = undefined
    this.#cutsFirst = false
  }

  /**
   * Takes bytes of the file. Those before `start` are the ones before {@link offset}, {@link CHECKED_BYTES} or all there are.
   * @returns bytes taken; what is left is no whole record yet, and is to come again with what follows
   */
  push(bytes: Uint8Array, start: number, end: number): number {
    const from = this.#cutsFirst ? this.#secondLine(bytes, start, end) : start
    this.#piece = bytes
    const to = this.#cutsFirst ? end : this.#decoder.push(bytes, from, end, this.#handlers)
    this.#addKeys(to)
    this.#piece = null
    this.#moveTo(bytes, start, to)
    return to - start
  }

  /** So many bytes are no record, and a part of one at most. */
  skip(bytes: Uint8Array, start: number, end: number): void {
    this.#decoder.spoilt(this.#handlers)
    this.#moveTo(bytes, start, end)
  }

  /** The file is complete. @param rest whether something is left of it, of which no whole record came */
  fileEnded(rest: boolean): void {
    if (rest) this.#decoder.spoilt(this.#handlers)
  }

  /** All that is stored has been pushed, and the position was still looked for. */
  endOfLog(): LookOutcome {
    const search = this.#search
    if (this.#primes) {
      this.#primes = false
      this.#maker.move()
      return 'reading'
    }
    if (search === null) return 'reading'
    if (search instanceof RestSearch) {
      if (search.found) this.#foundRest()
      else this.#rest = { lastKnown: undefined }
      return search.found ? 'reading' : 'again'
    }
    const answer = this.#isInVain ? 'more' : search.end()
    if (answer === 'more') return 'more'
    if (answer !== 'found') this.gap()
    if (answer === 'lost') this.#rest = { lastKnown: search.lastKnown }
    else this.#search = null
    return answer === 'lost' ? 'again' : 'reading'
  }

  /** Lines may be missing here. */
  gap(): void {
    this.#maker.gap(this.#delivered.newest)
  }

  /** The container stopped and all was read, or it is gone: open lines become records. */
  flush(): void {
    this.#maker.flush()
  }

  /** The source carries other attributes from now on: so do the records made from now on. */
  describe(source: Source): void {
    this.#maker.describe(source)
  }

  /** Records completed and position reached since the last call; undefined when nothing changed. Call it until then: a block ends with its epoch. */
  take(): Block | undefined {
    return this.#maker.take()
  }

  /** When {@link tick} would complete something if nothing comes until then, monotonic milliseconds; null when it would not. */
  get dueMs(): number | null {
    return this.#maker.dueMs
  }

  /** All that is stored was read. What is complete because nothing has come since becomes records. */
  tick(nowMs: number): void {
    if (!this.isLooking) this.#maker.tick(nowMs)
  }

  /** What was taken must be on disk, with its position, before there is more. */
  get awaitsSave(): boolean {
    return this.#maker.awaitsSave
  }

  /** It is. */
  saved(): void {
    this.#maker.saved()
  }

  /** What happened since the last call. */
  takeNotices(): Notice[] {
    return this.#maker.notices.length === 0 ? [] : this.#maker.notices.splice(0)
  }

  #moveTo(bytes: Uint8Array, start: number, to: number): void {
    if (to === start) return
    this.#offset += to - start
    const check = checksum(bytes.subarray(Math.max(0, to - CHECKED_BYTES), to))
    const { device, inode } = this.#file
    this.#place = { device, inode, offset: this.#offset, check }
  }

  /** A pass may begin within a record. */
  #secondLine(bytes: Uint8Array, start: number, end: number): number {
    const newline = bytes.indexOf(NEWLINE, start)
    if (newline === -1 || newline >= end) return end
    this.#cutsFirst = false
    return newline + 1
  }

  readonly #onMessage: MessageHandler = (stream, buffer, start, end) => {
    const search = this.#search
    if (search !== null && !this.#isNew(search, messageKey(stream, buffer, start, end), buffer, start)) return
    this.#delivered.count(buffer, start)
    this.#lineStarts[this.#lines++ % LINES_KEPT] = this.#decoder.lineStart
    if (!this.#primes) this.#maker.add(stream, buffer, start, end)
  }

  /** Takes a message before the position is found; whether it is the first new one. */
  #isNew(search: RingSearch | RestSearch, key: number, buffer: Uint8Array, start: number): boolean {
    if (this.#isInVain) return false
    if (search instanceof RestSearch) {
      const isNew = search.push(key)
      if (isNew) this.#foundRest()
      else keepLast(this.#known, key)
      return isNew
    }
    const known = this.#isWhole && this.#ring.has(key)
    const answer = search.push(key, { known, newer: this.#delivered.isNewer(buffer, start) })
    if (answer === 'found') this.#search = null
    this.#isInVain = answer === 'more'
    return false
  }

  /** What follows is new, in one piece with what lies before it. */
  #foundRest(): void {
    this.#search = null
    this.#rest = null
    this.#delivered.resumeBehind(this.#known)
  }

  #noteSpoilt(): void {
    if (this.isLooking) return
    this.#addKeys(this.#decoder.lineStart)
    this.gap()
  }

  /** Of the messages that were delivered of the piece the last ones are remembered. @param end where their lines end */
  #addKeys(end: number): void {
    const lines = Math.min(RING_KEYS, this.#lines)
    if (this.#piece === null || lines === 0) return
    if (this.#lines > RING_KEYS) this.#delivered.leaveOutKeys()
    const first = this.#lineStarts[(this.#lines - lines) % LINES_KEPT]!
    this.#lines = 0
    this.#decoder.again(this.#piece, first, end, (stream, buffer, from, to) =>
      this.#delivered.addKey(messageKey(stream, buffer, from, to)),
    )
  }
}

function keepLast(keys: number[], key: number): void {
  keys.push(key)
  if (keys.length >= 2 * RING_KEYS) keys.splice(0, keys.length - RING_KEYS)
}

const NEWLINE = 0x0a
const LINES_KEPT = 64
const NO_FILE = { device: 0, inode: 0 }
