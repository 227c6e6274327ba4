import type { EngineEvent } from './engine-event.ts'
import { Listeners } from './listeners.ts'

/** The events of an engine on their way to who subscribed, and the last of them for who comes late. */
export class EventHub {
  readonly #subscribers = new Listeners<[EngineEvent]>()
  readonly #dropped = new Listeners()
  readonly #recent: EngineEvent[] = []
  #toLose = 0
  #lost = 0

  /** The last events, oldest first. */
  get recent(): readonly EngineEvent[] {
    return this.#recent
  }

  /** Events that reached nobody. */
  get lost(): number {
    return this.#lost
  }

  publish(event: EngineEvent): void {
    if (this.#toLose > 0) {
      this.#toLose -= 1
      this.#lost += 1
      return
    }
    this.#recent.push(event)
    if (this.#recent.length > RECENT_EVENTS_MAX) this.#recent.shift()
    this.#subscribers.tell(event)
  }

  subscribe(subscriber: (event: EngineEvent) => void): Disposable {
    return this.#subscribers.add(subscriber)
  }

  /** The next events reach nobody. */
  loseNext(count: number): void {
    this.#toLose += count
  }

  /** A subscriber was too slow for an event. */
  noteLost(): void {
    this.#lost += 1
  }

  /** Every connection that listens breaks. */
  dropStreams(): void {
    this.#dropped.tell()
  }

  onStreamsDropped(listener: () => void): Disposable {
    return this.#dropped.add(listener)
  }
}

/** As many as moby keeps. */
const RECENT_EVENTS_MAX = 256
