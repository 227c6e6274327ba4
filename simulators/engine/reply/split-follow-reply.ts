import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { SeededRandom } from '../../world/seeded-random.ts'
import type { Host } from '../../world/host.ts'
import type { LogReply } from './log-reply.ts'
import type { MessageReply } from './message-reply.ts'
import type { SplitFollow } from '../personality.ts'

export interface SplitFollowOptions {
  readonly host: Host
  readonly random: SeededRandom
  readonly timing: SplitFollow
  /** Reads what is stored. Null where there is one read only. */
  readonly stored: LogReply | null
  /** Begins to read what comes from now on, or where there is one read only, everything. */
  readonly openToCome: () => LogReply
  /** Whether the container is removed: that does not end a follow. */
  readonly isRemoved: () => boolean
}

/**
 * A follow that is two reads, as Podman's where the end of a log is asked for: of what is stored, and of what comes. What is stored between the two is
 * in neither.
 */
export class SplitFollowReply implements MessageReply {
  readonly follow = true
  readonly linesScanned: number
  onChange: () => void = () => {}
  readonly #options: SplitFollowOptions
  readonly #stored: LogReply | null
  readonly #events: ScheduledEvent[] = []
  #toCome: LogReply | null = null
  #looksAhead = false

  constructor(options: SplitFollowOptions) {
    const { host, random, timing, stored } = options
    this.#options = options
    this.#stored = stored
    if (stored === null) this.#followOn()
    else this.#followLater(random.between(0, timing.gapMs))
    this.linesScanned = this.#current.linesScanned
    if (random.chance(timing.endsEarlyChance)) {
      const lastsMs = random.between(timing.gapMs, timing.endsWithinMs)
      this.#events.push(host.schedule(lastsMs, 'end early', () => this.#endEarly(), { background: true }))
    }
  }

  get state(): 'ready' | 'waiting' | 'ended' {
    const { state } = this.#current
    if (state !== 'ended') return state
    if (this.#toCome === null) return 'waiting'
    return this.#isOutlived && !this.#toCome.wasCut ? 'waiting' : 'ended'
  }

  get dueMs(): number {
    return this.#toCome?.dueMs ?? Infinity
  }

  get available(): number {
    return this.#current.available
  }

  get toBoundary(): number {
    return this.#current.toBoundary
  }

  get messageBytes(): number {
    return this.#current.messageBytes
  }

  take(maxBytes: number): Uint8Array {
    return this.#current.take(maxBytes)
  }

  lookAhead(looksAhead: boolean): void {
    this.#looksAhead = looksAhead
    this.#toCome?.lookAhead(looksAhead)
  }

  close(): void {
    for (const event of this.#events) event.cancel()
    this.#stored?.close()
    this.#toCome?.close()
  }

  get #current(): LogReply {
    const stored = this.#stored
    return stored !== null && (this.#toCome === null || stored.state !== 'ended') ? stored : this.#toCome!
  }

  /** The container is gone, which this does not notice. */
  get #isOutlived(): boolean {
    return this.#options.timing.outlivesRemoval && this.#options.isRemoved()
  }

  #followLater(gapMs: number): void {
    this.#events.push(this.#options.host.schedule(gapMs, 'follow what comes', () => this.#followOn()))
  }

  #followOn(): void {
    this.#toCome = this.#options.openToCome()
    this.#toCome.onChange = () => this.onChange()
    this.#toCome.lookAhead(this.#looksAhead)
    this.onChange()
  }

  #endEarly(): void {
    this.#toCome?.cut()
    this.onChange()
  }
}
