import type { SeededRandom } from '../seeded-random.ts'
import type { ContainerLog, LogFollower } from './container-log.ts'
import type { LogFile } from './log-file.ts'
import type { LossCause } from './loss-account.ts'
import type { MessageReply } from './message-reply.ts'
import type { EnginePersonality } from './personality.ts'

export interface LogReplyOptions {
  /** Ends by itself once the container's log is closed. */
  readonly follow: boolean
  /** Stored messages to begin with, or lines where the engine counts those, counted from the end; Infinity for all. */
  readonly tail: number
}

/** The engine's side of one `GET /containers/{id}/logs`: which bytes it sends, and when it ends. */
export class LogReply implements MessageReply, LogFollower {
  readonly follow: boolean
  readonly linesScanned: number
  onChange: () => void = () => {}
  readonly #log: ContainerLog
  readonly #personality: EnginePersonality
  readonly #random: SeededRandom
  /** Held while its reader is to be told of each message at its time. */
  #watch: Disposable | null = null
  #file: LogFile
  #offset: number
  /** The file that was active at the opening, until the reply is past it: before that, every file is there to be read. */
  #openedOn: LogFile | null
  /** What becomes of the messages it leaves out. */
  readonly #passesOver: LossCause
  /** Where the reply ends, once that is known. */
  #end: { file: LogFile; offset: number } | null = null
  #replayed: LogFile | null = null
  #cut = false
  #looking = false

  constructor(
    log: ContainerLog,
    options: LogReplyOptions,
    personality: EnginePersonality,
    random: SeededRandom,
  ) {
    const start = log.seekFromEnd(options.tail, personality.tailCountsLines ? 'lines' : 'messages')
    this.#log = log
    this.#personality = personality
    this.#random = random
    this.#file = start.file
    this.#offset = start.offset
    this.#openedOn = log.active
    this.#passesOver = start.file === log.active ? 'passed over' : 'passed over while catching up'
    this.follow = options.follow
    this.linesScanned = start.messages
    if (options.follow) log.follow(this)
    else this.#end = { file: log.active, offset: log.active.length }
    this.lookAhead(false)
  }

  get dueMs(): number {
    return this.#end === null ? this.#log.dueMs : Infinity
  }

  lookAhead(looksAhead: boolean): void {
    if (looksAhead || !this.follow) this.#unwatch()
    else this.#watch ??= this.#log.watch()
  }

  get state(): 'ready' | 'waiting' | 'ended' {
    this.#looking = true
    this.#log.catchUp()
    this.#stepOverFinishedFiles()
    this.#looking = false
    if (this.available > 0) return 'ready'
    return this.#atEnd() ? 'ended' : 'waiting'
  }

  get available(): number {
    return this.#endOfFile() - this.#offset
  }

  get toBoundary(): number {
    return this.#file.offsetOf(this.#file.indexAt(this.#offset)) - this.#offset
  }

  get messageBytes(): number {
    const next = this.#file.indexAt(this.#offset + 1)
    return this.#file.offsetOf(next) - this.#offset
  }

  take(maxBytes: number): Uint8Array {
    const length = Math.min(maxBytes, this.available)
    const bytes = this.#file.view(this.#offset, this.#offset + length)
    this.#offset += length
    this.#log.noteRead(this.#file, this.#offset)
    return bytes
  }

  /** Whether it was made to end where it was. */
  get wasCut(): boolean {
    return this.#cut
  }

  /** Ends where the log is now, though its container goes on. */
  cut(): void {
    this.#cut = true
    this.#end ??= { file: this.#log.active, offset: this.#log.active.length }
    this.onChange()
  }

  close(): void {
    this.#log.unfollow(this)
    this.#unwatch()
  }

  /** Whoever looks at the state sees what that look has brought to light, and must not be called in the middle of it. */
  onLogChange(): void {
    if (!this.#looking) this.onChange()
  }

  onLogClosed(): void {
    const file = this.#log.active
    const omitted = this.#omittedMessages(file)
    this.#end ??= { file, offset: file.offsetOf(file.messages - omitted) }
    this.onChange()
  }

  #unwatch(): void {
    this.#watch?.[Symbol.dispose]()
    this.#watch = null
  }

  #omittedMessages(file: LogFile): number {
    if (!this.#random.chance(this.#personality.omitsLastMessagesChance)) return 0
    const sent = this.#file === file ? file.indexAt(this.#offset) : 0
    return Math.min(this.#random.integer(1, 2), file.messages - sent)
  }

  #endOfFile(): number {
    return this.#end?.file === this.#file ? this.#end.offset : this.#file.length
  }

  #atEnd(): boolean {
    return this.#end?.file === this.#file && this.#offset >= this.#end.offset
  }

  #stepOverFinishedFiles(): void {
    while (this.#file.next !== null && !this.#atEnd() && this.#offset >= this.#endOfFile()) this.#step()
  }

  /** A follower that is past what was there at its opening knows only the active file: what lies between is skipped silently. */
  #step(): void {
    if (this.#replaysFile()) {
      this.#replayed = this.#file
      this.#offset = 0
      return
    }
    const next = this.#openedOn === null ? (this.#end?.file ?? this.#log.active) : this.#file.next!
    this.#log.lost.add(this.#file.next!.firstMessage, next.firstMessage, this.#passesOver)
    if (this.#file === this.#openedOn) this.#openedOn = null
    this.#file = next
    this.#offset = 0
  }

  #replaysFile(): boolean {
    if (!this.follow || this.#replayed === this.#file) return false
    if (this.#openedOn !== null && this.#openedOn !== this.#file) return false
    return this.#random.chance(this.#personality.replaysRotatedFileChance)
  }
}
