import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { Host } from '../../world/host.ts'

/** Has something happen in so many milliseconds, or soon after, like {@link Host.schedule}. */
export type Schedule = (
  delayMs: number,
  label: string,
  run: () => void,
  options: { readonly background: () => boolean },
) => ScheduledEvent

/**
 * Puts deliveries off to the next multiple of `periodMs`, where all that have come together are one event: what a process sees that looks at its
 * sockets only so often, and the kernel gathers for it in between.
 */
export function gatheredDeliveries(host: Host, periodMs: number): Schedule {
  const gatherings = new Map<number, Gathering>()
  return (delayMs, label, run, { background }) => {
    const nowMs = host.clock.monotonic()
    const index = Math.ceil((nowMs + delayMs) / periodMs)
    let gathering = gatherings.get(index)
    if (gathering === undefined) {
      gathering = new Gathering(host, index * periodMs - nowMs, () => gatherings.delete(index))
      gatherings.set(index, gathering)
    }
    return gathering.add(label, run, background)
  }
}

class Gathering {
  readonly #deliveries: GatheredDelivery[] = []
  readonly #event: ScheduledEvent
  readonly #onOver: () => void
  #left = 0

  constructor(host: Host, delayMs: number, onOver: () => void) {
    this.#onOver = onOver
    this.#event = host.schedule(delayMs, 'gathered deliveries', () => this.#run(), {
      background: () => this.#deliveries.every((delivery) => delivery.isCancelled || delivery.background),
    })
  }

  add(label: string, run: () => void, isBackground: () => boolean): ScheduledEvent {
    const delivery = new GatheredDelivery(this, this.#event.atMs, label, run, isBackground)
    this.#deliveries.push(delivery)
    this.#left += 1
    return delivery
  }

  /** One of its deliveries was cancelled. */
  discount(): void {
    this.#left -= 1
    if (this.#left > 0) return
    this.#event.cancel()
    this.#onOver()
  }

  #run(): void {
    this.#onOver()
    for (const delivery of this.#deliveries) delivery.runNow()
  }
}

class GatheredDelivery implements ScheduledEvent {
  readonly atMs: number
  readonly label: string
  readonly #gathering: Gathering
  readonly #run: () => void
  readonly #isBackground: () => boolean
  #state: 'waiting' | 'cancelled' | 'over' = 'waiting'

  constructor(
    gathering: Gathering,
    atMs: number,
    label: string,
    run: () => void,
    isBackground: () => boolean,
  ) {
    this.#gathering = gathering
    this.atMs = atMs
    this.label = label
    this.#run = run
    this.#isBackground = isBackground
  }

  get background(): boolean {
    return this.#isBackground()
  }

  get isCancelled(): boolean {
    return this.#state === 'cancelled'
  }

  runNow(): void {
    if (this.#state !== 'waiting') return
    this.#state = 'over'
    this.#run()
  }

  cancel(): void {
    if (this.#state !== 'waiting') return
    this.#state = 'cancelled'
    this.#gathering.discount()
  }
}
