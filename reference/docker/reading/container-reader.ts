import type { Block, Source } from '../../dispatch/block.ts'
import { AligningCursor } from './aligning-cursor.ts'
import { BlockBuilder } from './block-builder.ts'
import { ContainerPosition } from './container-position.ts'
import { CountingCursor } from './counting-cursor.ts'
import { Demultiplexer } from './demultiplexer.ts'
import { LineAssembler } from './line-assembler.ts'
import type { LogCursor } from './log-cursor.ts'
import { messageKey } from './message-key.ts'
import type { MessageHandler, MessageParser } from './message-parser.ts'
import { STAMP_PREFIX } from './stamp.ts'
import { isWholeChunk } from './stored-chunk.ts'
import { TtyDemultiplexer, type Unterminated } from './tty-demultiplexer.ts'

export interface ContainerReaderOptions {
  readonly source: Source
  readonly tty: boolean
  /** The log is read in snapshots because the engine's follow cannot be trusted (Podman). */
  readonly poll: boolean
  /** False: the end of the log does not come as it was stored, so every snapshot is of all of it. Default true. */
  readonly tail?: boolean
  /** A longer line is cut into records of this length, bytes. */
  readonly maxLineBytes: number
  readonly position?: ContainerPosition
  /** Without a position: everything that is stored, or only what comes from now on. */
  readonly from: 'start' | 'now'
}

/** What to ask the engine for. */
export interface LogRequest {
  readonly follow: boolean
  readonly tail?: number
}

/** 'aligning': not at the cursor yet; 'reopen': the cursor was not in the reply, ask again for more. */
export type ReaderState = 'aligning' | 'aligned' | 'reopen'

/** Something that must not stay silent. */
export type Notice =
  /** The position was not found again: lines between `after` and what came next may be lost. */
  | { readonly kind: 'gap'; readonly after: string }
  /** The engine sent messages again; they were skipped. */
  | { readonly kind: 'replay'; readonly messages: number }
  | { readonly kind: 'orphan' }
  | { readonly kind: 'cut' }

/** A message in memory of its own. */
interface OwnedMessage {
  readonly stream: number
  readonly message: Uint8Array
}

/**
 * Makes records of a container's log: bytes in, blocks and positions out. Pure: it opens nothing and waits for nothing.
 *
 *     open() -> push()* -> end() | cut()      one connection, again and again; take() at any time
 *
 * Whatever the connections do, the records are those the engine stored, each once, in its order, with the same ordinals.
 */
export class ContainerReader {
  readonly #options: ContainerReaderOptions
  readonly #cursor: LogCursor
  /** Podman frames what a terminal wrote too. */
  readonly #framed: boolean
  readonly #parser: MessageParser
  readonly #assembler: LineAssembler
  readonly #builder = new BlockBuilder()
  readonly #notices: Notice[] = []
  #epoch: number
  /** Records in the blocks taken so far. */
  #taken: number
  #unterminated: Unterminated | undefined
  /** Something changed since the last take. */
  #moved = false
  /** The connection only tells what exists already, and is not delivered. */
  #priming: boolean
  #reopen = false
  #delivered = 0
  /** The last message of a polled reply so far, until it is known whether another one follows. */
  #held: OwnedMessage | undefined
  /** What the cursor withheld, in order, until another reply has brought it. */
  #withheld: OwnedMessage[] = []
  #withholds = false

  constructor(options: ContainerReaderOptions) {
    const { maxLineBytes, position, tty } = options
    this.#options = options
    this.#cursor = options.poll
      ? new CountingCursor(position?.cursor, options.tail)
      : new AligningCursor(position?.cursor)
    this.#taken = position?.records ?? 0
    this.#epoch = position?.epoch ?? 0
    this.#unterminated = position?.unterminated
    this.#priming = position === undefined && options.from === 'now'
    this.#framed = !tty || options.poll
    this.#parser = this.#makeParser()
    const onOrphan = (): void => void this.#notices.push({ kind: 'orphan' })
    const onCut = (): void => void this.#notices.push({ kind: 'cut' })
    const chunksShareStamp = !options.poll
    const assembly = { builder: this.#builder, tty, maxLineBytes, chunksShareStamp, onOrphan, onCut }
    this.#assembler = new LineAssembler(assembly, position?.partials)
  }

  /** Where reading resumes after everything pushed so far. */
  get position(): ContainerPosition {
    return new ContainerPosition({
      epoch: this.#epoch,
      records: this.#taken + this.#builder.count,
      cursor: this.#cursor.state,
      partials: this.#assembler.partials,
      unterminated: this.#unterminated,
    })
  }

  /** True when what the connection brings next is new. */
  get aligned(): boolean {
    return this.#cursor.aligned && !this.#priming
  }

  /** True when a followed log has brought all that was asked for and the cursor is not in it. */
  get searchesInVain(): boolean {
    return this.#cursor.searchesInVain
  }

  /** Begins a connection. A 'snapshot' has an end, which tells for certain what the log holds. */
  open(how: 'follow' | 'snapshot'): LogRequest {
    this.cut()
    this.#reopen = false
    this.#withholds = false
    const tail = this.#priming ? this.#cursor.openToPrime() : this.#cursor.open()
    const follow = how === 'follow' && !this.#priming
    return { follow, ...(tail === undefined ? {} : { tail }) }
  }

  /**
   * Takes bytes of the connection.
   * @throws EngineError `protocol` when they are no log, or are an error message of the engine. What came before is taken.
   */
  push(chunk: Uint8Array): ReaderState {
    this.#delivered = 0
    this.#parser.push(chunk, this.#onMessage)
    this.#cursor.grew(this.#delivered)
    return this.#state()
  }

  /** The engine ended the reply cleanly. Never 'aligning'. @throws EngineError `protocol` when it ended within a frame. */
  end(): ReaderState {
    this.#parser.end(this.#onMessage)
    this.#acceptHeld(true)
    if (this.#priming) {
      this.#priming = !this.#cursor.endPriming()
      this.#moved = !this.#priming
      return 'reopen'
    }
    const state = this.#reopen ? 'reopen' : this.#cursor.end()
    this.#noteGaps()
    return state
  }

  /** The connection broke or was closed by us: forgets an unfinished message. */
  cut(): void {
    this.#parser.reset()
    this.#acceptHeld(true)
  }

  /** The container stopped and all was read, or it is gone: what was withheld is delivered, and open lines become records. */
  flush(): void {
    for (const { stream, message } of this.#withheld.splice(0)) {
      const { length } = message
      this.#cursor.remember(messageKey(stream, message, 0, length), message, 0, message.at(-1) === NEWLINE)
      this.#deliver(stream, message, 0, length)
    }
    this.#assembler.flush()
    if (this.#builder.count > 0) this.#moved = true
  }

  /** Records completed and position reached since the last call; undefined when nothing changed. */
  take(): Block | undefined {
    if (!this.#moved) return undefined
    this.#moved = false
    const { position } = this
    const block = this.#builder.take(this.#options.source, this.#epoch, this.#taken, position)
    this.#taken = position.records
    return block
  }

  /** Whether the last message of a complete reply to `tail=1` lies beyond the cursor. */
  isBeyond(reply: readonly Uint8Array[]): boolean {
    const parser = this.#makeParser()
    let last: number | undefined
    const remember: MessageHandler = (stream, buffer, start, end) =>
      (last = messageKey(stream, buffer, start, end))
    for (const chunk of reply) parser.push(chunk, remember)
    parser.end(remember)
    return last !== undefined && !this.#cursor.isRemembered(last)
  }

  /** What happened since the last call. */
  takeNotices(): Notice[] {
    const messages = this.#cursor.takeReplayed()
    if (messages > 0) this.#notices.push({ kind: 'replay', messages })
    return this.#notices.length === 0 ? [] : this.#notices.splice(0)
  }

  #state(): ReaderState {
    if (this.#reopen) return 'reopen'
    return this.aligned ? 'aligned' : 'aligning'
  }

  /** Only of a snapshot it matters which message is the last. */
  readonly #onMessage: MessageHandler = (stream, buffer, start, end) => {
    if (!this.#options.poll) return this.#accept(stream, buffer, start, end, false)
    this.#acceptHeld(false)
    this.#held = { stream, message: new Uint8Array(buffer.subarray(start, end)) }
  }

  #acceptHeld(isLast: boolean): void {
    if (this.#held === undefined) return
    const { stream, message } = this.#held
    this.#held = undefined
    this.#accept(stream, message, 0, message.length, isLast)
  }

  #accept(stream: number, buffer: Uint8Array, start: number, end: number, isLast: boolean): void {
    const key = messageKey(stream, buffer, start, end)
    const endsLine = buffer[end - 1] === NEWLINE
    if (this.#priming) return this.#cursor.prime(key, buffer, start, endsLine, isLast)
    const midLine = this.#assembler.isMidLine(stream, buffer, start)
    const before = this.#cursor.aligned
    const verdict = this.#cursor.accept(key, buffer, start, midLine, endsLine, isLast)
    if (!before) this.#noteGaps()
    if (verdict === 'reopen') this.#reopen = true
    if (verdict === 'withhold') this.#withhold({ stream, message: buffer.subarray(start, end) })
    if (verdict !== 'deliver') return
    this.#withheld.length = 0
    this.#deliver(stream, buffer, start, end)
  }

  #withhold(message: OwnedMessage): void {
    if (!this.#withholds) this.#withheld = []
    this.#withholds = true
    this.#withheld.push(message)
  }

  #deliver(stream: number, buffer: Uint8Array, start: number, end: number): void {
    this.#delivered += 1
    this.#moved = true
    this.#assembler.add(stream, buffer, start, end)
    if (!this.#framed) this.#noteUnterminated(buffer, start, end)
  }

  #makeParser(): MessageParser {
    if (this.#framed) return new Demultiplexer()
    return new TtyDemultiplexer(CHUNK_BYTES, () => this.#unterminated)
  }

  #noteGaps(): void {
    for (const after of this.#cursor.takeGaps()) this.#notices.push({ kind: 'gap', after })
  }

  #noteUnterminated(buffer: Uint8Array, start: number, end: number): void {
    const length = end - start - STAMP_PREFIX
    const data = buffer.subarray(start + STAMP_PREFIX, end)
    const whole = buffer[end - 1] === NEWLINE || isWholeChunk(data, CHUNK_BYTES)
    if (whole) this.#unterminated = undefined
    else
      this.#unterminated = {
        stamp: Buffer.from(buffer.subarray(start, start + STAMP_PREFIX - 1)).toString('latin1'),
        length,
      }
  }
}

const NEWLINE = 0x0a
/** An unterminated message of this size is a chunk of a longer line. */
const CHUNK_BYTES = 16 * 1024
