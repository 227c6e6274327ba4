import { Condition } from './condition.ts'

/** Something that may have a file open. */
export interface Closable {
  readonly isOpen: boolean
  /** Gives the descriptor back, if there is one. */
  close(): Promise<void>
}

interface Entry {
  readonly file: Closable
  inUse: boolean
}

/**
 * Files kept open, at most `limit` of them. The limit is checked before a file is opened; the least recently used one that nobody uses makes room. One user
 * at a time per file: writing, syncing and closing do not meet.
 */
export class OpenFiles {
  readonly #limit: number
  /** Least recently used first. An entry counts from before it is opened until after it is closed. */
  readonly #entries = new Map<Closable, Entry>()
  readonly #changed = new Condition()
  /** While everything is being closed nothing is opened: it would stay behind. */
  #closing = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Files that are open, or about to be. */
  get size(): number {
    return this.#entries.size
  }

  /** Runs `use` as the only user of the file, which may open it. */
  async use<T>(file: Closable, options: { signal: AbortSignal }, use: () => Promise<T>): Promise<T> {
    const entry = await this.#take(file, options.signal)
    try {
      return await use()
    } finally {
      this.#release(entry)
    }
  }

  /** Closes every file once its user is done. One failing close keeps none of the rest from being closed; then rejects with all failures. */
  async closeAll(): Promise<void> {
    this.#closing += 1
    try {
      const results = await Promise.allSettled(
        [...this.#entries.values()].map((entry) => this.#closeWhenIdle(entry)),
      )
      const errors = results
        .filter((result) => result.status === 'rejected')
        .map((result) => result.reason as unknown)
      if (errors.length > 0)
        throw new AggregateError(errors, `Cannot close ${errors.length} of ${results.length} files`)
    } finally {
      this.#closing -= 1
    }
  }

  async #take(file: Closable, signal: AbortSignal): Promise<Entry> {
    for (;;) {
      if (this.#closing > 0) throw new Error('Cannot use a file: all of them are being closed')
      const entry = this.#entries.get(file)
      if (entry?.inUse === false) return this.#touch(entry)
      if (entry === undefined) {
        if (this.#entries.size < this.#limit) return this.#touch({ file, inUse: false })
        const idle = this.#leastRecentlyUsed()
        // eslint-disable-next-line no-await-in-loop -- room is looked for again after every close
        if (idle !== undefined) await this.#evict(idle).catch(ignore)
        // eslint-disable-next-line no-await-in-loop
        else await this.#changed.wait({ signal })
      } else {
        // eslint-disable-next-line no-await-in-loop -- one user at a time
        await this.#changed.wait({ signal })
      }
    }
  }

  #touch(entry: Entry): Entry {
    entry.inUse = true
    this.#entries.delete(entry.file)
    this.#entries.set(entry.file, entry)
    return entry
  }

  #release(entry: Entry): void {
    entry.inUse = false
    if (!entry.file.isOpen) this.#entries.delete(entry.file)
    this.#changed.notifyAll()
  }

  #leastRecentlyUsed(): Entry | undefined {
    for (const entry of this.#entries.values()) if (!entry.inUse) return entry
    return undefined
  }

  async #closeWhenIdle(entry: Entry): Promise<void> {
    while (entry.inUse) await this.#changed.wait({ signal: NEVER })
    if (this.#entries.get(entry.file) === entry) await this.#evict(entry)
  }

  /** The entry stays, in use, until its descriptor is really given back: the limit is on descriptors. */
  async #evict(entry: Entry): Promise<void> {
    entry.inUse = true
    try {
      await entry.file.close()
    } finally {
      this.#release(entry)
    }
  }
}

/** A close that fails has closed; what was not synced is synced by its own file. */
const ignore = (): void => {}
const NEVER = new AbortController().signal
