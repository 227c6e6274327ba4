import type { EngineEvent } from './engine-event.ts'
import { Listeners } from './listeners.ts'

/** The events of an engine on their way to who subscribed, and the last of them for who comes late. */
export class EventHub {
  readonly #subscribers = new Listeners<[EngineEvent]>()
  readonly #dropped = new Listeners()
  readonly #recent: EngineEvent[] = []
  readonly #losses = new Set<EventLoss>()
  #delays = 0
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
    if (this.#isToBeLost(event)) {
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

  /** The next such events of one container reach nobody, until there were so many or what is returned is disposed. */
  lose(loss: EventLoss): Disposable {
    const left = { ...loss }
    this.#losses.add(left)
    return { [Symbol.dispose]: () => void this.#losses.delete(left) }
  }

  /** Whether the head of an answer waits for the first event. */
  get delaysHead(): boolean {
    return this.#delays > 0
  }

  /** Answers whose head was not sent yet keep it until the first event, until what is returned is disposed. */
  delayHeads(): Disposable {
    const delay = new DisposableStack()
    this.#delays += 1
    delay.defer(() => (this.#delays -= 1))
    return delay
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

  #isToBeLost({ id, name, action }: EngineEvent): boolean {
    if (this.#toLose > 0) {
      this.#toLose -= 1
      return true
    }
    for (const loss of this.#losses) {
      if (loss.left <= 0 || loss.action !== action) continue
      if (loss.container !== name && !id.startsWith(loss.container)) continue
      loss.left -= 1
      return true
    }
    return false
  }
}

/** Events that are to reach nobody. */
export interface EventLoss {
  /** Id, prefix of an id, or name. It need not be there yet. */
  readonly container: string
  readonly action: string
  /** How many of them. */
  left: number
}

/** As many as moby keeps. */
const RECENT_EVENTS_MAX = 256
