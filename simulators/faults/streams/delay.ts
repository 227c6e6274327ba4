import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { Wire } from '../../wire/wire.ts'
import type { WireCondition } from '../../wire/wire-condition.ts'

/**
 * Everything passes a while after the engine had it, the end too. Order is kept: what is drawn a shorter delay takes along what is before it.
 */
export class Delay implements WireCondition {
  readonly #wire: Wire
  readonly #drawMs: () => number
  readonly #onTheWay = new Set<ScheduledEvent>()
  /** Bytes since the beginning that have come through, and that were taken. */
  #through = 0
  #taken = 0

  /** @param drawMs the delay of what comes now, milliseconds */
  constructor(wire: Wire, drawMs: () => number) {
    this.#wire = wire
    this.#drawMs = drawMs
  }

  get allowance(): number {
    return this.#onTheWay.size === 0 ? Infinity : this.#through - this.#taken
  }

  get holdsEnd(): boolean {
    return this.#onTheWay.size > 0
  }

  arrived(waiting: number): void {
    const bytes = this.#taken + waiting
    const event = this.#wire.host.schedule(this.#drawMs(), 'arrive late', () => {
      this.#onTheWay.delete(event)
      this.#through = Math.max(this.#through, bytes)
      this.#wire.onChange()
    })
    this.#onTheWay.add(event)
  }

  passed(bytes: number): void {
    this.#taken += bytes
  }

  end(): void {
    for (const event of this.#onTheWay) event.cancel()
  }
}
