import { messageOf } from '../errors.ts'
import type { HealthCheck } from '../http/health.ts'
import type { Clock } from '../ports/clock.ts'

/** A live task, as shown by `GET /debug/tasks`: the counterpart of a line in a goroutine dump. */
export interface TaskInfo {
  readonly id: number
  /** What sort of task, from a small fixed set such as `stream_reader`: a metric label. */
  readonly kind: string
  readonly name: string
  /** Names of the scopes it belongs to, outermost first, joined by ` > `. */
  readonly scope: string
  /** Whether it is run again when it fails: the collector cannot do without it. Any other is temporary: it ends when its work is done. */
  readonly kept: boolean
  /** A kept task that failed waits until it is run again. */
  readonly state: TaskState
  /** Milliseconds. */
  readonly ageMs: number
  /** How often it failed. */
  readonly failures: number
  /** How long ago it last gave a sign of life, milliseconds; null for one that gives none. */
  readonly heartbeatMs: number | null
  /** File and line that started it; null when locations are not recorded. */
  readonly startedAt: string | null
}

export type TaskState = 'running' | 'waiting to be run again'

/** What is said of a task at its start. */
export interface TaskStart {
  readonly kind: string
  readonly name: string
  readonly kept: boolean
  /** It gives a sign of life at least so often, milliseconds; left out where it gives none. */
  readonly heartbeatMs?: number | undefined
}

interface Entry extends TaskStart {
  readonly id: number
  readonly scope: { readonly path: string; readonly closed: boolean }
  readonly startedMs: number
  state: TaskState
  failures: number
  beatMs: number
  /** Captured at the start and formatted only when someone asks: formatting is the expensive half. Null when locations are not recorded. */
  readonly site: { readonly stack?: string } | null
}

interface Failure {
  readonly task: Entry
  readonly atMs: number
  readonly why: string
}

/**
 * Every live task of one collector. A task is in it from its start to the moment its promise settled: nothing is left to be cleaned up by a task of its
 * own.
 */
export class TaskRegistry {
  readonly #clock: Clock
  readonly #recordLocations: boolean
  readonly #live = new Map<number, Entry>()
  readonly #byKind = new Map<string, number>()
  /** The last failure of each kind of task: kinds are few, and one failure of a kind is enough to be bad. */
  readonly #failures = new Map<string, Failure>()
  #nextId = 1

  /** @param options.recordLocations keeps where each task was started, at about 2 microseconds a task. Default true. */
  constructor(clock: Clock, options: { recordLocations?: boolean } = {}) {
    this.#clock = clock
    this.#recordLocations = options.recordLocations ?? true
  }

  /** Number of live tasks. */
  get size(): number {
    return this.#live.size
  }

  /** Live tasks by kind; a kind that was ever seen stays, at 0. */
  counts(): ReadonlyMap<string, number> {
    return this.#byKind
  }

  /** Live tasks, oldest first. */
  list(): TaskInfo[] {
    return [...this.#live.values()].map((entry) => this.#describe(entry))
  }

  /** Tasks whose scope is already closed: nobody will ever join them. Empty in a correct program. */
  orphans(): TaskInfo[] {
    return [...this.#live.values()]
      .filter((entry) => entry.scope.closed)
      .map((entry) => this.#describe(entry))
  }

  /**
   * Bad while a task that is run again has failed within the last minute, when one that is not has failed, until its scope is closed: somebody
   * relied on it, and it is gone; and while one that gives signs of life has missed three of them.
   */
  check(): HealthCheck {
    const now = this.#clock.monotonic()
    const failing = [...this.#failures.values()].filter(({ task, atMs }) =>
      this.#live.has(task.id) ? now - atMs < RECOVERED_AFTER_MS : !task.scope.closed,
    )
    const told = failing.map(({ task, why }) => `${task.kind} ${task.name} failed: ${why}`)
    for (const { kind, name, heartbeatMs = Infinity, beatMs } of this.#live.values())
      if (now - beatMs > MISSED_BEATS * heartbeatMs)
        told.push(`${kind} ${name} gave no sign of life for ${Math.round((now - beatMs) / 1000)} s`)
    return { ok: told.length === 0, detail: told.join('; ') || `${this.size} running` }
  }

  /** For `Scope` only. */
  add(task: TaskStart, scope: Entry['scope']): number {
    const id = this.#nextId++
    const site = this.#recordLocations ? callSite() : null
    const nowMs = this.#clock.monotonic()
    this.#live.set(id, {
      ...task,
      id,
      scope,
      startedMs: nowMs,
      state: 'running',
      failures: 0,
      beatMs: nowMs,
      site,
    })
    this.#byKind.set(task.kind, (this.#byKind.get(task.kind) ?? 0) + 1)
    return id
  }

  /** For `Scope` only: a live task gave a sign of life, or is run again. */
  beat(id: number): void {
    const task = this.#live.get(id)
    if (task === undefined) return
    task.beatMs = this.#clock.monotonic()
    task.state = 'running'
  }

  /** For `Scope` only: a live task has ended. */
  remove(id: number): void {
    const { kind } = this.#live.get(id)!
    this.#live.delete(id)
    this.#byKind.set(kind, this.#byKind.get(kind)! - 1)
  }

  /** For `Scope` only: a live task failed for another reason than cancellation. */
  noteFailure(id: number, error: unknown): void {
    const task = this.#live.get(id)!
    task.failures += 1
    // One that is not run again has ended with it.
    task.state = 'waiting to be run again'
    this.#failures.set(task.kind, { task, atMs: this.#clock.monotonic(), why: messageOf(error) })
  }

  /** For `Scope` only: of a live task. */
  describe(id: number): TaskInfo {
    return this.#describe(this.#live.get(id)!)
  }

  #describe(entry: Entry): TaskInfo {
    return {
      id: entry.id,
      kind: entry.kind,
      name: entry.name,
      scope: entry.scope.path,
      kept: entry.kept,
      state: entry.state,
      ageMs: this.#clock.monotonic() - entry.startedMs,
      failures: entry.failures,
      heartbeatMs: entry.heartbeatMs === undefined ? null : this.#clock.monotonic() - entry.beatMs,
      startedAt: entry.site === null ? null : callerIn(entry.site),
    }
  }
}

function callSite(): { readonly stack?: string } {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES_TO_CALLER
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, callSite)
  Error.stackTraceLimit = limit
  return holder
}

/** Who called {@link Scope.spawn}, as `file:line:column`. */
function callerIn({ stack }: { readonly stack?: string }): string | null {
  return stack?.match(/\(?([^\s(]+:\d+:\d+)\)?$/)?.[1] ?? null
}

/** So many signs of life that are missed in a row are no accident. */
const MISSED_BEATS = 3
/** `TaskRegistry.add`, `Scope.#begin`, `Scope.spawn`, the caller. */
const FRAMES_TO_CALLER = 4
/** A task that ran for so long after a failure is well again. */
export const RECOVERED_AFTER_MS = 60_000
