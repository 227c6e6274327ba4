import type { FileNode } from '../../file-system/file-node.ts'
import type { SimulatedDisk } from '../../file-system/simulated-disk.ts'
import { STDOUT, type StreamNumber } from './log-file.ts'

/** What is told of a log as it changes, for who keeps it elsewhere too. */
export interface LogCopy {
  appended(stream: StreamNumber, stamp: Uint8Array, data: Uint8Array): void
  /** What is stored from now on goes to a new file. */
  rotated(): void
  /** @param file counted from the one that is written, which is 0. @param index of the record in it */
  spoilt(file: number, index: number): void
  /** The file that is written was emptied from outside. */
  emptied(): void
  removed(): void
}

/**
 * A container's log on a disk, as Docker's driver `json-file` stores it: `x-json.log`, and of what was rotated `x-json.log.1` and so on. With one file that
 * is cut at each rotation instead. The engine syncs nothing and its files survive: what is on this disk is as if it had always been.
 */
export class JsonLogFiles implements LogCopy {
  readonly #disk: SimulatedDisk
  readonly #path: string
  readonly #maxFiles: number
  /** Where the records end, of the files from the one that is written backwards. */
  #ends: number[][] = [[]]

  /** Makes the file, empty. @param maxFiles kept, the one that is written included */
  constructor(disk: SimulatedDisk, path: string, maxFiles: number) {
    this.#disk = disk
    this.#path = path
    this.#maxFiles = maxFiles
    disk.put(path, '')
  }

  appended(stream: StreamNumber, stamp: Uint8Array, data: Uint8Array): void {
    const file = this.#file(this.#path)
    file.write(Buffer.from(jsonRecord(stream, stamp, data)), file.size)
    file.sync()
    this.#ends[0]!.push(file.size)
  }

  rotated(): void {
    if (this.#maxFiles < 2) return this.emptied()
    const disk = this.#disk
    const oldest = this.#maxFiles - 1
    if (disk.find(this.#nameOf(oldest)) !== null) disk.unlink(this.#nameOf(oldest))
    for (let number = oldest - 1; number >= 0; number--)
      if (disk.find(this.#nameOf(number)) !== null)
        disk.rename(this.#nameOf(number), this.#nameOf(number + 1))
    disk.put(this.#path, '')
    this.#ends = [[], ...this.#ends].slice(0, this.#maxFiles)
  }

  spoilt(file: number, index: number): void {
    const ends = this.#ends[file]!
    const start = index === 0 ? 0 : ends[index - 1]!
    const node = this.#file(this.#nameOf(file))
    node.write(new Uint8Array(ends[index]! - start), start)
    node.sync()
  }

  emptied(): void {
    const file = this.#file(this.#path)
    file.truncate(0)
    file.sync()
    this.#ends[0] = []
  }

  removed(): void {
    for (let number = 0; number < this.#maxFiles; number++)
      if (this.#disk.find(this.#nameOf(number)) !== null) this.#disk.unlink(this.#nameOf(number))
  }

  #nameOf(number: number): string {
    return number === 0 ? this.#path : `${this.#path}.${number}`
  }

  #file(path: string): FileNode {
    const node = this.#disk.find(path)
    if (node?.kind !== 'file') throw new Error(`Cannot write ${path}: somebody has removed it`)
    return node
  }
}

/** As 20.10 writes it: text that is HTML is escaped, control characters are by their number, and the last zeros of a stamp are left out. */
export function jsonRecord(stream: StreamNumber, stamp: Uint8Array, data: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(data).toString('utf8'))
  const log = text.replaceAll(SHORT, (escaped) => NUMBERS[escaped] ?? escaped).replaceAll(ESCAPED, escape)
  const time = Buffer.from(stamp)
    .toString('latin1')
    .replace(/\.?0*Z$/, 'Z')
  return `{"log":${log},"stream":"${stream === STDOUT ? 'stdout' : 'stderr'}","time":"${time}"}\n`
}

function escape(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Also of a backslash, so that what follows it is none. */
const SHORT = /\\[\\tbf]/g
const NUMBERS: Readonly<Record<string, string>> = { '\\t': '\\u0009', '\\b': '\\u0008', '\\f': '\\u000c' }
const ESCAPED = /[<>&\u2028\u2029\ufffd]/g
