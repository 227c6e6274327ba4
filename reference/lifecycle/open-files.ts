import type { Clock } from '../ports/clock.ts'
import { onAbort } from './abort.ts'
import { Condition } from './condition.ts'
import { NEVER } from './abort-listener.ts'

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

/** One that waits for its turn. */
interface Request {
  readonly file: Closable
  readonly grant: (entry: Entry) => void
  readonly refuse: (error: unknown) => void
}

/**
 * Files kept open, at most `limit` of them. The limit is checked before a file is opened; the least recently used one that nobody uses makes room. One user
 * at a time per file: writing, syncing and closing do not meet. First come, first served, for a file as for room: one that comes again at once after each
 * use keeps nobody waiting. A close that takes longer than a second keeps its room until it ends, but another file makes room as well.
 */
export class OpenFiles {
  readonly #limit: number
  readonly #clock: Clock
  /** Least recently used first. An entry counts from before it is opened until after it is closed. */
  readonly #entries = new Map<Closable, Entry>()
  /** Who waits, in the order in which they asked. */
  readonly #requests = new Set<Request>()
  /** A use or a close has ended. */
  readonly #released = new Condition()
  #inUse = 0
  /** Files that are being closed to make room, but for those that take too long. */
  #evictions = 0
  /** While everything is being closed nothing is opened: it would stay behind. */
  #closing = 0

  constructor(limit: number, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
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
    const waiting = [...this.#requests]
    this.#requests.clear()
    for (const { refuse } of waiting) refuse(closingError())
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
    if (this.#closing > 0) throw closingError()
    const { promise, resolve, reject } = Promise.withResolvers<Entry>()
    const request = { file, grant: resolve, refuse: reject }
    this.#requests.add(request)
    this.#serve()
    if (!this.#requests.has(request)) return await promise
    // A turn that was already given is kept: it is given back after its use.
    using _ = onAbort(signal, () => {
      if (this.#requests.delete(request)) reject(signal.reason)
    })
    return await promise
  }

  /** Gives everyone what is free now, in their order. One that waits for a file or for room comes before all that ask for the same later. */
  #serve(): void {
    const waitedFor = new Set<Closable>()
    let rooms = this.#limit - this.#entries.size
    let evictions = this.#evictions
    for (const request of this.#requests) {
      const { file } = request
      if (rooms <= 0 && this.#inUse === this.#entries.size) return
      if (waitedFor.has(file)) continue
      const entry = this.#entries.get(file)
      if (entry?.inUse === false || (entry === undefined && rooms > 0)) {
        if (entry === undefined) rooms -= 1
        this.#requests.delete(request)
        request.grant(this.#touch(entry ?? { file, inUse: false }))
        continue
      }
      waitedFor.add(file)
      if (entry !== undefined) continue
      if (evictions > 0) evictions -= 1
      else this.#makeRoom()
    }
  }

  #touch(entry: Entry): Entry {
    this.#setInUse(entry, true)
    this.#entries.delete(entry.file)
    this.#entries.set(entry.file, entry)
    return entry
  }

  #setInUse(entry: Entry, inUse: boolean): void {
    entry.inUse = inUse
    this.#inUse += inUse ? 1 : -1
  }

  #release(entry: Entry): void {
    this.#setInUse(entry, false)
    if (!entry.file.isOpen) this.#entries.delete(entry.file)
    this.#released.notifyAll()
    this.#serve()
  }

  #makeRoom(): void {
    for (const entry of this.#entries.values()) {
      if (entry.inUse) continue
      void this.#evictForRoom(entry).catch(ignore)
      return
    }
  }

  async #evictForRoom(entry: Entry): Promise<void> {
    this.#evictions += 1
    let counts = true
    const ended = (): void => {
      if (counts) this.#evictions -= 1
      counts = false
    }
    using _timer = this.#clock.after(PATIENCE_MS, () => {
      ended()
      this.#serve()
    })
    await this.#evict(entry, ended)
  }

  async #closeWhenIdle(entry: Entry): Promise<void> {
    while (entry.inUse) await this.#released.wait({ signal: NEVER })
    if (this.#entries.get(entry.file) === entry) await this.#evict(entry)
  }

  /** The entry stays, in use, until its descriptor is really given back: the limit is on descriptors. */
  async #evict(entry: Entry, ended = (): void => {}): Promise<void> {
    this.#setInUse(entry, true)
    try {
      await entry.file.close()
    } finally {
      ended()
      this.#release(entry)
    }
  }
}

function closingError(): Error {
  return new Error('Cannot use a file: all of them are being closed')
}

/** A close that fails has closed; what was not synced is synced by its own file. */
const ignore = (): void => {}
/** A disk that never answers for one file leaves the others theirs. */
const PATIENCE_MS = 1000
