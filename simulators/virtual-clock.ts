import type { Clock } from '../reference/ports/index.ts'
import { listenForAbort } from './abort-listener.ts'
import type { World } from './world.ts'

/** The world's time. A sleep is an event of the world and an entry of kind `timer` in its ledger until it ends. */
export class VirtualClock implements Clock {
  readonly #world: World
  #startAt: number

  /** @param startAt wall time at the start of the world, milliseconds since the epoch */
  constructor(world: World, startAt: number) {
    this.#world = world
    this.#startAt = startAt
  }

  /** Whole milliseconds, like `Date.now()`. */
  now(): number {
    return Math.floor(this.wallTime())
  }

  /** Wall time with its fraction of a millisecond; the simulated engine takes its stamps from it. */
  wallTime(): number {
    return this.#startAt + this.#world.nowMs
  }

  /** Milliseconds since the start of the world. */
  monotonic(): number {
    return this.#world.nowMs
  }

  /** Steps the wall clock, as NTP or an administrator would. Nothing that sleeps notices. */
  stepWallTime(byMs: number): void {
    this.#startAt += byMs
  }

  sleep(ms: number, options: { signal: AbortSignal }): Promise<void> {
    const { signal } = options
    if (signal.aborted) return Promise.reject(signal.reason)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const entry = this.#world.ledger.open('timer', `sleep of ${ms} ms`)
    const timer = this.#world.schedule(ms, 'sleep', () => {
      finish()
      resolve()
    })
    const stopListening = listenForAbort(signal, () => {
      timer.cancel()
      finish()
      reject(signal.reason)
    })
    const finish = (): void => {
      stopListening()
      this.#world.ledger.close(entry)
    }
    return promise
  }
}
