import type { LogCopy } from './json-log-files.ts'
import { LogFile, type StreamNumber } from './log-file.ts'
import { LossAccount } from './loss-account.ts'

export interface LogRotationOptions {
  /** A file that has reached this size is rotated before the next message. Bytes; default unlimited. */
  readonly maxSizeBytes?: number
  /** Files kept, the active one included. Default 1: the log starts afresh at each rotation. */
  readonly maxFiles?: number
}

/** A process whose output is stored late: when somebody looks at the log, as of the moment it was due. */
export interface LateWriter {
  /** When it writes next, in milliseconds of the monotonic clock. Infinity for never. */
  readonly dueMs: number
  /** Whether that has come. */
  readonly isDue: boolean
  /** Writes what has fallen due. */
  writeDue(): void
  /** Whether somebody wants to be told of each message at its time. */
  bePunctual(isPunctual: boolean): void
}

/**
 * Told when something changed: a message was stored, the file rotated, or the log closed at the container's exit. Of what the process writes by
 * itself only while somebody {@link ContainerLog.watch watches}: when that comes {@link ContainerLog.dueMs} says.
 */
export interface LogFollower {
  onLogChange(): void
  /** The container's log was closed: what is stored now is all that will come. */
  onLogClosed(): void
}

/**
 * A container's stored messages, in the order they were stored, over the files of its json-file log. What the container's process has written by
 * now is stored at the latest when somebody looks.
 */
export class ContainerLog {
  /** What of it can no longer be read. */
  readonly lost: LossAccount
  /** Is told of what is stored from its being set on. */
  copy: LogCopy | null = null
  readonly #maxSizeBytes: number
  readonly #maxFiles: number
  readonly #followers = new Set<LogFollower>()
  /** How many want each message to be stored the moment it is written. */
  #watchers = 0
  #writer: LateWriter | null = null
  #isCatchingUp = false
  #files: LogFile[]
  #active: LogFile
  #stored = 0
  #readThrough = 0

  /** @param now of the monotonic clock, milliseconds: when messages are lost. Default 0 for ever. */
  constructor(rotation: LogRotationOptions = {}, now: () => number = () => 0) {
    this.lost = new LossAccount(now)
    this.#maxSizeBytes = rotation.maxSizeBytes ?? Infinity
    this.#maxFiles = rotation.maxFiles ?? 1
    this.#active = new LogFile()
    this.#files = [this.#active]
  }

  /** The file messages are stored in now. */
  get active(): LogFile {
    this.catchUp()
    return this.#active
  }

  /** When the next message will be stored if nothing unforeseen happens, in milliseconds of the monotonic clock. */
  get dueMs(): number {
    return this.#writer === null ? Infinity : this.#writer.dueMs
  }

  /** Messages ever stored. */
  get stored(): number {
    this.catchUp()
    return this.#stored
  }

  /** Messages, counted from the first ever stored, that some reader has been sent or has passed. */
  get readThrough(): number {
    return this.#readThrough
  }

  /** A reader has been sent everything of this file up to `offset`. */
  noteRead(file: LogFile, offset: number): void {
    if (file === this.#active && offset === file.length) this.#readThrough = this.#stored
  }

  /** The process in the container began or, with null, ended. What the one before has written is stored first. */
  setWriter(writer: LateWriter | null): void {
    this.catchUp()
    this.#writer = writer
    writer?.bePunctual(this.#watchers > 0)
    this.#tell()
  }

  /** Stores what the process has written by now. */
  catchUp(): void {
    const writer = this.#writer
    if (writer === null || this.#isCatchingUp || !writer.isDue) return
    this.#isCatchingUp = true
    writer.writeDue()
    this.#isCatchingUp = false
  }

  /** Has each message stored the moment it is written, and followers told, until what is returned is disposed. */
  watch(): Disposable {
    const watch = new DisposableStack()
    watch.defer(() => this.#countWatchers(-1))
    this.#countWatchers(1)
    return watch
  }

  /** Messages that rotation has not removed. */
  get retained(): number {
    this.catchUp()
    return this.#files.reduce((sum, file) => sum + file.messages, 0)
  }

  append(stream: StreamNumber, stamp: Uint8Array, data: Uint8Array): void {
    if (this.#active.sizeOnDisk >= this.#maxSizeBytes) this.#rotate()
    this.#active.append(stream, stamp, data)
    this.copy?.appended(stream, stamp, data)
    this.#stored += 1
    if (!this.#isCatchingUp || this.#watchers > 0) this.#tell()
  }

  /** The container is removed, and its log with it. Who reads it already can go on. */
  remove(): void {
    this.catchUp()
    this.copy?.removed()
    this.lost.add(this.#files[0]!.before, this.#stored, 'removed')
  }

  /**
   * One stored record becomes NULs. It is counted as a message still, and cannot be read.
   * @param back which, counted from the last one stored, which is 1
   * @returns its number among all that were ever stored, from 1; null where the log has no such record any more
   */
  spoil(back: number): number | null {
    this.catchUp()
    let behind = 0
    for (const [number, file] of this.#files.toReversed().entries()) {
      const index = file.messages - (back - behind)
      behind += file.messages
      if (index < 0) continue
      file.spoil(index)
      this.copy?.spoilt(number, index)
      this.lost.add(file.before + index, file.before + index + 1, 'spoilt')
      return file.before + index + 1
    }
    return null
  }

  /** Somebody empties the active file from outside, as `truncate -s 0` does; older files stay. */
  empty(): void {
    this.catchUp()
    const emptied = this.#active
    this.copy?.emptied()
    this.#active = new LogFile(this.#stored, emptied.sizeOnDisk)
    this.lost.add(emptied.before, this.#stored, 'emptied')
    emptied.emptiedInto = this.#active
    this.#files = [...this.#files.slice(0, -1), this.#active]
    this.#tell()
  }

  /**
   * The numbers, from 1 among all that were ever stored, of the messages that are in the log and can be read: what a reader that misses nothing
   * may still be asked for.
   */
  readable(): number[] {
    this.catchUp()
    return this.#files.flatMap((file) =>
      Array.from({ length: file.messages }, (_, index) => index)
        .filter((index) => !file.isSpoilt(index))
        .map((index) => file.before + index + 1),
    )
  }

  /** The container ended. Followers finish; the messages stay. */
  close(): void {
    this.#active.measure()
    for (const follower of this.#followers) follower.onLogClosed()
  }

  /**
   * Where the last `tail` messages begin, or lines (all of them for Infinity).
   * @returns with the number of messages from there on
   */
  seekFromEnd(
    tail: number,
    unit: 'messages' | 'lines' = 'messages',
  ): { file: LogFile; offset: number; messages: number } {
    this.catchUp()
    let missing = tail
    let behind = 0
    for (let index = this.#files.length - 1; ; index--) {
      const file = this.#files[index]!
      const { first, found } = unit === 'lines' ? file.seekLines(missing) : file.seekMessages(missing)
      if (found >= missing || index === 0) {
        return { file, offset: file.offsetOf(first), messages: behind + file.messages - first }
      }
      missing -= found
      behind += file.messages
    }
  }

  follow(follower: LogFollower): void {
    this.#followers.add(follower)
  }

  unfollow(follower: LogFollower): void {
    this.#followers.delete(follower)
  }

  #tell(): void {
    for (const follower of this.#followers) follower.onLogChange()
  }

  #countWatchers(change: number): void {
    this.#watchers += change
    this.#writer?.bePunctual(this.#watchers > 0)
  }

  #rotate(): void {
    const next = new LogFile(this.#stored)
    this.#active.next = next
    this.copy?.rotated()
    this.#active = next
    this.#files.push(next)
    while (this.#files.length > this.#maxFiles) this.#dropOldest()
  }

  #dropOldest(): void {
    const { before, messages } = this.#files.shift()!
    this.lost.add(before, before + messages, 'rotated away')
  }
}
