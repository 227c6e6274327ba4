import type { Clock } from '../../reference/ports/index.ts'
import { virtualSleep, virtualTimer, type Sleeper } from './virtual-sleep.ts'

/** Where time passes. */
type Timeline = Sleeper & { readonly nowMs: number }

/** The world's time. A sleep is an event of the world and an entry of kind `timer` in its ledger until it ends. */
export class VirtualClock implements Clock {
  readonly #world: Timeline
  /** Since when the wall clock has been so far ahead of the monotonic one; the first entry is the start of the world. */
  readonly #steps: { readonly sinceMs: number; readonly aheadMs: number }[]

  /** @param startAt wall time at the start of the world, milliseconds since the epoch */
  constructor(world: Timeline, startAt: number) {
    this.#world = world
    this.#steps = [{ sinceMs: 0, aheadMs: startAt }]
  }

  /** Whole milliseconds, like `Date.now()`. */
  now(): number {
    return Math.floor(this.wallTime())
  }

  /** Wall time with its fraction of a millisecond; the simulated engine takes its stamps from it. */
  wallTime(): number {
    return this.wallTimeAt(this.#world.nowMs)
  }

  /** What the wall clock showed that many milliseconds after the start of the world. */
  readonly wallTimeAt = (monotonicMs: number): number => {
    let index = this.#steps.length - 1
    while (index > 0 && this.#steps[index]!.sinceMs > monotonicMs) index -= 1
    return this.#steps[index]!.aheadMs + monotonicMs
  }

  /** Milliseconds since the start of the world. */
  monotonic(): number {
    return this.#world.nowMs
  }

  /** Steps the wall clock, as NTP or an administrator would. Nothing that sleeps notices. */
  stepWallTime(byMs: number): void {
    this.#steps.push({ sinceMs: this.#world.nowMs, aheadMs: this.#steps.at(-1)!.aheadMs + byMs })
  }

  sleep(ms: number, options: { signal: AbortSignal }): Promise<void> {
    return virtualSleep(this.#world, ms, options)
  }

  after(ms: number, run: () => void): Disposable {
    return virtualTimer(this.#world, ms, run)
  }

  /** The same time for a process, whose sleeps end with it. */
  forProcess(process: Sleeper): Clock {
    return {
      now: () => this.now(),
      monotonic: () => this.monotonic(),
      sleep: (ms, options) => virtualSleep(process, ms, options),
      after: (ms, run) => virtualTimer(process, ms, run),
    }
  }
}
