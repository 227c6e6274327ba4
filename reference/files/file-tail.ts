import { posix } from 'node:path'
import type { Block, Source } from '../dispatch/block.ts'
import type { FileStat } from '../ports/file-system.ts'
import { statOf } from './directories.ts'
import {
  beginningOf,
  finished,
  inCopy,
  isSameFile,
  type FileIdentity,
  type FilePlace,
  type FinishedFile,
} from './file-place.ts'
import { FilePosition } from './file-position.ts'
import { FileReads, type ReadOutcome } from './file-reads.ts'
import { FileRecords } from './file-records.ts'
import { RotatedFiles, RotationUnderWay, type Copies, type Unread } from './rotated-files.ts'
import type { TailContext } from './tail-context.ts'
import { NEVER } from '../lifecycle/abort-listener.ts'

/**
 * One log: the files that had its path, one after the other. It looks when it is told to:
 *
 *     current  the path leads to the file that is read      --other file at the path--> moved
 *                                                            --its contents are others--> cut: goes on in the copy, or from the start
 *     moved    read to its end by its open handle, or under its new name  --quiet, and there is a next one--> between
 *              --not found any more--> between, after a while
 *     between  takes the next one: first what rotation left unread, oldest first, then the file at the path
 */
export class FileTail {
  readonly source: Source
  readonly path: string
  readonly #context: TailContext
  readonly #records: FileRecords
  readonly #rotated: RotatedFiles
  #reads: FileReads | null = null
  /** Nothing of this log was ever read: what is there besides the path's own file may not be wanted. */
  #isFresh: boolean
  readonly #from: 'start' | 'now'
  /** If the current file is gone now, something may be missing of it: it was not met in this process, or was cut since. */
  #mayLack = true
  #deviceChecked = false
  /** The size the current file had when it was looked at last. */
  #seenBytes = 0
  #seenModifiedMs = -1
  /** When something came from the current file last, monotonic. */
  #grewMs: number
  #missingSinceMs: number | null = null
  /** Looks in a row that did not find the current file. */
  #misses = 0
  #undelivered: Block | undefined
  /** The current file is a copy: nobody writes to it. */
  #isCopy = false
  /** With which the current file was claimed last. */
  #claimedHead: Uint8Array | null = null
  /** Of the look under way. */
  #signal = NEVER

  /** @param from for a log of which nothing was read: whether what is there now is to be read */
  constructor(context: TailContext, source: Source, from: 'start' | 'now') {
    const { clock, config, delivery, filesRead } = context
    this.#context = context
    this.source = source
    this.path = source.name
    this.#from = from
    this.#grewMs = clock.monotonic()
    const position = delivery.resumePosition(source.id)
    this.#isFresh = !(position instanceof FilePosition)
    this.#records = new FileRecords({
      source,
      maxLineBytes: config.maxLineBytes,
      cutCarriageReturn: config.cutCarriageReturn,
      position: position instanceof FilePosition ? position : undefined,
    })
    const { finished: before, place } = this.#records
    for (const file of before) filesRead.finished(file)
    if (place !== null) filesRead.claim(place, source.id)
    this.#rotated = new RotatedFiles(context, source, {
      signal: () => this.#signal,
      finished: () => this.#records.finished,
    })
  }

  /** Since when neither the path nor the file that was read is there, monotonic; null while one of them is. */
  get missingSinceMs(): number | null {
    return this.#missingSinceMs
  }

  /**
   * Reads what there is to be read. Rejects when that fails, to be called again, and with the signal's reason on abort.
   * @returns whether there was anything
   */
  async look(signal: AbortSignal): Promise<boolean> {
    this.#signal = signal
    return (await unlessUnderWay(this.#look(signal))) ?? true
  }

  async #look(signal: AbortSignal): Promise<boolean> {
    await this.#deliver(signal)
    const stat = await statOf(this.#context.fileSystem, this.path)
    await this.#checkDevice(stat)
    signal.throwIfAborted()
    const { place } = this.#records
    if (place === null) return await this.#between(stat, signal)
    if (stat !== null && isSameFile(stat, place)) return await this.#current(stat, place, signal)
    return await this.#moved(stat, place, signal)
  }

  /**
   * Neither path nor file is there any more: what is open becomes a record. Rejects as {@link look} does.
   * @returns whether it is over; otherwise to be called again
   */
  async end(signal: AbortSignal): Promise<boolean> {
    this.#signal = signal
    const { place } = this.#records
    if (place !== null) {
      const copies = await unlessUnderWay(this.#copiesOf(place))
      if (copies === null) return false
      this.#reportRemoved(place, copies)
      // What a copy has behind the place is read when the log comes back.
      const rest = copies.rest === null ? [] : [finished(inCopy(place, copies.rest))]
      await this.#give(place, [...copies.shorter, ...rest])
    }
    await this.#deliver(signal)
    return true
  }

  /** Gives up the file it has open. */
  async close(): Promise<void> {
    await this.#reads?.close()
    const { place } = this.#records
    if (place !== null) this.#context.filesRead.release(place, this.source.id)
  }

  async #current(stat: FileStat, place: FilePlace, signal: AbortSignal): Promise<boolean> {
    this.#found()
    if (stat.size === place.offset && stat.modifiedMs === this.#seenModifiedMs) return false
    if (place.offset === 0) {
      // How it begins is noted before a copy is looked for, so that a cut after that is seen as one.
      const head = await this.#rotated.headOf(this.path, stat)
      if (await this.#goBack(place)) return true
      if (place.head.length === 0 && head.length > 0) this.#records.moveTo({ ...place, head })
    }
    const outcome = await this.#read(this.path, signal)
    if (outcome === 'changed') await this.#cut(this.#records.place!, signal)
    else if (outcome === 'end') this.#saw(stat)
    return true
  }

  async #moved(stat: FileStat | null, place: FilePlace, signal: AbortSignal): Promise<boolean> {
    const path = this.#reads?.isOpen === true ? this.path : await this.#rotated.find(place)
    if (path === null) return await this.#missing(stat, place, signal)
    this.#found()
    const { offset } = place
    if (offset === 0 && (await this.#goBack(place))) return true
    const outcome = await this.#read(path, signal)
    if (outcome === 'elsewhere') return true
    if (outcome === 'changed') {
      await this.#cut(place, signal)
      return true
    }
    const grew = this.#records.place!.offset > offset
    if (grew || !(await this.#isQuiet())) return grew
    const next = await this.#next(stat)
    if (next === null) {
      // A file that was removed takes room as long as somebody has it open.
      if ((await this.#rotated.find(place)) === null) await this.#reads?.close()
      return false
    }
    // What came while that was looked for is read too.
    if ((await this.#read(path, signal)) !== 'end' || this.#records.place!.offset > offset) return true
    const begun = await this.#placeOf(next)
    this.#context.report(this.source, { kind: 'rotated' })
    await this.#give(this.#records.place!)
    this.#take(begun, next.stat.size)
    return true
  }

  /** The current file is not where it was, nor anywhere else in the directory. It may be about to be renamed, so that counts after some looks only. */
  async #missing(stat: FileStat | null, place: FilePlace, signal: AbortSignal): Promise<boolean> {
    const { clock, config } = this.#context
    this.#misses += 1
    this.#missingSinceMs ??= clock.monotonic()
    const forMs = clock.monotonic() - this.#missingSinceMs
    if (this.#misses < MISSES_UNTIL_GONE || forMs < config.rotateWaitMs) return false
    const copies = await this.#copiesOf(place)
    const next = copies.rest === null ? await this.#next(stat) : null
    if (copies.rest === null && next === null) return false
    const begun = next === null ? null : await this.#placeOf(next)
    this.#reportRemoved(place, copies)
    if (copies.rest === null) await this.#give(place, copies.shorter)
    else await this.#goOnIn(copies.rest, copies.shorter, place)
    if (begun !== null) this.#take(begun, next!.stat.size)
    await this.#deliver(signal)
    return true
  }

  async #copiesOf(place: FilePlace): Promise<Copies> {
    return (await this.#rotated.copiesOf(place)) ?? { rest: null, shorter: [] }
  }

  #reportRemoved(place: FilePlace, copies: Copies): void {
    const lostBytes = this.#lostBytes(place, copies)
    const mayLack = lostBytes > 0 || this.#mayLack
    if (mayLack) this.#records.gap()
    this.#context.report(this.source, { kind: 'removed', lostBytes, mayLack })
  }

  /** No file is being read. */
  async #between(stat: FileStat | null, signal: AbortSignal): Promise<boolean> {
    if (this.#isFresh) {
      this.#remember(await this.#rotated.unwanted(this.#from))
      this.#isFresh = false
      if (stat !== null && this.#from === 'now' && !(await this.#rotated.anyUnread(null))) {
        const end = { path: this.path, stat, offset: stat.size }
        this.#take(await this.#rotated.placeAt(end, true), stat.size)
        await this.#deliver(signal)
        return true
      }
    }
    const next = await this.#next(stat)
    if (next === null) this.#lost()
    else this.#take(await this.#placeOf(next), next.stat.size)
    await this.#deliver(signal)
    return next !== null
  }

  /** Somebody cut the file, or it was removed and another one has its number. What was not read of it yet may be in a copy that was made before. */
  async #cut(place: FilePlace, signal: AbortSignal): Promise<void> {
    const { report } = this.#context
    const copies = await this.#rotated.copiesOf(place)
    if (copies === null) return await this.#cutWhileAway()
    const { rest, shorter } = copies
    const lostBytes = this.#lostBytes(place, copies)
    report(this.source, { kind: 'cut', lostBytes, hasCopy: rest !== null || shorter.length > 0 })
    this.#records.gap()
    if (rest === null) {
      this.#remember(shorter)
      await this.#leave()
      this.#records.finish()
    } else await this.#goOnIn(rest, shorter, place)
    await this.#deliver(signal)
  }

  /** What became of the copy of the current file, which was cut, can only be told once the directory is there again. */
  async #cutWhileAway(): Promise<void> {
    this.#mayLack = true
    await this.#reads?.close()
  }

  /** What was seen of the current file and is neither read nor in a copy. */
  #lostBytes({ offset }: FilePlace, { rest, shorter }: Copies): number {
    const copied = rest?.size ?? Math.max(0, ...shorter.map((copy) => copy.offset))
    return Math.max(0, this.#seenBytes - Math.max(offset, copied))
  }

  /** The copy is the current file from now on. */
  async #goOnIn(copy: FileStat, shorter: readonly FinishedFile[], place: FilePlace): Promise<void> {
    this.#remember(shorter)
    await this.#leave()
    this.#take(inCopy(place, copy), copy.size)
    this.#isCopy = true
  }

  /** Reads the current file, by its open handle or by the path, up to its end. */
  async #read(path: string, signal: AbortSignal): Promise<ReadOutcome> {
    const reads = (this.#reads ??= new FileReads(this.#context, this.#records))
    for (let isFirst = true; ; isFirst = false) {
      // eslint-disable-next-line no-await-in-loop -- a file is read in order
      const outcome = await reads.next(path, isFirst, signal)
      if (outcome === 'more') this.#grew()
      // eslint-disable-next-line no-await-in-loop
      await this.#deliver(signal)
      if (outcome !== 'more') return outcome
    }
  }

  /** Where reading goes on behind the current file; null when there is nothing yet, and more may still come to the current one. */
  async #next(stat: FileStat | null): Promise<Unread | null> {
    const { place } = this.#records
    const [oldest] = await this.#rotated.unread(place)
    if (oldest !== undefined) return oldest
    if (stat === null || (place !== null && stat.size === 0)) return null
    return await this.#rotated.asNext(this.path, stat, place)
  }

  /** The current file is given up, and not read again, nor are its copies. */
  async #give(place: FilePlace, copies: readonly FinishedFile[] = []): Promise<void> {
    this.#remember([...copies, finished(place)])
    await this.#leave()
    this.#records.finish()
  }

  #remember(files: readonly FinishedFile[]): void {
    for (const file of files) this.#context.filesRead.finished(file)
    this.#records.remember(files)
  }

  /** Nothing of the current file was read, and it may have been copied and cut meanwhile: what is in the copy comes first. */
  async #goBack(place: FilePlace): Promise<boolean> {
    const [oldest] = await this.#rotated.unreadBefore(place)
    if (oldest === undefined) return false
    const begun = await this.#placeOf(oldest)
    await this.#leave()
    this.#take(begun, oldest.stat.size)
    return true
  }

  async #leave(): Promise<void> {
    await this.close()
    this.#reads = null
  }

  /** Asked for before the current file is given up: when it cannot be told, nothing has changed. */
  async #placeOf(next: Unread): Promise<FilePlace> {
    if (next.place !== undefined) return next.place
    return next.offset === 0 ? beginningOf(next.stat) : await this.#rotated.placeAt(next, false)
  }

  /** @param seenBytes size of the file, as far as is known */
  #take(place: FilePlace, seenBytes: number): void {
    const { clock, filesRead } = this.#context
    filesRead.claim(place, this.source.id)
    this.#claimedHead = place.head
    this.#records.moveTo(place)
    this.#found()
    this.#mayLack = false
    this.#seenBytes = seenBytes
    this.#seenModifiedMs = -1
    this.#grewMs = clock.monotonic()
    this.#isCopy = false
  }

  #saw({ size, modifiedMs }: FileStat): void {
    this.#mayLack = false
    this.#seenBytes = Math.max(size, this.#records.place!.offset)
    this.#seenModifiedMs = modifiedMs
  }

  #grew(): void {
    const { clock, filesRead } = this.#context
    const place = this.#records.place!
    this.#grewMs = clock.monotonic()
    // How the file begins is not known longer and longer: past that a claim would say the same again, for each piece.
    if (place.head === this.#claimedHead) return
    filesRead.claim(place, this.source.id)
    this.#claimedHead = place.head
  }

  #found(): void {
    this.#missingSinceMs = null
    this.#misses = 0
  }

  #lost(): void {
    this.#missingSinceMs ??= this.#context.clock.monotonic()
  }

  /** Whether nobody writes to the current file any more, as it seems: who had it open has opened the next one by now. */
  async #isQuiet(): Promise<boolean> {
    const { clock, config } = this.#context
    if (this.#isCopy || clock.monotonic() - this.#grewMs >= config.rotateWaitMs) return true
    const stat = await this.#reads?.stat()
    return stat !== undefined && clock.now() - stat.modifiedMs >= config.rotateWaitMs
  }

  /** After a restart of the machine a file system may have another number than before. */
  async #checkDevice(stat: FileIdentity | null): Promise<void> {
    if (this.#deviceChecked) return
    const { fileSystem, filesRead } = this.#context
    const { place } = this.#records
    const there = stat ?? (await fileSystem.stat(posix.dirname(this.path)).catch(() => null))
    if (there === null) return
    this.#deviceChecked = true
    if (place === null || place.device === there.device) return
    filesRead.release(place, this.source.id)
    this.#records.adoptDevice(place.device, there.device)
    filesRead.claim(this.#records.place!, this.source.id)
    for (const file of this.#records.finished) filesRead.finished(file)
  }

  /** Hands over what is complete. While there is no room the block is kept, so that a failure does not lose it. */
  async #deliver(signal: AbortSignal): Promise<void> {
    const { delivery, report } = this.#context
    if (this.#records.cutLines > 0) report(this.source, { kind: 'long_lines', lines: this.#records.cutLines })
    this.#records.cutLines = 0
    for (;;) {
      const block = this.#undelivered ?? this.#records.take()
      if (block === undefined) return
      this.#undelivered = block
      // eslint-disable-next-line no-await-in-loop -- blocks are delivered in order
      if (!delivery.tryDeliver(block)) await delivery.deliver(block, { signal })
      this.#undelivered = undefined
    }
  }
}

/** Null while names are on their way from one file to another. */
async function unlessUnderWay<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof RotationUnderWay) return null
    throw error
  }
}

/** A file that is being renamed may be missed by a look, and by the next. */
const MISSES_UNTIL_GONE = 3
