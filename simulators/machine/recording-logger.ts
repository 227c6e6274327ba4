import type { Logger } from '../../reference/ports/index.ts'

export interface LogEntry {
  /** Virtual milliseconds since the start of the world. */
  readonly atMs: number
  readonly level: keyof Logger
  readonly fields: object
  readonly message: string
}

/** Keeps what was logged. When it is full the oldest entries go first. */
export class RecordingLogger implements Logger {
  readonly #now: () => number
  readonly #max: number
  #entries: LogEntry[] = []
  /** Told of each entry. */
  onEntry: (entry: LogEntry) => void = () => {}

  /** @param options.entriesMax how many are kept, at least. Default 10,000. */
  constructor(now: () => number, options: { entriesMax?: number } = {}) {
    this.#now = now
    this.#max = options.entriesMax ?? 10_000
  }

  /** Oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries
  }

  debug(fields: object, message: string): void {
    this.#add('debug', fields, message)
  }

  info(fields: object, message: string): void {
    this.#add('info', fields, message)
  }

  warn(fields: object, message: string): void {
    this.#add('warn', fields, message)
  }

  error(fields: object, message: string): void {
    this.#add('error', fields, message)
  }

  #add(level: keyof Logger, fields: object, message: string): void {
    const entry = { atMs: this.#now(), level, fields, message }
    this.#entries.push(entry)
    this.onEntry(entry)
    if (this.#entries.length >= 2 * this.#max) this.#entries = this.#entries.slice(-this.#max)
  }
}
