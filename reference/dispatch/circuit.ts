import type { BackOff } from '../lifecycle/back-off.ts'
import type { Clock } from '../ports/clock.ts'

/**
 * Keeps a sink that refuses everything from being asked with everything:
 *
 *     closed --refused--> open --back-off--> probing --refused--> open
 *        \<----------- stored anything ----------/
 *
 * While it is open nothing is written; then one write is the probe.
 */
export class Circuit {
  readonly #clock: Clock
  readonly #backOff: BackOff
  #open: { readonly sinceMs: number; why: string; probeAtMs: number; probing: boolean } | null = null

  constructor(clock: Clock, backOff: BackOff) {
    this.#clock = clock
    this.#backOff = backOff
  }

  /** Since when it is open, and why; null when it is closed. */
  get trouble(): { readonly sinceMs: number; readonly why: string } | null {
    return this.#open
  }

  /** When the next probe is due, milliseconds of the monotonic clock; null when none is. */
  get probeAtMs(): number | null {
    return this.#open === null || this.#open.probing ? null : this.#open.probeAtMs
  }

  /** Whether a write may begin now. What is allowed while it is open is the probe: its end must be told. */
  allow(): boolean {
    if (this.#open === null) return true
    if (this.#open.probing || this.#clock.monotonic() < this.#open.probeAtMs) return false
    this.#open.probing = true
    return true
  }

  /** The sink refused everything. */
  refused(why: string): void {
    const nowMs = this.#clock.monotonic()
    this.#open = {
      sinceMs: this.#open?.sinceMs ?? nowMs,
      why,
      probeAtMs: nowMs + this.#backOff.next(),
      probing: false,
    }
  }

  /** A write ended and the sink was not shown to be well: when it was the probe, the next one is due after the back-off. */
  undecided(): void {
    if (this.#open?.probing === true) this.refused(this.#open.why)
  }

  /** The sink takes what it is given. */
  passed(): void {
    this.#open = null
    this.#backOff.reset()
  }
}
