import { LogFile, type StreamNumber } from './log-file.ts'

export interface LogRotationOptions {
  /** A file that has reached this size is rotated before the next message. Bytes; default unlimited. */
  readonly maxSizeBytes?: number
  /** Files kept, the active one included. Default 1: the log starts afresh at each rotation. */
  readonly maxFiles?: number
}

/** Told when something changed: a message was stored, the file rotated, or the log closed at the container's exit. */
export interface LogFollower {
  onLogChange(): void
  /** The container's log was closed: what is stored now is all that will come. */
  onLogClosed(): void
}

/** A container's stored messages, in the order they were stored, over the files of its json-file log. */
export class ContainerLog {
  readonly #tty: boolean
  readonly #maxSizeBytes: number
  readonly #maxFiles: number
  readonly #followers = new Set<LogFollower>()
  #files: LogFile[]
  #stored = 0
  #readThrough = 0

  constructor(tty: boolean, rotation: LogRotationOptions = {}) {
    this.#tty = tty
    this.#maxSizeBytes = rotation.maxSizeBytes ?? Infinity
    this.#maxFiles = rotation.maxFiles ?? 1
    this.#files = [new LogFile(tty)]
  }

  /** The file messages are stored in now. */
  get active(): LogFile {
    return this.#files.at(-1)!
  }

  /** Messages ever stored. */
  get stored(): number {
    return this.#stored
  }

  /** Messages, counted from the first ever stored, that some reader has been sent or has passed. */
  get readThrough(): number {
    return this.#readThrough
  }

  /** A reader has been sent everything there is. */
  noteCaughtUp(): void {
    this.#readThrough = this.#stored
  }

  /** Messages that rotation has not removed. */
  get retained(): number {
    return this.#files.reduce((sum, file) => sum + file.messages, 0)
  }

  append(stream: StreamNumber, stamp: Uint8Array, data: Uint8Array): void {
    if (this.active.sizeOnDisk >= this.#maxSizeBytes) this.#rotate()
    this.active.append(stream, stamp, data)
    this.#stored += 1
    for (const follower of this.#followers) follower.onLogChange()
  }

  /** The container ended. Followers finish; the messages stay. */
  close(): void {
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

  #rotate(): void {
    const next = new LogFile(this.#tty)
    this.active.next = next
    this.#files.push(next)
    this.#files = this.#files.slice(-this.#maxFiles)
  }
}
