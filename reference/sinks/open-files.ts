import { Condition } from '../lifecycle/condition.ts'
import type { FileHandle, FileSystem } from '../ports/file-system.ts'

/** A file in use. */
export interface OpenFile {
  readonly handle: FileHandle
  /** Its length as its user last left it; null when nobody knows: just opened, or the last use failed. */
  length: number | null
}

interface Entry {
  readonly path: string
  file: OpenFile | null
  users: number
}

/**
 * Files kept open for appending, at most `limit` of them. The limit is checked before a file is opened; the least recently used
 * file that nobody is writing to makes room. One writer at a time per file.
 */
export class OpenFiles {
  readonly #fileSystem: FileSystem
  readonly #limit: number
  /** Least recently used first. An entry counts from before it is opened until after it is closed. */
  readonly #entries = new Map<string, Entry>()
  readonly #changed = new Condition()

  constructor(fileSystem: FileSystem, limit: number) {
    this.#fileSystem = fileSystem
    this.#limit = limit
  }

  /** Files open, or being opened or closed. */
  get size(): number {
    return this.#entries.size
  }

  /** Runs `use` with the file, opened if it is not (`a+`), as its only user. */
  async use<T>(
    path: string,
    options: { signal: AbortSignal },
    use: (file: OpenFile) => Promise<T>,
  ): Promise<T> {
    const entry = await this.#take(path, options.signal)
    try {
      entry.file ??= { handle: await this.#fileSystem.open(path, 'a+'), length: null }
      return await use(entry.file)
    } catch (error) {
      if (entry.file !== null) entry.file.length = null
      throw error
    } finally {
      entry.users -= 1
      if (entry.file === null) this.#entries.delete(path)
      this.#changed.notifyAll()
    }
  }

  /** Closes one file once nobody uses it. */
  async close(path: string, options: { signal: AbortSignal }): Promise<void> {
    for (;;) {
      const entry = this.#entries.get(path)
      if (entry === undefined) return
      if (entry.users === 0) return await this.#evict(entry)
      // eslint-disable-next-line no-await-in-loop -- waits for the user to finish
      await this.#changed.wait(options)
    }
  }

  /** Closes every file. One failing close keeps none of the rest from being closed; then rejects with all failures. */
  async closeAll(): Promise<void> {
    const results = await Promise.allSettled([...this.#entries.values()].map((entry) => this.#evict(entry)))
    const errors = results
      .filter((result) => result.status === 'rejected')
      .map((result) => result.reason as unknown)
    if (errors.length > 0)
      throw new AggregateError(errors, `Cannot close ${errors.length} of ${results.length} files`)
  }

  async #take(path: string, signal: AbortSignal): Promise<Entry> {
    for (;;) {
      const entry = this.#entries.get(path)
      if (entry?.users === 0) return this.#touch(entry)
      if (entry === undefined) {
        if (this.#entries.size < this.#limit) return this.#touch({ path, file: null, users: 0 })
        const idle = this.#leastRecentlyUsed()
        // eslint-disable-next-line no-await-in-loop -- room is looked for again after every close
        if (idle !== undefined) await this.#evict(idle)
        // eslint-disable-next-line no-await-in-loop
        else await this.#changed.wait({ signal })
      } else {
        // eslint-disable-next-line no-await-in-loop -- one writer at a time
        await this.#changed.wait({ signal })
      }
    }
  }

  #touch(entry: Entry): Entry {
    entry.users += 1
    this.#entries.delete(entry.path)
    this.#entries.set(entry.path, entry)
    return entry
  }

  #leastRecentlyUsed(): Entry | undefined {
    for (const entry of this.#entries.values()) if (entry.users === 0) return entry
    return undefined
  }

  /** The entry stays, in use, until its descriptor is really given back: the limit is on descriptors. */
  async #evict(entry: Entry): Promise<void> {
    entry.users += 1
    try {
      await entry.file?.handle.close()
    } finally {
      this.#entries.delete(entry.path)
      this.#changed.notifyAll()
    }
  }
}
