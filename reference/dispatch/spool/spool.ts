import { join } from 'node:path'
import { Condition } from '../../lifecycle/condition.ts'
import type { FileHandle, FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import { codeOf } from '../../errors.ts'
import type { Source } from '../block.ts'
import { blockBytes } from '../held-bytes.ts'
import { makeDirectory, writeAll } from '../files.ts'
import { readPiece, readTransaction, type SpoolOffset, type SpoolPiece } from './read-transactions.ts'
import { segmentName, segmentOf } from './segment-name.ts'
import { encodeTransaction, type SpooledBlock } from './transaction.ts'

export type { SpoolOffset, SpoolPiece } from './read-transactions.ts'
export type { SpooledBlock } from './transaction.ts'

export interface SpoolOptions {
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly directory: string
  /** A segment that is at least so long is not continued. */
  readonly segmentBytes: number
  /** While the segments hold at least so much, `append` waits. */
  readonly bytesMax: number
}

/** What an earlier process left. */
export interface SpoolRecovered {
  /** Where the next transaction goes. */
  readonly end: SpoolOffset
  /** Of the transactions behind the place that was asked for: by source, where reading resumes behind the last of them. */
  readonly positions: ReadonlyMap<Source, unknown>
}

interface Append {
  readonly blocks: readonly SpooledBlock[]
  readonly unseen: boolean
  readonly resolve: (end: SpoolOffset) => void
  readonly reject: (error: unknown) => void
}

/**
 * Records on their way to sinks that may be slow or away, on disk: append-only segments of transactions. What waits when a write ends is
 * written together. A process that is killed loses nothing of what was appended; a power cut nothing of what was synced. What either of them tore is
 * cut when the spool is opened again.
 *
 *     open() -> append()* , sync()*, read()*, release()* -> close()
 */
export class Spool {
  readonly #options: SpoolOptions
  /** Length of each segment up to the end of its last transaction. */
  readonly #lengths = new Map<number, number>()
  readonly #waiting: Append[] = []
  readonly #appended = new Condition()
  readonly #released = new Condition()
  /** Where the next transaction goes. */
  #end: SpoolOffset = { segment: 0, offset: 0 }
  /** Behind the last transaction: not moved by leaving its segment. */
  #last: SpoolOffset = { segment: 0, offset: 0 }
  /** What lies before it survives a power cut. */
  #durable: SpoolOffset = { segment: 0, offset: 0 }
  /** Of transactions that nobody reads before they are durable, in their order: the ends of those before them. */
  readonly #unseen: SpoolOffset[] = []
  #file: FileHandle | null = null
  /** The last write failed: what it left behind the end is cut before the next one. */
  #torn = false
  /** Also what an earlier process has appended may not be synced. */
  #unsynced = true
  /** The segment's name was not synced; there may be one of an earlier process that was killed. */
  #newName = true
  #writing: Promise<void> | null = null
  /** By place, what is being read: several feeds that are at the same place read it once. */
  readonly #reads = new Map<string, Promise<SpoolPiece>>()
  /** Readers of the last segment's file. It is closed behind the last of them. */
  readonly #readers = new Map<FileHandle, number>()
  #syncing: Promise<void> | null = null
  #opening: Promise<FileHandle> | null = null

  #bytesMax: number

  constructor(options: SpoolOptions) {
    this.#options = options
    this.#bytesMax = options.bytesMax
  }

  /** Another bound from now on. */
  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax
    this.#released.notifyAll()
  }

  /** Behind the last transaction. */
  get end(): SpoolOffset {
    return this.#last
  }

  /** What the segments hold, bytes. */
  get bytes(): number {
    let sum = 0
    for (const length of this.#lengths.values()) sum += length
    return sum
  }

  /** What lies behind a place, bytes. */
  bytesBehind({ segment, offset }: SpoolOffset): number {
    let bytes = 0
    for (const [each, length] of this.#lengths)
      if (each >= segment) bytes += Math.max(0, length - (each === segment ? offset : 0))
    return bytes
  }

  /** The oldest place that can be read. */
  get start(): SpoolOffset {
    return { segment: Math.min(this.#end.segment, ...this.#lengths.keys()), offset: 0 }
  }

  /**
   * Takes up what is there, and cuts it behind the last transaction that is whole: what lies there was not synced.
   * @param committed what lies before it was synced, and its positions are known already; null when nothing is. Should it not be there any more, the
   * positions of what is there are told, although they are older.
   */
  async open(committed: SpoolOffset | null): Promise<SpoolRecovered> {
    const { directory, fileSystem } = this.#options
    await makeDirectory(fileSystem, directory)
    const segments = (await fileSystem.readdir(directory)).flatMap(segmentOf).toSorted((a, b) => a - b)
    for (const segment of segments) {
      this.#lengths.set(segment, (await fileSystem.stat(this.#path(segment))).size)
    }
    const positions = new Map<string, { source: Source; position: unknown }>()
    let at = this.#startOfRecovery(committed)
    while (this.#lengths.has(at.segment)) {
      at = await this.#recover(at, positions)
      if (!this.#lengths.has(at.segment + 1)) break
      at = { segment: at.segment + 1, offset: 0 }
    }
    this.#end = this.#last = at
    return {
      end: at,
      positions: new Map([...positions.values()].map(({ source, position }) => [source, position])),
    }
  }

  /**
   * Appends the blocks as one transaction, or as part of a larger one. Resolves with the place behind them. Rejects when they could not be written, and
   * with `signal.reason` on abort while there is no room; then they are not in the spool.
   * @param options.unseenUntilSynced nobody is to read them, nor what is appended after them, before they are synced
   */
  async append(
    blocks: readonly SpooledBlock[],
    options: { signal: AbortSignal; unseenUntilSynced?: boolean },
  ): Promise<SpoolOffset> {
    options.signal.throwIfAborted()
    while (this.#isFull()) await this.#released.wait(options)
    const { promise, resolve, reject } = Promise.withResolvers<SpoolOffset>()
    this.#waiting.push({ blocks, unseen: options.unseenUntilSynced === true, resolve, reject })
    this.#writing ??= this.#writeWaiting().finally(() => (this.#writing = null))
    return await promise
  }

  /** Resolves when everything appended before would survive a power cut. */
  async sync(): Promise<void> {
    // Whoever waited as well may have begun another one.
    // oxlint-disable-next-line no-await-in-loop
    while (this.#syncing !== null) await this.#syncing.catch(() => {})
    if (!this.#unsynced) return
    this.#unsynced = false
    const end = this.#last
    this.#syncing = this.#syncLast().finally(() => (this.#syncing = null))
    try {
      await this.#syncing
      this.#setDurable(end)
    } catch (error) {
      this.#unsynced = true
      throw error
    }
  }

  /** The transactions from a place on, as many as one read brings, up to another place; null when there are none. */
  async read(from: SpoolOffset, to: SpoolOffset = this.#seenEnd): Promise<SpoolPiece | null> {
    if (compareOffsets(from, to) >= 0) return null
    const { segment, offset } = from
    const whole = this.#lengths.get(segment) ?? 0
    const length = segment === to.segment ? Math.min(whole, to.offset) : whole
    if (offset < length) return await this.#readOnce(from, length)
    const later = [...this.#lengths.keys()].filter(
      (candidate) => candidate > segment && candidate <= to.segment,
    )
    if (later.length === 0) return null
    return await this.read({ segment: Math.min(...later), offset: 0 }, to)
  }

  /** The same of what survives a power cut: syncs when there is more. Rejects when it could not be synced. */
  async readDurable(from: SpoolOffset): Promise<SpoolPiece | null> {
    if (compareOffsets(this.#durable, from) <= 0 && compareOffsets(this.#last, from) > 0) await this.sync()
    return await this.read(from, this.#durable)
  }

  /** Resolves when something lies behind the place; rejects with `signal.reason` on abort. */
  async waitForMore(from: SpoolOffset, options: { signal: AbortSignal }): Promise<void> {
    while (compareOffsets(this.#seenEnd, from) <= 0) await this.#appended.wait(options)
  }

  /** Behind the last transaction that may be read. */
  get #seenEnd(): SpoolOffset {
    return this.#unseen[0] ?? this.#last
  }

  #setDurable(end: SpoolOffset): void {
    if (compareOffsets(this.#durable, end) < 0) this.#durable = end
    const before = this.#unseen.length
    while (this.#unseen.length > 0 && compareOffsets(this.#unseen[0]!, end) < 0) this.#unseen.shift()
    if (this.#unseen.length < before) this.#appended.notifyAll()
  }

  /** Everything before the place may go: removes the segments that lie before it wholly. */
  async release(before: SpoolOffset): Promise<void> {
    for (const segment of this.#lengths.keys()) {
      if (segment < before.segment) await this.#remove(segment)
    }
    this.#released.notifyAll()
  }

  /** Waits for what is being written, and read by somebody who has gone on without it, and gives the descriptors back. */
  async close(): Promise<void> {
    await this.#writing
    await Promise.allSettled(this.#reads.values())
    await this.#syncing?.catch(() => {})
    const file = this.#file
    this.#file = null
    if (file !== null) await this.#giveBack(file)
  }

  /** The last segment alone is continued whatever its length: it can only be given up once there is another one. */
  #isFull(): boolean {
    return this.#lengths.size > 1 && this.bytes >= this.#bytesMax
  }

  #startOfRecovery(committed: SpoolOffset | null): SpoolOffset {
    const first = Math.min(...this.#lengths.keys())
    if (committed === null) return { segment: Number.isFinite(first) ? first : 0, offset: 0 }
    const length = this.#lengths.get(committed.segment)
    if (length !== undefined && length >= committed.offset) return committed
    if (length === undefined && committed.offset === 0) return committed
    this.#options.logger.error(
      { ...committed, length },
      'The spool does not hold what was synced to it: somebody cut or removed it, and what no sink had taken of that is lost',
    )
    return length === undefined
      ? { segment: committed.segment + 1, offset: 0 }
      : { segment: committed.segment, offset: 0 }
  }

  async #remove(segment: number): Promise<void> {
    await this.#options.fileSystem.unlink(this.#path(segment)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
    })
    this.#lengths.delete(segment)
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const appends = takeTogether(this.#waiting)
      try {
        await this.#write(
          encodeTransaction(appends.flatMap(({ blocks }) => blocks)),
          appends.some(({ unseen }) => unseen),
        )
        for (const { resolve } of appends) resolve(this.#end)
        this.#appended.notifyAll()
      } catch (error) {
        for (const { reject } of appends) reject(error)
      }
    }
  }

  async #write(buffers: readonly Uint8Array[], unseen: boolean): Promise<void> {
    const file = await this.#fileToAppend()
    const { segment, offset } = this.#end
    if (this.#torn) await file.truncate(offset)
    this.#torn = true
    await writeAll(file, buffers)
    this.#torn = false
    this.#unsynced = true
    const length = offset + buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
    this.#lengths.set(segment, length)
    if (unseen) this.#unseen.push(this.#last)
    this.#end = this.#last = { segment, offset: length }
  }

  /** The last segment, or a new one behind it. One that is left was synced: only the last one can be torn by a power cut. */
  async #fileToAppend(): Promise<FileHandle> {
    if (this.#end.offset >= this.#options.segmentBytes) await this.#leaveSegment()
    return await this.#lastSegment()
  }

  /** Opened once, although an append and a sync may want it at the same time. */
  async #lastSegment(): Promise<FileHandle> {
    if (this.#file !== null) return this.#file
    const { segment } = this.#end
    this.#opening ??= this.#options.fileSystem
      .open(this.#path(segment), 'a+')
      .finally(() => (this.#opening = null))
    this.#file = await this.#opening
    if (!this.#lengths.has(segment)) this.#lengths.set(segment, 0)
    return this.#file
  }

  async #leaveSegment(): Promise<void> {
    const file = await this.#lastSegment()
    if (this.#torn) await file.truncate(this.#end.offset)
    await this.#syncing?.catch(() => {})
    await this.#syncFile(file)
    this.#unsynced = false
    this.#setDurable(this.#last)
    this.#newName = true
    this.#end = { segment: this.#end.segment + 1, offset: 0 }
    this.#file = null
    await this.#giveBack(file)
  }

  async #syncLast(): Promise<void> {
    if (this.#file === null && !this.#lengths.has(this.#end.segment)) return
    await this.#syncFile(await this.#lastSegment())
  }

  async #syncFile(file: FileHandle): Promise<void> {
    await file.sync()
    if (!this.#newName) return
    await this.#options.fileSystem.syncDirectory(this.#options.directory)
    this.#newName = false
  }

  /** Takes the positions of the transactions from a place to the end of its segment, which is cut where it is not whole. */
  async #recover(
    from: SpoolOffset,
    positions: Map<string, { source: Source; position: unknown }>,
  ): Promise<SpoolOffset> {
    const { segment } = from
    const length = this.#lengths.get(segment)!
    let { offset } = from
    const file = await this.#options.fileSystem.open(this.#path(segment), 'a+')
    try {
      for (;;) {
        const found = await readTransaction(file, offset, length)
        if (found === null) break
        offset = found.next
        for (const [source, position] of found.positions) positions.set(source.id, { source, position })
      }
      if (offset < length) await this.#cut(file, segment, offset, length)
    } finally {
      await file.close()
    }
    return { segment, offset }
  }

  /** Cuts what is no transaction off the end of a segment, and removes the segments behind it. */
  async #cut(file: FileHandle, segment: number, offset: number, length: number): Promise<void> {
    const { logger } = this.#options
    await file.truncate(offset)
    this.#lengths.set(segment, offset)
    const later = [...this.#lengths.keys()].filter((candidate) => candidate > segment)
    for (const one of later) await this.#remove(one)
    logger.warn(
      { segment, offset, bytes: length - offset, segments: later.length },
      'The end of the spool is not whole: what was not synced is read from its source again',
    )
  }

  #readOnce(from: SpoolOffset, length: number): Promise<SpoolPiece> {
    const key = `${from.segment} ${from.offset} ${length}`
    const underWay = this.#reads.get(key)
    if (underWay !== undefined) return underWay
    const reading = this.#withSegment(from.segment, (file) => readPiece(file, from, length)).finally(() =>
      this.#reads.delete(key),
    )
    this.#reads.set(key, reading)
    return reading
  }

  /** The last segment is open already: it is where most is read. */
  async #withSegment<T>(segment: number, read: (file: FileHandle) => Promise<T>): Promise<T> {
    const last = segment === this.#end.segment ? this.#file : null
    const file = last ?? (await this.#options.fileSystem.open(this.#path(segment), 'r'))
    this.#readers.set(file, (this.#readers.get(file) ?? 0) + 1)
    try {
      return await read(file)
    } finally {
      const others = this.#readers.get(file)! - 1
      if (others > 0) this.#readers.set(file, others)
      else this.#readers.delete(file)
      if (others === 0 && this.#file !== file) await file.close()
    }
  }

  /** The file of the last segment is not appended to any more. */
  async #giveBack(file: FileHandle): Promise<void> {
    if (!this.#readers.has(file)) await file.close()
  }

  #path(segment: number): string {
    return join(this.#options.directory, segmentName(segment))
  }
}

/** Order of two places: negative when `a` lies before `b`. */
export function compareOffsets(a: SpoolOffset, b: SpoolOffset): number {
  return a.segment - b.segment || a.offset - b.offset
}

/** What is written as one transaction: the first of those who wait, and more while it stays small. */
function takeTogether(waiting: Append[]): Append[] {
  let bytes = 0
  let taken = 0
  for (const { blocks } of waiting) {
    bytes += blocks.reduce((sum, block) => sum + blockBytes(block), 0)
    if (taken > 0 && bytes > TRANSACTION_BYTES) break
    taken += 1
  }
  return waiting.splice(0, taken)
}

const TRANSACTION_BYTES = 1024 * 1024
