import type { Clock } from '../ports/clock.ts'
import { Condition } from '../lifecycle/condition.ts'

/** What was told of a container up to a moment. */
export interface NewsSeen {
  /** Tellings of any kind. */
  readonly told: number
  /** How often it was said to start. */
  readonly starts: number
  /** How often the engine was away: what then looked like the end of a log may not be one. */
  readonly interruptions: number
  /** How often it was said to have ended. */
  readonly ends: number
}

/**
 * What the engine's events and lists told of one container, for who follows it. Nothing that is told is lost on somebody who is busy: each
 * telling raises `told`, and a wait names the count it has seen.
 */
export class ContainerNews implements NewsSeen {
  /** It was created, or first seen to start, while the collector listened: its life may be over before the next list. */
  readonly announced: boolean
  readonly #changed = new Condition()
  /** The same, and that it ended: who follows it over the engine's streams sees that by itself. */
  readonly #heard = new Condition()
  #told = 0
  #starts = 0
  #interruptions = 0
  #ends = 0
  #removed = false

  constructor(options: { announced: boolean }) {
    this.announced = options.announced
  }

  get seen(): NewsSeen {
    return { told: this.#told, starts: this.#starts, interruptions: this.#interruptions, ends: this.#ends }
  }

  get told(): number {
    return this.#told
  }

  get starts(): number {
    return this.#starts
  }

  get interruptions(): number {
    return this.#interruptions
  }

  get ends(): number {
    return this.#ends
  }

  /** Whether the engine said that it is removed, by an event or by lists without it. To be confirmed by asking for it. */
  get removed(): boolean {
    return this.#removed
  }

  started(): void {
    this.#starts += 1
    this.#tell()
  }

  ended(): void {
    this.#ends += 1
    this.#heard.notifyAll()
  }

  interrupted(): void {
    this.#interruptions += 1
    this.#tell()
  }

  wasRemoved(): void {
    this.#removed = true
    this.#tell()
  }

  /** Something may have changed. */
  look(): void {
    this.#tell()
  }

  /** Resolves once more was told than `seen`; rejects with `signal.reason` on abort. */
  async since(seen: number, options: { signal: AbortSignal }): Promise<void> {
    if (this.#told === seen) await this.#changed.wait(options)
  }

  /** Resolves once more is told than now, or after `ms` milliseconds; rejects with `signal.reason` on abort. */
  async waitAtMost(clock: Clock, ms: number, options: { signal: AbortSignal }): Promise<void> {
    await this.#changed.waitAtMost(clock, ms, options)
  }

  /** The same, and when it is said to have ended. */
  async hearAtMost(clock: Clock, ms: number, options: { signal: AbortSignal }): Promise<void> {
    await this.#heard.waitAtMost(clock, ms, options)
  }

  #tell(): void {
    this.#told += 1
    this.#changed.notifyAll()
    this.#heard.notifyAll()
  }
}
