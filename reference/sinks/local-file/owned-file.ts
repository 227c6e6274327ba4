import { dirname } from 'node:path'
import type { RotationConfig } from './config.ts'
import { makeDirectory, writeAll } from '../../dispatch/files.ts'
import type { SinkMark } from '../../dispatch/sink.ts'
import { codeOf } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileHandle, FileStat, FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import { findBeginning } from './find-beginning.ts'
import type { Closable } from '../../lifecycle/open-files.ts'
import { splitRecords } from './split-records.ts'
import { digest, isSame, markOf, placeOf, readTail, tailAfter, type Identity } from './place.ts'
import { neighboursOf, nextGeneration, rotatedPath } from './rotated-files.ts'

export interface OwnedFileOptions {
  readonly path: string
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly rotate: RotationConfig
  readonly events: OwnedFileEvents
}

export interface OwnedFileEvents {
  /** A descriptor was opened (1) or given back (-1). */
  descriptors(change: 1 | -1): void
  /** Somebody else did something to the file. */
  disturbed(kind: Disturbance): void
  /** The file is about to be renamed to this path, whole and synced, and to begin anew. */
  rotating(path: string): void
}

export type Disturbance = keyof typeof DISTURBANCES

/** The file's end as this process left it; `torn` when a write failed since: something may lie behind it. */
interface End {
  readonly length: number
  readonly tail: Uint8Array
  readonly identity: Identity
  readonly torn: boolean
}

/** How a batch goes on. */
interface Start {
  /** What must be appended. */
  readonly rest: readonly Uint8Array[]
  /** Whether that goes on with a record that the file ends in. */
  readonly continues: boolean
  /** Instead, where the records end, when all of them are there and more may follow. */
  readonly place: SinkMark | null
}

/**
 * The file of one source: its path, its handle, how long it is, and which file it is. Only its own records are ever cut, and only what was not
 * acknowledged. Not for several users at a time: {@link OpenFiles} sees to that.
 *
 * Others may rename, remove or cut the file, or write to it. What changes its size is noticed before the next write; another file under its name, or none,
 * before a write, once a second at most, and when it is synced; then it is opened, and the directory made, again.
 */
export class OwnedFile implements Closable {
  readonly path: string
  readonly #options: OwnedFileOptions
  #handle: FileHandle | null = null
  /** Null until what the file holds was compared with what comes. */
  #end: End | null = null
  #checkedAt = 0
  #beganAt: number
  /** The number the file gets when it is rotated; known with its end. */
  #generation = 1
  #rotateFrom = -Infinity
  /** Whether something was written since the last sync that succeeded. */
  dirty = false
  /** Whether the name in the directory was made since the directory was synced. */
  unnamed = false
  lastSyncMs = 0

  constructor(options: OwnedFileOptions) {
    this.#options = options
    this.path = options.path
    this.#beganAt = options.clock.monotonic()
  }

  get isOpen(): boolean {
    return this.#handle !== null
  }

  /** Whether all that may come again was compared with what its files hold. */
  get isKnown(): boolean {
    return this.#end !== null
  }

  /**
   * Appends what the file does not hold yet.
   * @param mark what the last write that succeeded returned, also across restarts
   * @param buffers each whole lines
   */
  async append(buffers: readonly Uint8Array[], mark: SinkMark | undefined): Promise<SinkMark> {
    await this.#check()
    let started: Start = { rest: buffers, continues: false, place: null }
    let isUnchanged = true
    try {
      if (this.#end === null || this.#end.torn) {
        // What it finds must be found again, from the same mark, when a write fails.
        isUnchanged = false
        started = await this.#resume(buffers, mark)
        if (started.place !== null) return started.place
      }
      let { rest, continues } = started
      for (;;) {
        await this.#lookAtSize()
        if (!continues && this.#isFull(rest[0])) {
          // One that was cut or moved meanwhile is not full.
          await this.#check({ now: true })
          if (this.#isFull(rest[0])) await this.#rotate()
        }
        const part = this.#whatFits(rest)
        const last = await this.#write(await this.#open(), this.#end!, part.fits, continues)
        continues = false
        rest = part.rest
        if (rest.length === 0) return last
        isUnchanged = false
      }
    } catch (error) {
      // What is in other files is found by the mark.
      if (!isUnchanged) this.#end = null
      throw error
    }
  }

  /**
   * Makes what was acknowledged durable. What was renamed or removed is synced when that is noticed.
   * @returns false when the file was cut since: the mark that was acknowledged points beyond its end, the next one does not.
   */
  async sync(): Promise<boolean> {
    const { clock } = this.#options
    const started = clock.monotonic()
    const found = await this.#check({ now: true })
    this.dirty = false
    try {
      await this.#handle?.sync()
    } catch (error) {
      this.dirty = true
      throw error
    }
    this.lastSyncMs = clock.monotonic() - started
    return found !== 'cut'
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    if (handle === null) return
    try {
      await handle.close()
    } finally {
      this.#options.events.descriptors(-1)
    }
  }

  /** The file is looked for by its name now. */
  async reopen(): Promise<void> {
    await this.#check({ now: true })
  }

  /** Looks for what comes where it may have been written already, and finds the end of the file. */
  async #resume(buffers: readonly Uint8Array[], mark: SinkMark | undefined): Promise<Start> {
    const handle = await this.#open()
    const last = this.#end === null ? mark : this.#markOf(this.#end)
    this.dirty = true
    const found = await findBeginning({
      fileSystem: this.#options.fileSystem,
      path: this.path,
      handle,
      last: last === undefined ? undefined : placeOf(last),
      expected: Buffer.concat(buffers),
    })
    for (const what of found.told) this.#options.events.disturbed(what)
    this.#generation = found.generation
    if (found.place !== null) {
      this.#end = null
      return { rest: [], continues: false, place: markOf(found.place) }
    }
    this.#end = await this.#endOf(handle, found.size)
    if (found.unclear) await this.#setAside()
    return { rest: [found.rest], continues: found.continues, place: null }
  }

  /** Whether the file is due to be begun anew before so much is appended to it. */
  #isFull(next: Uint8Array | undefined): boolean {
    const { maxSize, maxAgeMs } = this.#options.rotate
    const end = this.#end
    const time = this.#options.clock.monotonic()
    if (end === null || end.length === 0 || next === undefined || time < this.#rotateFrom) return false
    const record = next.indexOf(NEWLINE) + 1
    return (
      (maxSize !== null && end.length + record > maxSize) ||
      (maxAgeMs !== null && time - this.#beganAt >= maxAgeMs)
    )
  }

  /** As many whole records as the file may still take, at least one. */
  #whatFits(buffers: readonly Uint8Array[]): { fits: readonly Uint8Array[]; rest: readonly Uint8Array[] } {
    const { maxSize } = this.#options.rotate
    if (maxSize === null) return { fits: buffers, rest: [] }
    if (this.#options.clock.monotonic() < this.#rotateFrom) return { fits: buffers, rest: [] }
    return splitRecords(buffers, maxSize - this.#end!.length)
  }

  /** One that cannot be rotated is written to for longer. */
  async #rotate(): Promise<void> {
    const { clock, logger } = this.#options
    try {
      await this.#setAside()
    } catch (error) {
      // Renamed, and nothing could be begun.
      if (this.#end === null) throw error
      this.#rotateFrom = clock.monotonic() + ROTATE_AGAIN_MS
      logger.warn({ path: this.path, err: error }, 'The file could not be rotated; it grows on')
    }
  }

  /** Renames the file and begins anew. Synced before: what its successor holds implies all of it. */
  async #setAside(): Promise<void> {
    const { fileSystem, events } = this.#options
    const handle = await this.#open()
    await handle.sync()
    const generation = Math.max(this.#generation, await nextGeneration(fileSystem, this.path))
    const rotated = rotatedPath(this.path, generation)
    events.rotating(rotated)
    await fileSystem.rename(this.path, rotated)
    this.#generation = generation + 1
    await this.close()
    await this.#begin()
  }

  /** @param continues whether the file ends in what the buffers go on with */
  async #write(
    handle: FileHandle,
    end: End,
    buffers: readonly Uint8Array[],
    continues: boolean,
  ): Promise<SinkMark> {
    // Somebody else's last line, or what is left of a line that was cut, ends first.
    const ended = continues || end.tail.byteLength === 0 || end.tail.at(-1) === NEWLINE
    const all = ended ? buffers : [LINE_END, ...buffers]
    this.dirty = true
    // Until it succeeds, what was acknowledged ends where it did.
    this.#end = { ...end, torn: true }
    await writeAll(handle, all)
    const length = end.length + all.reduce((sum, buffer) => sum + buffer.byteLength, 0)
    this.#end = { length, tail: tailAfter(end.tail, all), identity: end.identity, torn: false }
    return this.#markOf(this.#end)
  }

  #markOf({ length, identity, tail }: End): SinkMark {
    return markOf({ length, identity, tail: digest(tail), generation: this.#generation })
  }

  async #endOf(handle: FileHandle, length: number): Promise<End> {
    const { inode, device } = await handle.stat()
    return { length, tail: await readTail(handle, length), identity: { inode, device }, torn: false }
  }

  /** Looks whether the file is still the one of its name, and as long as it was left; opens it, if it is there. */
  async #check({ now = false } = {}): Promise<Disturbance | null> {
    const time = this.#options.clock.monotonic()
    if (!now && this.#handle !== null && time - this.#checkedAt < CHECK_MS) return null
    // Not known to be the file of that name.
    const end = this.#end
    if (end === null) await this.close()
    const found = await this.#statByPath()
    const what = end === null ? null : this.#compare(end, found)
    if (what !== null) this.#options.events.disturbed(what)
    if (what === 'gone' || what === 'replaced') await this.#leave(end!)
    // What a failed write left may be in a copy.
    else if (what !== null && !end!.torn) this.#end = await this.#endOf(await this.#open(), found!.size)
    else if (found !== null) await this.#open()
    this.#checkedAt = time
    return what
  }

  /** Before each write: whoever cut the file, or left a line in it without an end, would have the next record put at the wrong place. */
  async #lookAtSize(): Promise<void> {
    const end = this.#end!
    const handle = await this.#open()
    const { size } = await handle.stat()
    if (size === end.length) return
    this.#options.events.disturbed(size < end.length ? 'cut' : 'foreign')
    this.#end = await this.#endOf(handle, size)
  }

  #compare(end: End, found: FileStat | null): Disturbance | null {
    if (found === null) return 'gone'
    if (!isSame(end.identity, found)) return 'replaced'
    if (found.size < end.length) return 'cut'
    return found.size > end.length && !end.torn ? 'foreign' : null
  }

  /** The name stands for another file, or for none. What a write that failed left is looked for where the file went. */
  async #leave({ identity, torn }: End): Promise<void> {
    if (this.#handle !== null) await this.#handle.sync()
    else if (this.dirty) await this.#syncMoved(identity)
    await this.close()
    if (torn) await this.#open()
    else await this.#begin()
  }

  /** Of a file that was closed to make room, and then renamed, somebody else has the only name. */
  async #syncMoved(identity: Identity): Promise<void> {
    const { fileSystem } = this.#options
    for (const path of await neighboursOf(fileSystem, this.path)) {
      // eslint-disable-next-line no-await-in-loop -- one after the other, and seldom
      if (!isSame(await fileSystem.stat(path), identity)) continue
      const handle = await fileSystem.open(path, 'r+')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
      return
    }
  }

  /** Opens the file, which holds nothing that comes again. */
  async #begin(): Promise<void> {
    this.#end = null
    const handle = await this.#open()
    this.#end = await this.#endOf(handle, (await handle.stat()).size)
    this.#beganAt = this.#options.clock.monotonic()
  }

  async #statByPath(): Promise<FileStat | null> {
    try {
      return await this.#options.fileSystem.stat(this.path)
    } catch (error) {
      if (isAbsent(error)) return null
      throw error
    }
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle !== null) return this.#handle
    const { fileSystem, events } = this.#options
    let handle: FileHandle
    try {
      handle = await fileSystem.open(this.path, 'a+')
    } catch (error) {
      if (!isAbsent(error)) throw error
      await makeDirectory(fileSystem, dirname(this.path))
      handle = await fileSystem.open(this.path, 'a+')
    }
    this.#handle = handle
    events.descriptors(1)
    const stat = await this.#statOpened(handle)
    if (stat.size === 0) this.unnamed = true
    const end = this.#end
    // Replaced since it was looked at.
    if (end !== null && !end.torn && !isSame(end.identity, stat))
      this.#end = await this.#endOf(handle, stat.size)
    return handle
  }

  /** One that cannot be looked at is given back: who finds it open would take it for looked at. */
  async #statOpened(handle: FileHandle): Promise<FileStat> {
    try {
      return await handle.stat()
    } catch (error) {
      // Perhaps it was made just now.
      this.unnamed = true
      await this.close().catch(() => {})
      throw error
    }
  }
}

/** Whether the file is not there, or its directory. */
function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** What others do to a file, as it is said in the log. */
export const DISTURBANCES = {
  gone: 'The file was renamed or removed by somebody else: it was made again',
  replaced: 'The file was replaced by somebody else: going on with the new one',
  cut: 'The file was cut by somebody else: going on at its end',
  foreign: 'The file holds lines of somebody else: appending behind them',
  hole: 'A power cut has left NULs in the file where lines were not synced: they are cut, and what comes is written there',
} as const

const CHECK_MS = 1000
const ROTATE_AGAIN_MS = 60_000
const NEWLINE = 0x0a
const LINE_END = Uint8Array.of(NEWLINE)
