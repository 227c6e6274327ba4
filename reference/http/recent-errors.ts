import { messageOf } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'

/** A warning or an error of the log, and how often it came in the same words. */
export interface RecentError {
  readonly level: 'warn' | 'error'
  readonly message: string
  /** Of the last one, as texts, cut where they are long. */
  readonly fields: Readonly<Record<string, string>>
  readonly count: number
  /** Wall time, ISO 8601. */
  readonly firstAt: string
  readonly lastAt: string
}

interface Entry {
  readonly level: 'warn' | 'error'
  readonly message: string
  fields: Readonly<Record<string, string>>
  count: number
  readonly firstMs: number
  lastMs: number
}

/** A logger that remembers the last warnings and errors. What repeats itself takes one place, so that it drives nothing else out. */
export class RecentErrors implements Logger {
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger
  /** By level and sentence; the one that came last is the last. */
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Pick<Clock, 'now'>, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(fields, message)
  }

  info(fields: object, message: string): void {
    this.#logger.info(fields, message)
  }

  warn(fields: object, message: string): void {
    this.#note('warn', fields, message)
    this.#logger.warn(fields, message)
  }

  error(fields: object, message: string): void {
    this.#note('error', fields, message)
    this.#logger.error(fields, message)
  }

  /** The latest first. */
  list(): RecentError[] {
    return [...this.#entries.values()].toReversed().map(({ firstMs, lastMs, ...entry }) => ({
      ...entry,
      firstAt: new Date(firstMs).toISOString(),
      lastAt: new Date(lastMs).toISOString(),
    }))
  }

  #note(level: Entry['level'], fields: object, message: string): void {
    const nowMs = this.#clock.now()
    const key = `${level} ${message}`
    const entry = this.#entries.get(key) ?? {
      level,
      message,
      fields: {},
      count: 0,
      firstMs: nowMs,
      lastMs: 0,
    }
    entry.fields = textsOf(fields)
    entry.count += 1
    entry.lastMs = nowMs
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    if (this.#entries.size <= ERRORS_MAX) return
    const [oldest] = this.#entries.keys()
    this.#entries.delete(oldest!)
  }
}

function textsOf(fields: object): Record<string, string> {
  const texts = Object.entries(fields).slice(0, FIELDS_MAX)
  return Object.fromEntries(texts.map(([name, value]) => [name, textOf(value).slice(0, FIELD_LENGTH_MAX)]))
}

/** What is no plain value is only told in outline: it may hold anything. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.slice(0, FIELDS_MAX).map(textOf).join(', ')
  if (value instanceof Error) return messageOf(value)
  return typeof value === 'object' && value !== null ? '{...}' : String(value)
}

const ERRORS_MAX = 50
const FIELDS_MAX = 10
const FIELD_LENGTH_MAX = 500
