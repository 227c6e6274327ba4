import type { Block, Source } from '../../dispatch/block.ts'
import type { ContainerPosition } from './container-position.ts'
import type {
  Beyond,
  ContainerReader,
  ContainerReaderOptions,
  LogRequest,
  ReaderState,
} from './container-reader.ts'
import { CountingCursor } from './search/counting-cursor.ts'
import { Demultiplexer } from './parsing/demultiplexer.ts'
import { lastKey } from './parsing/last-key.ts'
import { messageKey } from './parsing/message-key.ts'
import type { MessageHandler } from './parsing/message-parser.ts'
import type { Notice } from './notice.ts'
import { NO_STAGES } from '../stages/stages.ts'
import { RecordMaker } from './record-maker.ts'

/** A message in memory of its own. */
interface OwnedMessage {
  readonly stream: number
  readonly message: Uint8Array
}

/** Reads a log in snapshots, where follow cannot be trusted (Podman): see {@link CountingCursor}. */
export class SnapshotReader implements ContainerReader {
  readonly #cursor: CountingCursor
  /** Podman frames what a terminal wrote too. */
  readonly #parser = new Demultiplexer()
  readonly #maker: RecordMaker
  /** The connection only tells what exists already, and is not delivered. */
  #priming: boolean
  #reopen = false
  #delivered = 0
  /** The last message of the reply so far, until it is known whether another one follows. */
  #held: OwnedMessage | undefined
  /** What the cursor withheld, in order, until another reply has brought it. */
  #withheld: OwnedMessage[] = []
  #withholds = false

  constructor(options: ContainerReaderOptions) {
    const { maxLineBytes, position, since, source, stages, tty } = options
    const cursor = (this.#cursor = new CountingCursor(position?.cursor, options.tail))
    this.#priming = position === undefined && options.from === 'now'
    this.#maker = new RecordMaker({
      source,
      tty,
      maxLineBytes,
      stages: { ...NO_STAGES, ...stages },
      chunksShareStamp: false,
      unframed: false,
      cursor: () => cursor.state,
      ...(position === undefined ? {} : { position }),
      ...(since === undefined ? {} : { since }),
    })
  }

  get endIsCertain(): boolean {
    return true
  }

  get position(): ContainerPosition {
    return this.#maker.position
  }

  get primes(): boolean {
    return this.#priming
  }

  get aligned(): boolean {
    return this.#cursor.aligned && !this.#priming
  }

  open(): LogRequest {
    this.cut()
    this.#reopen = false
    this.#withholds = false
    const tail = this.#priming ? this.#cursor.openToPrime() : this.#cursor.open()
    return { follow: false, ...(tail === undefined ? {} : { tail }) }
  }

  push(chunk: Uint8Array): ReaderState {
    this.#delivered = 0
    this.#parser.push(chunk, this.#onMessage)
    this.#cursor.grew(this.#delivered)
    return this.#state()
  }

  end(): ReaderState {
    this.#parser.end()
    this.#acceptHeld(true)
    if (this.#priming) {
      this.#priming = !this.#cursor.endPriming()
      if (!this.#priming) this.#maker.move()
      return 'reopen'
    }
    const state = this.#reopen ? 'reopen' : this.#cursor.end()
    this.#noteGaps()
    return state
  }

  cut(): void {
    this.#parser.reset()
    this.#acceptHeld(true)
  }

  /** Snapshots leave no doubt. */
  resume(): ReaderState {
    return this.#state()
  }

  /** Nothing is followed. */
  wasSilent(): void {}

  wasHeldUp(): void {}

  /** The next connection is a snapshot in any case. */
  distrust(): void {}

  get endIsKnown(): boolean {
    return true
  }

  /** Asked otherwise it would be the same. */
  unanswered(): boolean {
    return false
  }

  flush(): void {
    for (const { stream, message } of this.#withheld.splice(0)) {
      const { length } = message
      this.#cursor.remember(messageKey(stream, message, 0, length), message, 0, message.at(-1) === NEWLINE)
      this.#deliver(stream, message)
    }
    this.#maker.flush()
  }

  describe(source: Source): void {
    this.#maker.describe(source)
  }

  take(): Block | undefined {
    return this.#maker.take()
  }

  get awaitsSave(): boolean {
    return this.#maker.awaitsSave
  }

  saved(): void {
    this.#maker.saved()
  }

  tick(nowMs: number): boolean {
    if (this.#withheld.length === 0) return this.#maker.tick(nowMs)
    this.#maker.forgetQuiet()
    return false
  }

  get dueMs(): number | null {
    return this.#maker.dueMs
  }

  look(reply: readonly Uint8Array[]): Beyond {
    const last = lastKey(new Demultiplexer(), reply)
    return last === undefined || this.#cursor.isRemembered(last) ? 'nothing' : 'something'
  }

  takeNotices(): Notice[] {
    return this.#maker.notices.splice(0)
  }

  #state(): ReaderState {
    if (this.#reopen) return 'reopen'
    return this.aligned ? 'aligned' : 'aligning'
  }

  /** It matters which message is the last. */
  readonly #onMessage: MessageHandler = (stream, buffer, start, end) => {
    this.#acceptHeld(false)
    // What is lent has a header before it. A message that got a stamp of the usual form has memory of its own.
    this.#held = { stream, message: start === 0 ? buffer : buffer.slice(start, end) }
  }

  #acceptHeld(isLast: boolean): void {
    if (this.#held === undefined) return
    const held = this.#held
    this.#held = undefined
    this.#accept(held, isLast)
  }

  #accept(held: OwnedMessage, isLast: boolean): void {
    const { message, stream } = held
    const key = messageKey(stream, message, 0, message.length)
    const endsLine = message.at(-1) === NEWLINE
    if (this.#priming) return this.#cursor.prime(key, message, 0, endsLine, isLast)
    const verdict = this.#cursor.accept(key, message, 0, endsLine, isLast)
    if (verdict === 'reopen') this.#reopen = true
    if (verdict === 'withhold') this.#withhold(held)
    if (verdict !== 'deliver') return
    this.#withheld.length = 0
    this.#deliver(stream, message)
  }

  #withhold(message: OwnedMessage): void {
    if (!this.#withholds) this.#withheld = []
    this.#withholds = true
    this.#withheld.push(message)
  }

  #deliver(stream: number, message: Uint8Array): void {
    this.#delivered += 1
    this.#maker.add(stream, message, 0, message.length)
  }

  #noteGaps(): void {
    for (const after of this.#cursor.takeGaps()) this.#maker.gap(after)
  }
}

const NEWLINE = 0x0a
