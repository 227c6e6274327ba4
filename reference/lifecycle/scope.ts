import type { Clock } from '../ports/clock.ts'
import { cancellation, isAbortOf } from './abort.ts'
import { BackOff } from './back-off.ts'
import { RECOVERED_AFTER_MS, type TaskInfo, type TaskRegistry, type TaskStart } from './task-registry.ts'

export interface ScopeOptions {
  readonly clock: Clock
  readonly tasks: TaskRegistry
  /** Told about every task that failed for another reason than cancellation. */
  readonly onFailure: (task: { kind: string; name: string }, error: unknown) => void
}

/** What a bounded join found. */
export interface JoinReport {
  /** True when every task of the scope and of its children ended in time. */
  readonly ended: boolean
  /** The tasks that did not. They are still in the registry. */
  readonly unfinished: readonly TaskInfo[]
  readonly elapsedMs: number
}

/** @param beat gives a sign of life */
export type KeptRun<T> = (signal: AbortSignal, beat: () => void) => Promise<T>

export interface Task<T> {
  /** Settles as the task does; rejects with the scope's abort reason when it was cancelled. Needs no handler. */
  readonly done: Promise<T>
}

/**
 * Owns tasks of one lifetime: cancellation, tracking and bounded join. Scopes nest; aborting one aborts its children.
 *
 *     open --abort()--> aborted --join()--> closed
 *
 * Every concurrent task of the collector is spawned in a scope. Tasks of different lifetimes belong to different scopes, so a
 * join never waits for a task that is meant to live on.
 */
export class Scope {
  readonly name: string
  readonly #options: ScopeOptions
  readonly #parent: Scope | null
  readonly #children = new Set<Scope>()
  readonly #controller = new AbortController()
  readonly #live = new Map<number, Promise<void>>()
  readonly #node: { path: string; closed: boolean }

  constructor(name: string, options: ScopeOptions, parent: Scope | null = null) {
    this.name = name
    this.#options = options
    this.#parent = parent
    this.#node = { path: parent === null ? name : `${parent.#node.path} > ${name}`, closed: false }
    if (parent !== null) parent.#children.add(this)
  }

  /** Aborted when this scope or one above it is. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Tasks of this scope and its children that have not ended. */
  get live(): number {
    let count = this.#live.size
    for (const child of this.#children) count += child.live
    return count
  }

  /**
   * Starts a task. It gets the scope's signal and must end soon after that is aborted.
   * @throws Error when the scope is aborted or closed: nothing would join the task.
   */
  spawn<T>(kind: string, name: string, run: (signal: AbortSignal) => Promise<T>): Task<T> {
    return this.#begin({ kind, name, kept: false }, () => run(this.signal))
  }

  /**
   * Starts a task that the collector cannot do without: as {@link spawn}, but when it fails it is run again, after a back-off that begins
   * anew once it ran for a minute. Every failure is reported, and a task that keeps failing shows in the registry's health; so does one that promised a
   * sign of life every `heartbeatMs` milliseconds, and misses three.
   */
  keep<T>(
    kind: string,
    name: string,
    run: KeptRun<T>,
    { heartbeatMs }: { heartbeatMs?: number } = {},
  ): Task<T> {
    return this.#begin({ kind, name, kept: true, heartbeatMs }, (id) => this.#rerun(id, { kind, name }, run))
  }

  #begin<T>(task: TaskStart, run: (id: number) => Promise<T>): Task<T> {
    this.#assertOpen('spawn')
    const { tasks } = this.#options
    const id = tasks.add(task, this.#node)
    const done = run(id)
    const settled = done.then(
      () => this.#settle(id),
      (error: unknown) => {
        if (!isAbortOf(this.signal, error)) this.#noteFailure(id, task, error)
        this.#settle(id)
      },
    )
    this.#live.set(id, settled)
    return { done }
  }

  async #rerun<T>(id: number, task: { kind: string; name: string }, run: KeptRun<T>): Promise<T> {
    const { clock, tasks } = this.#options
    const beat = (): void => tasks.beat(id)
    const backOff = new BackOff({ initialMs: RESTART_INITIAL_MS, maxMs: RESTART_MAX_MS }, LONGEST)
    for (;;) {
      const startedMs = clock.monotonic()
      try {
        return await run(this.signal, beat)
      } catch (error) {
        if (isAbortOf(this.signal, error)) throw error
        this.#noteFailure(id, task, error)
      }
      if (clock.monotonic() - startedMs >= RECOVERED_AFTER_MS) backOff.reset()
      await clock.sleep(backOff.next(), { signal: this.signal })
      beat()
    }
  }

  #noteFailure(id: number, task: { kind: string; name: string }, error: unknown): void {
    this.#options.tasks.noteFailure(id, error)
    this.#options.onFailure(task, error)
  }

  /** A scope within this one. It leaves the tree once it is closed. */
  child(name: string): Scope {
    this.#assertOpen('open a child scope')
    return new Scope(name, this.#options, this)
  }

  /** Cancels every task of this scope and its children. Idempotent. */
  abort(reason: Error = cancellation(`Scope ${this.#node.path} was cancelled`)): void {
    if (this.signal.aborted) return
    this.#controller.abort(reason)
    for (const child of this.#children) child.abort(reason)
  }

  /** Waits for every task, at most `deadlineMs`. A task that misses it is named, never waited for. */
  async join(options: { deadlineMs: number }): Promise<JoinReport> {
    const { clock } = this.#options
    const started = clock.monotonic()
    const deadline = new AbortController()
    const timeUp = clock.sleep(options.deadlineMs, deadline).then(
      () => 'time up' as const,
      () => {},
    )
    while (this.live > 0) {
      // eslint-disable-next-line no-await-in-loop -- a task may spawn another one while it is waited for
      if ((await Promise.race([this.#allSettled(), timeUp])) === 'time up') break
    }
    deadline.abort(JOINED)
    const unfinished = this.unfinished
    return { ended: unfinished.length === 0, unfinished, elapsedMs: clock.monotonic() - started }
  }

  /** Aborts, joins, and leaves the parent. Idempotent. After it the scope takes no task. */
  async close(options: { deadlineMs: number }): Promise<JoinReport> {
    this.abort()
    const report = await this.join(options)
    this.#closeTree()
    if (this.#parent !== null) this.#parent.#children.delete(this)
    return report
  }

  async #allSettled(): Promise<void> {
    await Promise.all([...this.#live.values(), ...[...this.#children].map((child) => child.#allSettled())])
  }

  #settle(id: number): void {
    this.#options.tasks.remove(id)
    this.#live.delete(id)
  }

  /** The same tasks. */
  get unfinished(): TaskInfo[] {
    const own = [...this.#live.keys()].map((id) => this.#options.tasks.describe(id))
    return [...own, ...[...this.#children].flatMap((child) => child.unfinished)]
  }

  #closeTree(): void {
    this.#node.closed = true
    for (const child of this.#children) child.#closeTree()
  }

  #assertOpen(what: string): void {
    if (this.signal.aborted || this.#node.closed) {
      throw new Error(
        `Cannot ${what} in scope ${this.#node.path}: it is ${this.#node.closed ? 'closed' : 'aborted'}`,
      )
    }
  }
}

const RESTART_INITIAL_MS = 100
const RESTART_MAX_MS = 30_000
/** The delays of a task's restarts are not drawn: what fails by a defect returns to nobody whom many could overrun. */
const LONGEST = { next: () => 1 }
/** Why the deadline of a join is no longer waited for. */
const JOINED = cancellation('The join is over')
