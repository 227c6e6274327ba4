import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { Wire } from '../../wire/wire.ts'
import type { WireCondition } from '../../wire/wire-condition.ts'

/** So many bytes pass in each interval, the first at once. What was not used of one interval is not saved for the next. */
export class Pace implements WireCondition {
  readonly #wire: Wire
  readonly #bytes: number
  readonly #everyMs: number
  #left: number
  #refill: ScheduledEvent | null = null

  constructor(wire: Wire, bytes: number, everyMs: number) {
    this.#wire = wire
    this.#bytes = bytes
    this.#everyMs = everyMs
    this.#left = bytes
  }

  get allowance(): number {
    return this.#left
  }

  passed(bytes: number): void {
    this.#left -= bytes
    this.#refill ??= this.#wire.host.schedule(this.#everyMs, 'more may pass', () => {
      this.#refill = null
      this.#left = this.#bytes
      this.#wire.onChange()
    })
  }

  end(): void {
    this.#refill?.cancel()
  }
}
