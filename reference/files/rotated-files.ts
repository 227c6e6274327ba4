import { posix } from 'node:path'
import type { Source } from '../dispatch/block.ts'
import type { FileStat } from '../ports/file-system.ts'
import { statOf } from './directories.ts'
import {
  beginningOf,
  behind,
  COPY_BYTES_MIN,
  endsAsFinished,
  finished,
  inCopy,
  fits,
  HEAD_BYTES,
  isCopy,
  isFinished,
  isPrefix,
  isSameFile,
  overlapStart,
  TAIL_BYTES,
  type FileIdentity,
  type FilePlace,
  type FinishedFile,
} from './file-place.ts'
import { FINISHED_MAX } from './file-records.ts'
import { compareRotated, isCompressed } from './rotated-names.ts'
import type { TailContext } from './tail-context.ts'
import { TailedFile } from './tailed-file.ts'

/** A file to go on with, and where in it. */
export interface Unread {
  readonly path: string
  readonly stat: FileStat
  readonly offset: number
  /** Where it is known how that lies in the file: what the file holds when it is asked again may be something else. */
  readonly place?: FilePlace
}

/** Copies of a file that was read. */
export interface Copies {
  /** The newest that has something behind the place, or ends there; null for none. */
  readonly rest: FileStat | null
  /** Others, which are not to be read. */
  readonly shorter: readonly FinishedFile[]
}

export interface RotatedFilesOptions {
  /** Ends what is asked. */
  readonly signal: () => AbortSignal
  /** Files of the log that were read already, or are not to be read. */
  readonly finished: () => readonly FinishedFile[]
}

/** Names are on their way from one file to another: what is asked cannot be told now. */
export class RotationUnderWay extends Error {
  override readonly name = 'RotationUnderWay'

  constructor(log: string) {
    super(`Cannot tell which files ${log} has: it is being rotated`)
  }
}

/** The files that a log had before the one that its path leads to. Whatever is asked here rejects with {@link RotationUnderWay} when it has to be asked again. */
export class RotatedFiles {
  readonly #context: TailContext
  readonly #source: Source
  readonly #directory: string
  readonly #name: string
  readonly #of: RotatedFilesOptions
  /** Files that were read, or are copies of such, by path: as long as they stay as they were then. */
  readonly #checked = new Map<string, Checked>()

  constructor(context: TailContext, source: Source, options: RotatedFilesOptions) {
    this.#context = context
    this.#of = options
    this.#source = source
    this.#directory = posix.dirname(source.name)
    this.#name = posix.basename(source.name)
  }

  /**
   * The path under which the file at the place is now; null when it is not in the directory of the log. Nothing is known of how a file begins of which
   * nothing was read: under a name that is none of rotation it may be a new one with the inode of one that was removed.
   */
  async find(place: FilePlace): Promise<string | null> {
    const { directories, fileSystem } = this.#context
    const listing = await directories.list(this.#directory)
    for (const path of this.#pathsOf(listing?.rotatedFrom(this.#name) ?? [])) {
      this.#of.signal().throwIfAborted()
      // eslint-disable-next-line no-await-in-loop -- it is usually the first
      const stat = await statOf(fileSystem, path)
      if (stat !== null && isSameFile(stat, place)) return path
    }
    return place.head.length === 0 ? null : ((await listing?.pathOf(place)) ?? null)
  }

  /** What is to be read before the file at the path, the oldest first. @param place in the file that is being read, if one is */
  async unread(place: FilePlace | null): Promise<readonly Unread[]> {
    const files = await this.#files()
    return await this.#unreadOf(
      files.filter((file) => !isThat(file, place)),
      place,
    )
  }

  /** The same, without what is younger than the file that is being read. */
  async unreadBefore(place: FilePlace): Promise<readonly Unread[]> {
    const files = await this.#files()
    const at = files.findIndex((file) => isThat(file, place))
    return await this.#unreadOf(at < 0 ? files : files.slice(0, at), place)
  }

  /** @param files the oldest first */
  async #unreadOf(files: readonly RotatedFile[], place: FilePlace | null): Promise<readonly Unread[]> {
    let unread: Unread[] = []
    for (const { path, stat } of files) {
      if (stat.size === 0) continue
      // eslint-disable-next-line no-await-in-loop -- few are left
      const isOfAnother = await this.#isOfAnother(path, stat)
      if (isOfAnother === null) throw new RotationUnderWay(this.#source.name)
      if (isOfAnother) continue
      const known = this.#known(stat)
      // eslint-disable-next-line no-await-in-loop -- few are left
      const offset = await this.#offsetIn(path, stat, known, place)
      if (offset < stat.size) unread.push({ path, stat, offset })
      // What is older than one that was read was read as well; there are more than are remembered.
      else if (known !== undefined && this.#of.finished().length >= FINISHED_MAX) unread = []
    }
    return unread
  }

  async anyUnread(place: FilePlace | null): Promise<boolean> {
    return (await this.unread(place)).length > 0
  }

  /** The file at the path as what comes behind the place; null while another log reads it. */
  async asNext(path: string, stat: FileStat, place: FilePlace | null): Promise<Unread | null> {
    if ((await this.#isOfAnother(path, stat)) !== false) return null
    // The file at the place may be a copy of this one, which is about to be cut.
    if (place !== null && place.offset >= COPY_BYTES_MIN && (await this.#hasAll(path, stat, place)))
      return { path, stat, offset: place.offset, place: inCopy(place, stat) }
    const known = this.#context.filesRead.finishedAs(stat)
    if (known === undefined || stat.size < known.offset) return { path, stat, offset: 0 }
    const head = await this.headOf(path, stat)
    return { path, stat, offset: isFinished(known, head) ? known.offset : 0 }
  }

  /** Files of a log that is new, which are not to be read: they were there before, and nobody asked for them. */
  async unwanted(from: 'start' | 'now'): Promise<readonly FinishedFile[]> {
    const { wants, wasRotatedBefore } = this.#context
    const isWanted = (path: string, stat: FileStat): boolean =>
      !wasRotatedBefore(stat) || (from === 'start' && wants(path))
    const unwanted = (await this.#files()).filter(({ path, stat }) => !isWanted(path, stat))
    return await Promise.all(
      unwanted.slice(-FINISHED_MAX).map(async ({ path, stat }) => {
        const head = await this.headOf(path, stat)
        return { ...finished({ ...beginningOf(stat), head }), offset: Number.MAX_SAFE_INTEGER }
      }),
    )
  }

  /** Copies of the file that was read, as `copytruncate` makes them; null while the directory is not there. */
  async copiesOf(place: FilePlace): Promise<Copies | null> {
    let rest: FileStat | null = null
    const shorter: FinishedFile[] = []
    if (place.head.length === 0) return { rest, shorter }
    if ((await this.#context.directories.list(this.#directory)) === null) return null
    for (const { path, stat } of await this.#files()) {
      if (isSameFile(stat, place)) continue
      // eslint-disable-next-line no-await-in-loop -- one after the other
      const copied = await this.#copied(path, stat, place)
      if (copied === 'rest') rest = stat
      else if (copied !== null) shorter.push(copied)
    }
    return { rest, shorter }
  }

  /** The place at an offset of a file of which the bytes before it were not read. @param aligned to the beginning of the line */
  async placeAt({ path, stat, offset }: Unread, aligned: boolean): Promise<FilePlace> {
    const head = await this.headOf(path, stat)
    const start = Math.max(0, offset - ALIGN_BYTES)
    const before = await this.#bytesOf(path, stat, start, offset - start)
    if (before.length < offset - start) return beginningOf(stat)
    const lineStart = before.lastIndexOf(NEWLINE) + 1
    const isAligned = aligned && lineStart >= (start === 0 ? 0 : TAIL_BYTES)
    const end = isAligned ? lineStart : before.length
    const at = start + end
    if (at <= HEAD_BYTES) return behind(beginningOf(stat), head.subarray(0, at))
    const far = { ...beginningOf(stat), head, offset: at }
    return behind(far, before.subarray(end - TAIL_BYTES, end))
  }

  /** How the file begins. */
  async headOf(path: string, stat: FileStat): Promise<Uint8Array> {
    return await this.#bytesOf(path, stat, 0, HEAD_BYTES)
  }

  /** Rotated files of this log, the oldest first. */
  async #files(): Promise<RotatedFile[]> {
    // Names are asked for one after the other, and rotation changes all of them: what is told twice was so in between.
    const [files, again] = [await this.#rotated(), await this.#rotated()]
    const isSame = ({ path, stat }: RotatedFile, index: number): boolean =>
      path === again[index]?.path && isSameFile(stat, again[index].stat)
    if (files.length !== again.length || !files.every(isSame)) throw new RotationUnderWay(this.#source.name)
    return again.toSorted((a, b) => a.stat.modifiedMs - b.stat.modifiedMs || compareRotated(a.path, b.path))
  }

  async #rotated(): Promise<RotatedFile[]> {
    const { directories, fileSystem } = this.#context
    this.#of.signal().throwIfAborted()
    const listing = await directories.list(this.#directory)
    const names = (listing?.rotatedFrom(this.#name) ?? []).filter((name) => !isCompressed(name))
    const files = await Promise.all(
      this.#pathsOf(names).map(async (path) => ({ path, stat: await statOf(fileSystem, path) })),
    )
    return files.flatMap(({ path, stat }) => (stat === null ? [] : [{ path, stat }]))
  }

  /** Where reading of a rotated file begins; Infinity when it is not to be read. */
  async #offsetIn(
    path: string,
    stat: FileStat,
    known: FinishedFile | undefined,
    place: FilePlace | null,
  ): Promise<number> {
    const checked = this.#checked.get(path)
    if (checked !== undefined && checked.known === known && isUnchanged(checked.stat, stat))
      return checked.offset
    const head = await this.headOf(path, stat)
    if (known !== undefined && isFinished(known, head)) {
      this.#checked.set(path, { stat, known, offset: known.offset })
      return known.offset
    }
    const isCopied = place !== null && head.length >= COPY_BYTES_MIN && isCopy(place, head)
    if (isCopied) return Infinity
    const copied = known === undefined ? await this.#copiedBefore(path, stat, head) : undefined
    if (copied === undefined) return 0
    this.#checked.set(path, { stat, known, offset: copied.offset })
    return copied.offset
  }

  /** The file that was given up of which this one is a copy that has all that was read; undefined for none. */
  async #copiedBefore(path: string, stat: FileStat, head: Uint8Array): Promise<FinishedFile | undefined> {
    for (const each of this.#of.finished().toReversed()) {
      const { headBytes, offset } = each
      if (headBytes < COPY_BYTES_MIN || offset > stat.size || !isFinished(each, head)) continue
      const start = Math.max(0, offset - TAIL_BYTES)
      // eslint-disable-next-line no-await-in-loop -- there is hardly another one that begins alike
      if (endsAsFinished(each, await this.#bytesOf(path, stat, start, offset - start))) return each
    }
    return undefined
  }

  async #copied(path: string, stat: FileStat, place: FilePlace): Promise<'rest' | FinishedFile | null> {
    const head = await this.headOf(path, stat)
    if (!isCopy(place, head)) return null
    if (await this.#hasAll(path, stat, place)) return 'rest'
    const isShorter = stat.size < place.offset
    return isShorter ? { ...finished({ ...beginningOf(stat), head, offset: stat.size }), tail: null } : null
  }

  /** Whether the file has everything that lies before the place, as far as that is remembered. */
  async #hasAll(path: string, stat: FileStat, place: FilePlace): Promise<boolean> {
    if (stat.size < place.offset) return false
    const head = await this.headOf(path, stat)
    if (!isCopy(place, head)) return false
    if (place.offset === 0) return true
    const start = overlapStart(place)
    const before = await this.#bytesOf(path, stat, start, place.offset - start)
    return fits(place, before)
  }

  #known(file: FileIdentity): FinishedFile | undefined {
    return (
      this.#of.finished().findLast((each) => isSameFile(each, file)) ??
      this.#context.filesRead.finishedAs(file)
    )
  }

  /** Whether another log reads the file; null when that cannot be told: a file of which nothing was read may have had its number before. */
  async #isOfAnother(path: string, stat: FileStat): Promise<boolean | null> {
    const owner = this.#context.filesRead.ownerOf(stat)
    if (owner === undefined || owner.source === this.#source.id) return false
    if (owner.head.length === 0) return null
    return isPrefix(owner.head, await this.headOf(path, stat))
  }

  /** Bytes of a file that is opened for that alone. */
  async #bytesOf(path: string, stat: FileStat, position: number, length: number): Promise<Uint8Array> {
    const { fileSystem, openFiles } = this.#context
    const file = new TailedFile(fileSystem, stat)
    const signal = this.#of.signal()
    signal.throwIfAborted()
    return await openFiles.use(file, { signal }, async () => {
      if (!(await file.open(path))) throw new RotationUnderWay(this.#source.name)
      try {
        signal.throwIfAborted()
        const buffer = new Uint8Array(length)
        return buffer.subarray(0, await file.read(buffer, position, length))
      } finally {
        await file.close()
      }
    })
  }

  #pathsOf(names: readonly string[]): string[] {
    return names.map((name) => posix.join(this.#directory, name))
  }
}

interface Checked {
  readonly stat: FileStat
  /** What was known of the file with its number. */
  readonly known: FinishedFile | undefined
  /** Where reading of it would go on. */
  readonly offset: number
}

interface RotatedFile {
  readonly path: string
  readonly stat: FileStat
}

function isThat({ stat }: RotatedFile, place: FilePlace | null): boolean {
  return place !== null && isSameFile(stat, place)
}

function isUnchanged(before: FileStat, now: FileStat): boolean {
  return isSameFile(before, now) && before.size === now.size && before.modifiedMs === now.modifiedMs
}

/** How far before the end of a file the beginning of its last line is looked for. */
const ALIGN_BYTES = 64 * 1024
const NEWLINE = 0x0a
