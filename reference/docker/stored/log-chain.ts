import type { FileHandle, FileSystem } from '../../ports/file-system.ts'
import type { Closable, OpenFiles } from '../../lifecycle/open-files.ts'
import { checksum } from './file-place.ts'
import { GzipContent, type Gunzip } from './gzip-content.ts'
import { isSameFile, listStoredFiles, unlessAbsent, type StoredFile } from './stored-files.ts'
import { NEVER } from '../../lifecycle/abort-listener.ts'

export interface LogChainOptions {
  readonly fileSystem: FileSystem
  readonly gunzip: Gunzip
  /** Bounds how many logs are open. */
  readonly openLogs: OpenFiles
  /** The file that the engine writes. */
  readonly path: string
}

/**
 * What follows the last byte that was read:
 * - `end`: nothing yet
 * - `again`: more of the same file
 * - `emptied`: the file is shorter than what was read of it
 * - `next`: the next file, which is entered
 * - `lost`: the file is gone, and so may be some that came after it. The oldest that is left is entered
 */
export type ChainStep = 'end' | 'again' | 'emptied' | 'next' | 'lost'

/** The file of a log that is being read was rotated away while it was closed. */
export class LogFileGone extends Error {
  override readonly name = 'LogFileGone'
}

/**
 * The files of one log, one after the other as they are rotated. The one that is read stays open, so that what it holds can be read whatever becomes of its
 * name; it is closed only where too many logs are open, and is then opened again under the name it has by then.
 */
export class LogChain implements Closable {
  readonly #options: LogChainOptions
  #file: StoredFile | null = null
  #handle: FileHandle | null = null
  #content: GzipContent | null = null
  /** Whether it was opened more than once: meanwhile another file may have got its number. */
  #wasClosed = false
  /** The engine was seen to write it, and no other one since. */
  #isNewest = false
  /** Its name was given to another file, so that nothing more will be written to it. */
  #isComplete = false
  /** Checksum of its first bytes, by which it is known again once it is compressed. */
  #head: { readonly length: number; readonly check: number } = { length: 0, check: 0 }

  constructor(options: LogChainOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#handle !== null
  }

  get file(): StoredFile | null {
    return this.#file
  }

  /** Whether no other file was seen to have come after the one that is read. */
  get isNewest(): boolean {
    return this.#isNewest
  }

  /** Whether what is read is for certain what was entered: it was open all the time. */
  get isCertain(): boolean {
    return !this.#wasClosed
  }

  async list(): Promise<StoredFile[]> {
    return await listStoredFiles(this.#options.fileSystem, this.#options.path)
  }

  /** Opens the file that the engine writes, before anything else is asked: it may be gone in no time. @returns whether it is there */
  async hold(options: { signal: AbortSignal }): Promise<boolean> {
    const { fileSystem, openLogs, path } = this.#options
    return await openLogs.use(this, options, async () => {
      if (this.#handle !== null) return true
      const handle = await unlessAbsent(fileSystem.open(path, 'r'))
      if (handle === null) return false
      try {
        this.#file = { path, compressed: false, ...(await handle.stat()) }
      } catch (error) {
        await handle.close().catch(() => {})
        throw error
      }
      this.#handle = handle
      this.#isNewest = true
      return true
    })
  }

  /** What is read from now on. If it is not open it is opened with the first read. */
  async enter(file: StoredFile): Promise<void> {
    const isHeld =
      this.isOpen && this.#content === null && this.#file !== null && isSameFile(file, this.#file)
    if (isHeld) {
      this.#file = file
      return
    }
    await this.leave()
    this.#file = file
    this.#isComplete = false
    this.#isNewest = false
    this.#wasClosed = false
    this.#head = { length: 0, check: 0 }
    this.#content = file.compressed
      ? new GzipContent(this.#options.gunzip, (buffer, position) => this.#readRaw(buffer, position, NEVER))
      : null
  }

  /** Closes what is open. */
  async leave(): Promise<void> {
    await this.#content?.close()
    this.#content = null
    if (this.isOpen) await this.#options.openLogs.use(this, { signal: NEVER }, () => this.close())
  }

  /** Reads at `position`; 0 at the end. Of a compressed file positions only grow, or nearly. @throws LogFileGone */
  async read(buffer: Uint8Array, position: number, options: { signal: AbortSignal }): Promise<number> {
    if (this.#content !== null) return await this.#content.read(buffer, position)
    return await this.#readRaw(buffer, position, options.signal)
  }

  /**
   * To be asked when all that is there was read.
   * @param taken bytes of the file that were taken, and `seen` with those of a record that is not whole yet
   */
  async step(taken: number, seen: number): Promise<ChainStep> {
    const { fileSystem, path } = this.#options
    const file = this.#file!
    if (file.compressed) return await this.#move()
    const active = await unlessAbsent(fileSystem.stat(path))
    this.#isNewest = active === null ? this.#isNewest : isSameFile(active, file)
    if (active !== null && this.#isNewest) {
      if (active.size < taken) return 'emptied'
      return active.size > seen ? 'again' : 'end'
    }
    if (active === null) return 'end'
    if (!this.#isComplete) {
      // It may have been written to between the last read and its being renamed.
      this.#isComplete = true
      return 'again'
    }
    return await this.#move()
  }

  /** Gives the descriptor back: another log needs it. */
  async close(): Promise<void> {
    const handle = this.#handle
    if (handle === null) return
    // Of a file that was only read nothing is lost when it does not close well.
    await this.#learnHead().catch(() => {})
    this.#handle = null
    this.#wasClosed = true
    await handle.close().catch(() => {})
  }

  async #move(): Promise<ChainStep> {
    await this.#options.openLogs.use(this, { signal: NEVER }, () => this.#learnHead())
    const files = await this.list()
    const file = this.#file!
    let index = files.findIndex((each) => isSameFile(each, file))
    if (index === -1) index = await this.#findCompressed(files)
    const next = files[index + 1]
    if (next === undefined) return 'end'
    await this.enter(next)
    return index === -1 ? 'lost' : 'next'
  }

  async #readRaw(buffer: Uint8Array, position: number, signal: AbortSignal): Promise<number> {
    return await this.#options.openLogs.use(this, { signal }, async () => {
      this.#handle ??= await this.#open()
      return await this.#handle.read(buffer, position)
    })
  }

  async #open(): Promise<FileHandle> {
    const file = this.#file!
    const first = await this.#openAs(file.path)
    if (first !== null) return first
    const renamed = (await this.list()).find((each) => isSameFile(each, file))
    const handle = renamed === undefined ? null : await this.#openAs(renamed.path)
    if (handle === null) throw new LogFileGone(`${file.path} was rotated away`)
    return handle
  }

  /** Null when there is another file of that name by now. */
  async #openAs(path: string): Promise<FileHandle | null> {
    const handle = await unlessAbsent(this.#options.fileSystem.open(path, 'r'))
    if (handle === null) return null
    try {
      if (isSameFile(await handle.stat(), this.#file!)) return handle
    } catch (error) {
      await handle.close()
      throw error
    }
    await handle.close()
    return null
  }

  async #learnHead(): Promise<void> {
    if (this.#handle === null || this.#content !== null || this.#head.length === HEAD_BYTES) return
    const bytes = new Uint8Array(HEAD_BYTES)
    const length = await this.#handle.read(bytes, 0)
    this.#head = { length, check: checksum(bytes.subarray(0, length)) }
  }

  /** Which of the compressed files this one has become; -1 for none. */
  async #findCompressed(files: readonly StoredFile[]): Promise<number> {
    const { length, check } = this.#head
    if (length === 0) return -1
    for (let index = files.length - 1; index >= 0; index--) {
      const file = files[index]!
      // eslint-disable-next-line no-await-in-loop -- the newest first: it is nearly always that
      if (file.compressed && (await this.#headOf(file, length)) === check) return index
    }
    return -1
  }

  async #headOf({ path }: StoredFile, length: number): Promise<number | null> {
    const handle = await unlessAbsent(this.#options.fileSystem.open(path, 'r'))
    if (handle === null) return null
    const content = new GzipContent(this.#options.gunzip, (buffer, position) => handle.read(buffer, position))
    try {
      const bytes = new Uint8Array(length)
      return checksum(bytes.subarray(0, await content.read(bytes, 0)))
    } finally {
      await content.close()
      await handle.close()
    }
  }
}

/** Two records of different times do not begin alike for so long. */
const HEAD_BYTES = 256
