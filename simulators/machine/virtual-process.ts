import type { Host, MortalHost } from '../world/host.ts'
import type { ScheduledEvent } from '../world/event-queue.ts'
import type { LedgerEntry } from '../world/resource-ledger.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import type { Simulation } from '../world/simulation.ts'

/**
 * A process in a world: whatever it waits for and holds open goes through here, so that all of it can end at one moment, as with `kill -9`. Once
 * it is dead nothing it waits for happens any more, and nothing it asks for is begun: its promises stay pending for ever, and its code
 * never runs again.
 */
export class VirtualProcess implements MortalHost {
  readonly number: number
  readonly random: SeededRandom
  readonly clock: Host['clock']
  readonly ledger: Host['ledger'] = {
    open: (kind, description, askedBy) => {
      if (!this.#alive) return { kind, description, openedAtMs: this.#world.nowMs, location: null }
      const entry = this.#world.ledger.open(kind, description, askedBy)
      this.#held.add(entry)
      return entry
    },
    close: (entry) => {
      if (this.#held.delete(entry)) this.#world.ledger.close(entry)
    },
  }
  readonly #world: Simulation
  readonly #held = new Set<LedgerEntry>()
  readonly #connections = new Set<() => void>()
  #alive = true

  /** @param number of all processes of its machine, from 1 */
  constructor(world: Simulation, number: number) {
    this.#world = world
    this.number = number
    this.random = world.random
    this.clock = world.clock
  }

  get alive(): boolean {
    return this.#alive
  }

  schedule(
    delayMs: number,
    label: string,
    run: () => void,
    options: { background?: boolean | (() => boolean) } = {},
  ): ScheduledEvent {
    if (!this.#alive) return { atMs: Infinity, label, background: true, cancel: () => {} }
    return this.#world.schedule(delayMs, label, run, { ...options, owner: this })
  }

  fail(error: Error): void {
    if (this.#alive) this.#world.fail(error)
  }

  /** Has the kernel do this when the process dies, such as closing a socket. Dispose once it is closed. */
  onDeath(disconnect: () => void): Disposable {
    this.#connections.add(disconnect)
    return { [Symbol.dispose]: () => void this.#connections.delete(disconnect) }
  }

  /** Idempotent. Other processes and the machine's services see its connections end. */
  die(): void {
    if (!this.#alive) return
    this.#alive = false
    for (const event of this.#world.scheduled) if (event.owner === this) event.cancel()
    for (const disconnect of this.#connections) disconnect()
    this.#connections.clear()
    for (const entry of this.#held) this.#world.ledger.close(entry)
    this.#held.clear()
  }
}
