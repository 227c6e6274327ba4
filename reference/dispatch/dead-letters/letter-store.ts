import { codeOf } from '../../errors.ts'
import { Condition } from '../../lifecycle/condition.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import { recordsBetween } from '../spool/records-between.ts'
import { segmentBytesOf } from '../spool/segment-bytes.ts'
import { compareOffsets, Spool, type SpoolOffset, type SpoolPiece } from '../spool/spool.ts'
import { segmentOf } from '../spool/segment-name.ts'
import type { Letter } from './letter.ts'
import { readPlace, writePlace } from './letter-files.ts'

/** What bounds the disk space of dead letters. */
export interface LetterLimits {
  /** Bytes. */
  readonly bytesMax: number
  readonly whenFull: 'wait' | 'drop_oldest'
}

export interface LetterStoreOptions extends LetterLimits {
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly sink: string
  /** Made when there is something to be kept. */
  readonly directory: string
  /** So many records were given up to make room. */
  readonly onDropped: (records: number) => void
}

/**
 * The dead letters of one sink: records it did not take, on disk, in the order in which they were given up.
 *
 *     | settled: redelivered or dropped | letters |
 *                                       ^ place
 *
 * Nothing is opened before there is something to be kept. What was added survives a power cut.
 */
export class LetterStore {
  readonly #options: LetterStoreOptions
  readonly #openedNow = new Condition()
  #spool: Spool | null = null
  #opening: Promise<Spool> | null = null
  #place: SpoolOffset = { segment: 0, offset: 0 }
  #records = 0
  /** Adds that are under way. */
  #adding = 0
  #settling: Promise<unknown> = Promise.resolve()

  #limits: LetterLimits

  constructor(options: LetterStoreOptions) {
    this.#options = options
    this.#limits = options
  }

  /** Other bounds from now on. */
  limit(limits: LetterLimits): void {
    this.#limits = limits
    this.#spool?.resize(limits.bytesMax)
  }

  get directory(): string {
    return this.#options.directory
  }

  /** Records that are kept. */
  get records(): number {
    return this.#records
  }

  /** Disk space, bytes. */
  get bytes(): number {
    return this.#spool?.bytes ?? 0
  }

  get place(): SpoolOffset {
    return this.#place
  }

  get end(): SpoolOffset {
    return this.#spool?.end ?? this.#place
  }

  /** True when letters wait until there is room. */
  get isFull(): boolean {
    return this.#adding > 0 && this.bytes >= this.#limits.bytesMax
  }

  /** Takes up what an earlier process left; with nothing there it opens nothing. */
  async openExisting(): Promise<void> {
    if ((await this.#segments()).length > 0) await this.#open()
  }

  /** Resolves when there is something to be looked at. */
  async waitUntilOpen(options: { signal: AbortSignal }): Promise<void> {
    while (this.#spool === null) await this.#openedNow.wait(options)
  }

  /**
   * Keeps the letters, and resolves when they would survive a power cut. Waits while there is no room, or gives up the oldest. Rejects when they could not
   * be kept: some of them may be there all the same.
   */
  async add(letters: readonly Letter[], options: { signal: AbortSignal }): Promise<void> {
    const spool = await this.#open()
    this.#adding += 1
    try {
      if (this.#limits.whenFull === 'drop_oldest') await this.#makeRoom(spool)
      await spool.append(letters, options)
      this.#records += letters.reduce((sum, { ends }) => sum + ends.length, 0)
      await spool.sync()
    } finally {
      this.#adding -= 1
    }
  }

  /** The letters at the place, as many as one read brings, up to another place; null when there are none. */
  async read(to: SpoolOffset): Promise<SpoolPiece | null> {
    return (await this.#spool?.read(this.#place, to)) ?? null
  }

  /** The letters before the place are not needed any more. @returns how many records they were. */
  async settle(to: SpoolOffset): Promise<number> {
    const before = this.#settling
    const settled = before.catch(() => {}).then(() => this.#settle(to))
    this.#settling = settled
    return await settled
  }

  async #settle(to: SpoolOffset): Promise<number> {
    const spool = this.#spool
    if (spool === null || compareOffsets(to, this.#place) <= 0) return 0
    const records = await recordsBetween(spool, this.#place, to)
    await writePlace(this.#options.fileSystem, this.directory, to)
    this.#place = to
    this.#records = Math.max(0, this.#records - records)
    await spool.release(to)
    return records
  }

  /** Gives the descriptor back. It can be opened again. */
  async close(): Promise<void> {
    const spool = this.#spool ?? (await this.#opening?.catch(() => null)) ?? null
    this.#spool = null
    this.#opening = null
    await spool?.close()
  }

  async #makeRoom(spool: Spool): Promise<void> {
    const { logger, onDropped, sink } = this.#options
    while (spool.bytes >= this.#limits.bytesMax && spool.start.segment < spool.end.segment) {
      const records = await this.settle({ segment: spool.start.segment + 1, offset: 0 })
      if (records === 0) return
      onDropped(records)
      logger.error({ sink, records }, 'The dead letters are full: the oldest are dropped')
    }
  }

  async #open(): Promise<Spool> {
    this.#opening ??= this.#openOnce().catch((error: unknown) => {
      this.#opening = null
      throw error
    })
    return await this.#opening
  }

  async #openOnce(): Promise<Spool> {
    const { bytesMax } = this.#limits
    const spool = new Spool({ ...this.#options, bytesMax, segmentBytes: segmentBytesOf(bytesMax) })
    // Only the last segment can be torn: one that is left was synced, and what a bad disk spoils in it costs no other.
    const last = (await this.#segments()).at(-1)
    await spool.open(last === undefined ? null : { segment: last, offset: 0 })
    try {
      this.#place = await this.#storedPlace(spool.start)
      this.#records = await recordsBetween(spool, this.#place, spool.end)
    } catch (error) {
      await spool.close()
      throw error
    }
    this.#spool = spool
    this.#openedNow.notifyAll()
    return spool
  }

  async #storedPlace(start: SpoolOffset): Promise<SpoolOffset> {
    const { fileSystem, logger, sink } = this.#options
    try {
      const place = await readPlace(fileSystem, this.directory)
      return place === null || compareOffsets(place, start) < 0 ? start : place
    } catch (error) {
      logger.error({ sink, err: error }, 'All dead letters are taken for unsettled')
      return start
    }
  }

  async #segments(): Promise<number[]> {
    const names = await this.#options.fileSystem.readdir(this.directory).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    })
    return names.flatMap(segmentOf).toSorted((a, b) => a - b)
  }
}
