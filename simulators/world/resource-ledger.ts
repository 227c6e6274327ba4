import path from 'node:path'

/**
 * What can be held or waited for in the virtual world.
 * - `timer` a sleep; what has no answer yet: `call` a request to the engine, `request` one to a sink, `file-operation` one to the file system
 * - `log-stream` a followed log, `log-snapshot` a log read without follow, `event-stream` the engine's events
 * - `read` a pending read of a log, `event-read` a pending read of the events
 * - `file` an open file; `listener` an HTTP listener; `connection` to a server that keeps streams of messages
 */
export type ResourceKind =
  | 'timer'
  | 'log-stream'
  | 'log-snapshot'
  | 'event-stream'
  | 'call'
  | 'request'
  | 'file-operation'
  | 'read'
  | 'event-read'
  | 'file'
  | 'listener'
  | 'connection'

const KINDS: readonly ResourceKind[] = [
  'timer',
  'log-stream',
  'log-snapshot',
  'event-stream',
  'call',
  'request',
  'file-operation',
  'read',
  'event-read',
  'file',
  'listener',
  'connection',
]

/** Something that is open: it was handed to the program under test and not given back. */
export interface LedgerEntry {
  readonly kind: ResourceKind
  readonly description: string
  /** Virtual milliseconds since the start of the world. */
  readonly openedAtMs: number
  /** `file:line:column` of who opened it, outside the simulators; null when locations are not recorded. */
  readonly location: string | null
}

class Entry implements LedgerEntry {
  readonly kind: ResourceKind
  readonly description: string
  readonly openedAtMs: number
  /** The stack is captured at once and formatted only when someone asks: formatting is the expensive half. */
  readonly site: { stack?: string } | null

  constructor(kind: ResourceKind, description: string, openedAtMs: number, site: { stack?: string } | null) {
    this.kind = kind
    this.description = description
    this.openedAtMs = openedAtMs
    this.site = site
  }

  get location(): string | null {
    return this.site === null ? null : callerIn(this.site.stack ?? '')
  }
}

/**
 * Everything the program under test holds open in the virtual world. Opening, closing, counting and finding the oldest of a kind
 * cost O(1).
 */
export class ResourceLedger {
  readonly #now: () => number
  readonly #recordLocations: boolean
  readonly #open = new Map<ResourceKind, Set<LedgerEntry>>(KINDS.map((kind) => [kind, new Set()]))

  /**
   * @param now virtual time in milliseconds
   * @param options.recordLocations keeps where each entry was opened, at about 2 microseconds an entry. Default true.
   */
  constructor(now: () => number, options: { recordLocations?: boolean } = {}) {
    this.#now = now
    this.#recordLocations = options.recordLocations ?? true
  }

  /** @param askedBy the call whose answer it is: it was opened where that was made. Default the caller. */
  open(kind: ResourceKind, description: string, askedBy?: LedgerEntry): LedgerEntry {
    const entry = new Entry(kind, description, this.#now(), this.#siteOf(askedBy))
    this.#of(kind).add(entry)
    return entry
  }

  /** Idempotent. */
  close(entry: LedgerEntry): void {
    this.#of(entry.kind).delete(entry)
  }

  /** Open entries; of all kinds, or of one, each kind oldest first. */
  list(kind?: ResourceKind): LedgerEntry[] {
    return kind === undefined ? KINDS.flatMap((each) => [...this.#of(each)]) : [...this.#of(kind)]
  }

  count(kind: ResourceKind): number {
    return this.#of(kind).size
  }

  /** Open entries of all kinds. */
  get size(): number {
    return KINDS.reduce((sum, kind) => sum + this.count(kind), 0)
  }

  /** The entry of the kind that has been open longest. */
  oldest(kind: ResourceKind): LedgerEntry | undefined {
    for (const entry of this.#of(kind)) return entry
    return undefined
  }

  #siteOf(askedBy: LedgerEntry | undefined): { stack?: string } | null {
    if (!this.#recordLocations) return null
    return askedBy instanceof Entry ? askedBy.site : captureSite()
  }

  #of(kind: ResourceKind): Set<LedgerEntry> {
    return this.#open.get(kind)!
  }
}

/** One line for a person: what, since when, opened where. */
export function describeEntry(entry: LedgerEntry): string {
  const where = entry.location === null ? '' : `, opened at ${entry.location}`
  return `${entry.kind}: ${entry.description}, since ${entry.openedAtMs.toFixed(3)} ms${where}`
}

function captureSite(): { stack?: string } {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES
  const site = {}
  Error.captureStackTrace(site, captureSite)
  Error.stackTraceLimit = limit
  return site
}

/** The first frame outside the simulators (their tests count as outside), or the outermost one. */
function callerIn(stack: string): string | null {
  const sites = stack
    .split('\n')
    .map((line) => line.match(/\(?(?:file:\/\/)?([^\s(]+:\d+:\d+)\)?$/)?.[1])
    .filter((site) => site !== undefined && !site.startsWith('node:'))
  const outside = sites.find((site) => !site!.startsWith(SIMULATORS) || site!.includes('.test.'))
  return outside ?? sites.at(-1) ?? null
}

const SIMULATORS = path.dirname(import.meta.dirname)

/** The deepest way through the simulators, a process's call on a file handle, takes six. Each frame more makes every entry dearer. */
const FRAMES = 7
