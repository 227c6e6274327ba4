import { posix } from 'node:path'
import { codeOf } from '../errors.ts'
import type { DirectoryEntry, FileStat, FileSystem } from '../ports/file-system.ts'
import { keyOf, type FileIdentity } from './file-place.ts'
import { nameBeforeRotation } from './rotated-names.ts'

/** What directories hold. Who asks while a directory is being read is given what is read after that: many may ask at once, for the price of two. */
export class Directories {
  readonly #fileSystem: FileSystem
  readonly #reading = new Map<
    string,
    { now: Promise<Listing | null>; next: Promise<Listing | null> | null }
  >()

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem
  }

  /** What the directory holds, read after the call; null when it is not there. Rejects when it cannot be read. */
  async list(directory: string): Promise<Listing | null> {
    const reading = this.#reading.get(directory)
    if (reading === undefined) return await this.#begin(directory)
    reading.next ??= reading.now.then(
      () => this.#begin(directory),
      () => this.#begin(directory),
    )
    return await reading.next
  }

  #begin(directory: string): Promise<Listing | null> {
    const reading = { now: this.#read(directory), next: null }
    this.#reading.set(directory, reading)
    const over = (): void => {
      if (this.#reading.get(directory) === reading && reading.next === null) this.#reading.delete(directory)
    }
    reading.now.then(over, over)
    return reading.now
  }

  async #read(directory: string): Promise<Listing | null> {
    try {
      return new Listing(this.#fileSystem, directory, await this.#fileSystem.list(directory))
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }
}

/** What a directory held at some moment. */
export class Listing {
  readonly directory: string
  readonly entries: readonly DirectoryEntry[]
  readonly #fileSystem: FileSystem
  readonly #rotated: ReadonlyMap<string | null, readonly string[]>
  #index: Promise<ReadonlyMap<string, string>> | null = null

  constructor(fileSystem: FileSystem, directory: string, entries: readonly DirectoryEntry[]) {
    this.#fileSystem = fileSystem
    this.directory = directory
    this.entries = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    this.#rotated = Map.groupBy(this.names, nameBeforeRotation)
  }

  /** Of what may be a file. */
  get names(): string[] {
    return this.entries.filter(({ kind }) => kind === 'file' || kind === 'link').map(({ name }) => name)
  }

  /** Names that rotation gives to files that had this one. */
  rotatedFrom(name: string): readonly string[] {
    return this.#rotated.get(name) ?? []
  }

  /** The path of this very file, whatever its name; null when it is not in the directory. Looks at every file, once for each listing. */
  async pathOf(file: FileIdentity): Promise<string | null> {
    this.#index ??= this.#readIndex()
    return (await this.#index).get(keyOf(file)) ?? null
  }

  async #readIndex(): Promise<ReadonlyMap<string, string>> {
    const index = new Map<string, string>()
    const queue = this.names.values()
    const worker = async (): Promise<void> => {
      for (const name of queue) {
        const path = posix.join(this.directory, name)
        // eslint-disable-next-line no-await-in-loop -- a few at a time
        const stat = await statOf(this.#fileSystem, path)
        if (stat !== null) index.set(keyOf(stat), path)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_STATS }, worker))
    return index
  }
}

/** Of the file at the path; null when there is none, or something else. Rejects when that cannot be told. */
export async function statOf(fileSystem: FileSystem, path: string): Promise<FileStat | null> {
  try {
    const stat = await fileSystem.stat(path)
    return stat.kind === 'file' ? stat : null
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Whether there is nothing of that name. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

const PARALLEL_STATS = 16
