import type { Clock } from '../../ports/clock.ts'
import { canTell, CHECKED_BYTES, checksum, type FilePlace } from './file-place.ts'
import { LogChain, LogFileGone, type ChainStep, type LogChainOptions } from './log-chain.ts'
import type { ReadBuffers } from './read-buffers.ts'
import { isSameFile, type StoredFile } from './stored-files.ts'
import type { StoredReader } from './stored-reader.ts'

export interface LogTailOptions extends LogChainOptions {
  readonly clock: Clock
  readonly reader: StoredReader
  readonly buffers: ReadBuffers
  /** Passes on what the reader completed. */
  readonly deliver: () => Promise<void>
}

/** What was read up to the end of what is stored. `absent`: there is no file. */
export type TailEnd = 'absent' | 'nothing' | 'something'

/** Reads the files of one log up to its end, again and again, into a {@link StoredReader}. */
export class LogTail {
  readonly #options: LogTailOptions
  readonly #chain: LogChain
  /** Whether a file is entered, and ever was. */
  #isIn = false
  #wasIn = false
  /** Whether all that was there has been read, so that the next thing to ask is what came after. */
  #isAtEnd = false
  /** Bytes of the file behind those that were taken: of a record that is being written. */
  #rest = 0
  /** Bytes at the end of the log among which the position is looked for next. */
  #window = FIRST_WINDOW_BYTES
  /** A longer record than others is read into a buffer of its own. */
  #recordBytes = 0

  constructor(options: LogTailOptions) {
    this.#options = options
    this.#chain = new LogChain(options)
  }

  /** Whether a file was ever found. */
  get hasEntered(): boolean {
    return this.#wasIn
  }

  /** Whether what was read last is, as far as can be seen, the last of the files. */
  get isInNewest(): boolean {
    return this.#isIn && this.#chain.isNewest
  }

  /** Reads what is stored by now. Rejects with what the file system says, with `signal.reason` on abort. */
  async readToEnd(signal: AbortSignal): Promise<TailEnd> {
    let end: TailEnd = 'nothing'
    for (;;) {
      signal.throwIfAborted()
      // eslint-disable-next-line no-await-in-loop -- a log is read in order
      const outcome = await this.#goOn(signal)
      // eslint-disable-next-line no-await-in-loop
      await this.#options.deliver()
      if (outcome === 'read') end = 'something'
      else if (outcome !== 'again') return outcome === 'absent' ? 'absent' : end
    }
  }

  async close(): Promise<void> {
    await this.#chain.leave()
  }

  async #goOn(signal: AbortSignal): Promise<'read' | 'again' | 'end' | 'absent'> {
    try {
      if (!this.#isIn) return (await this.#enter(signal)) ? 'again' : 'absent'
      if (!this.#isAtEnd && (await this.#readPiece(signal)))
        return this.#options.reader.isInVain ? this.#lookElsewhere('more') : 'read'
      this.#isAtEnd = true
      const { offset } = this.#options.reader
      return this.#follow(await this.#chain.step(offset, offset + this.#rest))
    } catch (error) {
      if (!(error instanceof LogFileGone)) throw error
      this.#isIn = false
      return 'again'
    }
  }

  #follow(step: ChainStep): 'again' | 'end' {
    const { reader } = this.#options
    if (step === 'end') return this.#atEndOfLog()
    this.#isAtEnd = false
    if (step === 'again') return 'again'
    const isOther = step === 'emptied' && !this.#chain.isCertain
    if (isOther || (step !== 'next' && reader.isLooking)) return this.#lookElsewhere('again')
    reader.fileEnded(step === 'next' && this.#rest > 0)
    this.#rest = 0
    if (step !== 'next') reader.gap()
    reader.begin(this.#chain.file!)
    return 'again'
  }

  #atEndOfLog(): 'again' | 'end' {
    const { reader } = this.#options
    if (!reader.isLooking) return 'end'
    const outcome = reader.endOfLog()
    return outcome === 'reading' ? 'end' : this.#lookElsewhere(outcome)
  }

  /** The position was not in what was read of the log: in more of it, or in all of it. */
  #lookElsewhere(outcome: 'more' | 'again'): 'again' {
    this.#window = outcome === 'more' ? this.#window * WINDOW_GROWTH : Infinity
    this.#isIn = false
    return 'again'
  }

  /** Finds where to begin. @returns whether there is a log */
  async #enter(signal: AbortSignal): Promise<boolean> {
    const { reader } = this.#options
    if (!this.#wasIn && !(await this.#chain.hold({ signal }))) return false
    const files = await this.#chain.list()
    const { file: held } = this.#chain
    if (files.length === 0 && !this.#wasIn && held !== null) files.push(held)
    if (files.length === 0) return false
    this.#rest = 0
    this.#isAtEnd = false
    const { place } = reader.position
    if (place !== undefined && (await this.#isThere(files, place, signal))) reader.resume(place)
    else {
      const { file, offset, whole } = this.#start(files)
      await this.#chain.enter(file)
      reader.look(file, offset, whole)
    }
    this.#isIn = true
    this.#wasIn = true
    return true
  }

  /** Whether a file holds at this place what was read before it; then it is entered. */
  async #isThere(files: readonly StoredFile[], place: FilePlace, signal: AbortSignal): Promise<boolean> {
    const file = files.find(
      (each) => isSameFile(each, place) && !each.compressed && each.size >= place.offset,
    )
    if (file === undefined) return false
    await this.#chain.enter(file)
    const before = new Uint8Array(Math.min(CHECKED_BYTES, place.offset))
    const length = await this.#readAtLeast(before.length, before, place.offset - before.length, signal)
    if (length < before.length || checksum(before) !== place.check) return false
    return place.offset === 0 || canTell(before)
  }

  /** The file and the place in it where a look at the log begins. What a compressed file has for size is not known: all of it is read. */
  #start(files: readonly StoredFile[]): { file: StoredFile; offset: number; whole: boolean } {
    let wanted = this.#options.reader.beginning === 'first' ? Infinity : this.#window
    for (let index = files.length - 1; index >= 0; index--) {
      const file = files[index]!
      if (!file.compressed && file.size >= wanted) {
        const offset = file.size - wanted
        return { file, offset, whole: index === 0 && offset === 0 }
      }
      wanted -= file.size
    }
    return { file: files[0]!, offset: 0, whole: true }
  }

  /** The file was emptied, and may have been written to since; or it is another one, which was given its number while it was closed. */
  #beginAgain(): true {
    const { reader } = this.#options
    if (reader.isLooking || !this.#chain.isCertain)
      throw new LogFileGone(`${this.#chain.file!.path} is not what it was`)
    this.#rest = 0
    reader.gap()
    reader.begin(this.#chain.file!)
    return true
  }

  /** @returns whether anything was taken */
  async #readPiece(signal: AbortSignal): Promise<boolean> {
    const use = (buffer: Uint8Array): Promise<boolean> => this.#readInto(buffer, signal)
    if (this.#recordBytes > 0) return await use(new Uint8Array(this.#recordBytes))
    return await this.#options.buffers.use({ signal }, use)
  }

  async #readInto(buffer: Uint8Array, signal: AbortSignal): Promise<boolean> {
    const { reader } = this.#options
    const { check, offset } = reader
    const before = Math.min(CHECKED_BYTES, offset)
    const length = await this.#readAtLeast(before, buffer, offset - before, signal)
    const isSame = length >= before && (check === undefined || checksum(buffer.subarray(0, before)) === check)
    if (!isSame) return this.#beginAgain()
    const taken = reader.push(buffer, before, length)
    this.#rest = length - before - taken
    this.#recordBytes = 0
    if (taken > 0 || length < buffer.length) return taken > 0
    if (buffer.length < RECORD_BYTES_MAX) this.#recordBytes = 4 * buffer.length
    else reader.skip(buffer, before, length)
    return true
  }

  /** Reads until so many bytes are there, or the file ends. */
  async #readAtLeast(
    least: number,
    buffer: Uint8Array,
    position: number,
    signal: AbortSignal,
  ): Promise<number> {
    let length = 0
    do {
      // eslint-disable-next-line no-await-in-loop -- a read may be short
      const read = await this.#chain.read(buffer.subarray(length), position + length, { signal })
      if (read === 0) break
      length += read
    } while (length < least)
    return length
  }
}

/** Most positions are near the end. */
const FIRST_WINDOW_BYTES = 256 * 1024
const WINDOW_GROWTH = 16
/** A chunk of 16 KiB has at most 96 KiB when each of its bytes is escaped, and attributes: what is longer is no record. */
const RECORD_BYTES_MAX = 1024 * 1024
