import type { SeededRandom } from '../../world/seeded-random.ts'
import type { ContainerLog, LogFollower } from '../log/container-log.ts'
import type { LogFile } from '../log/log-file.ts'
import type { LossCause } from '../log/loss-account.ts'
import type { MessageReply } from './message-reply.ts'
import type { EnginePersonality } from '../personality.ts'
import { drawReplayed, replayedEnd, type Replayed } from './replayed.ts'
import { afterSpoilt, failureFrame, lostBeforeSpoilt } from '../log/spoilt-record.ts'

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
  /** Where the reply ends, once that is known. */
  #end: { file: LogFile; offset: number } | null = null
  /** After so many messages of its file a follow goes back to the file's beginning, once; null for never. */
  #rewindsAfter: Replayed = null
  /** Where what was stored at the opening ends, in the file that was active then. */
  readonly #openedAt: number
  /** Whether it has had that while the file was still the active one. */
  #caughtUp: boolean
  /** The file whose rotation a follow waits for that missed the one before. */
  #awaited: LogFile | null = null
  /** What the engine tells last of all where it fails, until it is taken. */
  #farewell: Uint8Array | null = null
  #failed = false
  /** Messages before the first spoilt record that are lost with it; null until it is in sight. */
  #lostBeforeSpoilt: number | null = null
  /** Whether it was asked for the end of a file whose end the engine looks for in vain. */
  readonly #hangs: boolean
  /** Bytes that the active file has to have before a follow sees that it grows, where the engine believes it to be longer than it is. Null where it is not. */
  readonly #growsAt: number | null
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
    this.#openedAt = log.active.length
    this.#caughtUp = start.file === log.active
    this.follow = options.follow
    this.#hangs =
      personality.remembersLogLength && options.tail !== Infinity && log.active.isShorterThanBelieved
    const isMisled = personality.remembersLogLength && options.follow && log.active.isShorterThanBelieved
    this.#growsAt = isMisled ? log.active.sizeOnDisk : null
    this.linesScanned = start.messages
    if (options.follow) log.follow(this)
    else this.#end = { file: log.active, offset: log.active.length }
    this.lookAhead(false)
  }

  get dueMs(): number {
    return this.#end === null && !this.#hangs ? this.#log.dueMs : Infinity
  }

  lookAhead(looksAhead: boolean): void {
    if (looksAhead || !this.follow) this.#unwatch()
    else this.#watch ??= this.#log.watch()
  }

  get state(): 'ready' | 'waiting' | 'ended' {
    if (this.#hangs) return 'waiting'
    this.#looking = true
    this.#log.catchUp()
    while (this.available === 0 && this.#goOn());
    this.#looking = false
    if (this.available > 0) return 'ready'
    return this.#failed || this.#atEnd() ? 'ended' : 'waiting'
  }

  get available(): number {
    if (this.#failed) return this.#farewell?.length ?? 0
    return Math.max(0, this.#endOfFile() - this.#offset)
  }

  get toBoundary(): number {
    if (this.#failed) return 0
    return this.#file.offsetOf(this.#file.indexAt(this.#offset)) - this.#offset
  }

  get messageBytes(): number {
    if (this.#failed) return this.available
    const next = this.#file.indexAt(this.#offset + 1)
    return this.#file.offsetOf(next) - this.#offset
  }

  take(maxBytes: number): Uint8Array {
    const length = Math.min(maxBytes, this.available)
    if (this.#failed) return this.#takeFarewell(length)
    const bytes = this.#file.view(this.#offset, this.#offset + length)
    this.#offset += length
    this.#log.noteRead(this.#file, this.#offset)
    this.#caughtUp ||=
      this.#file.next === null && this.#file === this.#openedOn && this.#offset >= this.#openedAt
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

  /** Where reading pauses in this file: at its end, that of the reply, or something that is not as it should be. */
  #endOfFile(): number {
    const file = this.#file
    if (file.emptiedInto !== null) return file.offsetOf(file.indexAt(this.#offset))
    const known = this.#isMisled ? this.#openedAt : file.length
    const end = this.#end?.file === file ? Math.min(known, this.#end.offset) : known
    return Math.min(end, replayedEnd(file, this.#rewindsAfter), this.#startOfTrouble())
  }

  #atEnd(): boolean {
    // A follow that waits for something else than what is stored ends where the log is closed.
    if (this.#file.emptiedInto !== null || this.#awaited !== null) return !this.follow || this.#end !== null
    if (this.#end?.file !== this.#file) return false
    return this.#offset >= (this.#isMisled ? this.#openedAt : this.#end.offset)
  }

  /** Does what is to be done where nothing can be read. @returns whether anything was */
  #goOn(): boolean {
    if (this.#failed || this.#atEnd()) return false
    if (this.#file.emptiedInto !== null) return this.#noticeEmptied(this.#file.asItIs)
    if (this.#offset >= this.#startOfTrouble()) return this.#meetSpoilt()
    if (this.#offset >= replayedEnd(this.#file, this.#rewindsAfter)) return this.#rewind()
    if (this.#isMisled && this.#file.next === null) return this.#reachBelieved()
    return this.#file.next !== null && this.#step()
  }

  /** Whether it looks for what comes where the engine believes the file to end. */
  get #isMisled(): boolean {
    return this.#growsAt !== null && this.#file === this.#openedOn
  }

  #reachBelieved(): boolean {
    if (this.#personality.spoiltRecord !== 'ends' || !this.#file.hasReached(this.#growsAt!)) return false
    this.#fail(MISPLACED)
    return true
  }

  /** A follower that is past what was there at its opening knows only the active file: what lies between is skipped silently. */
  #step(): boolean {
    const cause = this.#passesOver
    if (this.#missesRotation()) {
      this.#awaited ??= this.#log.active
      if (this.#awaited.next === null) return false
      this.#awaited = null
      this.#openedOn = null
    }
    const next = this.#openedOn === null ? (this.#end?.file ?? this.#log.active) : this.#file.next!
    const left = this.#isMisled
      ? this.#file.before + this.#file.indexAt(this.#offset)
      : this.#file.next!.before
    this.#log.lost.add(left, next.before, cause)
    if (this.#file === this.#openedOn) this.#openedOn = null
    this.#file = next.asItIs
    this.#offset = 0
    this.#lostBeforeSpoilt = null
    this.#rewindsAfter = this.#drawReplayed()
    return true
  }

  /** What becomes of the messages it leaves out. */
  get #passesOver(): LossCause {
    const catchesUp = this.#openedOn !== null && !this.#caughtUp
    return catchesUp ? 'passed over while catching up' : 'passed over'
  }

  #missesRotation(): boolean {
    const { missesRotationWhileBehind } = this.#personality
    return missesRotationWhileBehind && this.follow && this.#file === this.#openedOn && !this.#caughtUp
  }

  /** The follow opened the file twice: it sends again what it has sent of it. */
  #rewind(): boolean {
    this.#offset = 0
    this.#rewindsAfter = null
    return true
  }

  #drawReplayed(): Replayed {
    const { replaysAfterRotationChance } = this.#personality
    if (!this.follow || this.#openedOn !== null) return null
    return this.#random.chance(replaysAfterRotationChance) ? drawReplayed(this.#random) : null
  }

  /** Where reading is stopped by a spoilt record; Infinity for nowhere. */
  #startOfTrouble(): number {
    const file = this.#file
    const spoilt = file.spoiltFrom(this.#offset)
    if (spoilt === Infinity || this.#personality.spoiltRecord !== 'ends') return spoilt
    const before = file.indexAt(spoilt) - file.indexAt(this.#offset)
    this.#lostBeforeSpoilt ??= lostBeforeSpoilt(before, this.#random)
    return file.offsetOf(Math.max(0, file.indexAt(spoilt) - this.#lostBeforeSpoilt))
  }

  #meetSpoilt(): boolean {
    const { spoiltRecord } = this.#personality
    const spoilt = this.#file.indexAt(this.#offset)
    if (spoiltRecord === 'ends') this.#fail(SPOILT)
    else this.#offset = afterSpoilt(this.#file, spoilt, spoiltRecord, this.#random)
    return true
  }

  /** A follower at the end of a file that was emptied. One that goes by the old length is silent, until what is written reaches where it stands. */
  #noticeEmptied(file: LogFile): boolean {
    if (this.#personality.remembersLogLength && file.next === null) {
      if (!file.outgrewMissing || this.#personality.spoiltRecord !== 'ends') return false
      this.#fail(MISPLACED)
      return true
    }
    if (this.#openedOn === this.#file) this.#openedOn = file
    this.#file = this.#personality.remembersLogLength ? file.next! : file
    this.#log.lost.add(file.before, this.#file.before, this.#passesOver)
    this.#offset = 0
    return true
  }

  #fail(words: string): void {
    this.#failed = true
    this.#farewell = failureFrame(words)
  }

  #takeFarewell(length: number): Uint8Array {
    const farewell = this.#farewell!
    this.#farewell = length < farewell.length ? farewell.subarray(length) : null
    return farewell.subarray(0, length)
  }
}

/** What is there where a record should begin, in the words of the parser. */
const SPOILT = "invalid character '\\x00' looking for beginning of value"
const MISPLACED = "invalid character ':' looking for beginning of value"
