import { keyOf, type FileIdentity, type FilePlace, type FinishedFile } from './file-place.ts'

/** A log that reads a file. */
interface Owner {
  readonly source: string
  /** How the file begins, as far as it was read: one with the same number that begins otherwise is another one. */
  readonly head: Uint8Array
}

/** Which log reads which file, and how far files were read that were given up: so that none is read twice, whatever it is called. */
export class FilesRead {
  readonly #owners = new Map<string, Owner>()
  readonly #finished = new Map<string, FinishedFile>()

  /** The log that reads the file now; undefined for none. */
  ownerOf(file: FileIdentity): Owner | undefined {
    return this.#owners.get(keyOf(file))
  }

  /** The log reads the file at the place, until {@link release}. */
  claim(place: FilePlace, source: string): void {
    this.#owners.set(keyOf(place), { source, head: place.head })
  }

  release(file: FileIdentity, source: string): void {
    if (this.ownerOf(file)?.source === source) this.#owners.delete(keyOf(file))
  }

  /** A file was read up to here and is given up. */
  finished(file: FinishedFile): void {
    const key = keyOf(file)
    this.#finished.delete(key)
    this.#finished.set(key, file)
    const [oldest] = this.#finished.keys()
    if (this.#finished.size > REMEMBERED_MAX) this.#finished.delete(oldest!)
  }

  /** What was read of a file with this number before; the file may be another one by now. */
  finishedAs(file: FileIdentity): FinishedFile | undefined {
    return this.#finished.get(keyOf(file))
  }
}

const REMEMBERED_MAX = 10_000
