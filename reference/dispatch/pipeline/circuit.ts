import { fullJitter, type BackOff } from '../../lifecycle/back-off.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'

/** Why nothing is written. */
export interface Trouble {
  /** Monotonic milliseconds. */
  readonly sinceMs: number
  readonly why: string
  /** Whether something must be put right; otherwise it is only away. */
  readonly refuses: boolean
}

/**
 * Keeps a sink that takes nothing from being asked with everything:
 *
 *     closed --away, refused--> open --back-off--> probing --away, refused--> open
 *        \<-------------- stored anything --------------/
 *
 * While it is open nothing is written; then one write is the probe.
 */
export class Circuit {
  readonly #clock: Clock
  readonly #random: Random
  readonly #backOff: BackOff
  #open: OpenCircuit | null = null
  #hurried = false

  constructor(clock: Clock, random: Random, backOff: BackOff) {
    this.#clock = clock
    this.#random = random
    this.#backOff = backOff
  }

  /** Null when it is closed. */
  get trouble(): Trouble | null {
    return this.#open
  }

  /** How many sources a probe may be of: one, when several failed, so that none that is bad itself keeps it open for the others. */
  get sourcesMax(): number {
    return this.#backOff.attempts > PROBES_OF_MANY ? 1 : Infinity
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

  /** The sink took nothing, and wants to be left alone for so long. Of writes that were under way together only the first lengthens the back-off. */
  failed({ why, refuses, afterMs = 0 }: Failure): void {
    const nowMs = this.#clock.monotonic()
    const { sinceMs = nowMs, probing = true, probeAtMs = 0, askedUntilMs = 0 } = this.#open ?? {}
    const ceilingMs = probing
      ? Math.min(this.#backOff.nextCeiling(), this.#hurried ? HURRIED_MS : Infinity)
      : 0
    const dueMs = Math.max(probeAtMs, nowMs + retryDelay(ceilingMs, afterMs, this.#random))
    this.#open = {
      sinceMs,
      why,
      refuses,
      probeAtMs: dueMs,
      askedUntilMs: afterMs === 0 ? askedUntilMs : nowMs + afterMs,
      probing: false,
    }
  }

  /** A write ended and the sink was not shown to be well: when it was the probe, the next one is due after the back-off. */
  undecided(): void {
    if (this.#open?.probing === true) this.failed(this.#open)
  }

  /** A stop waits for what is not stored: the next probe is due now, if the sink did not ask for a pause, and those after it are not far apart. */
  hurry(): void {
    this.#hurried = true
    if (this.#open !== null) this.#open = { ...this.#open, probeAtMs: this.#open.askedUntilMs }
  }

  /** The sink is started again. */
  calm(): void {
    this.#hurried = false
  }

  /** The sink takes what it is given. */
  passed(): void {
    this.#open = null
    this.#backOff.reset()
  }
}

interface OpenCircuit extends Trouble {
  readonly probeAtMs: number
  /** The sink wants to be left alone until then; in the past when it said nothing. */
  readonly askedUntilMs: number
  probing: boolean
}

interface Failure extends Pick<Trouble, 'why' | 'refuses'> {
  readonly afterMs?: number
}

/** A back-off with full jitter, and never before what the sink asked for: then a little later, so that many do not come at once. */
export function retryDelay(ceilingMs: number, afterMs: number, random: Random): number {
  const jitterMs = fullJitter(ceilingMs, random)
  return afterMs === 0 ? jitterMs : Math.max(jitterMs, afterMs + fullJitter(AFTER_JITTER_MS, random))
}

const AFTER_JITTER_MS = 200
const PROBES_OF_MANY = 3
const HURRIED_MS = 500
