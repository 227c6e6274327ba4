import { median, sorted } from './quantiles.ts'

/** What is usual at a time of day, relative to the whole day: levels, see rate-model.ts. */
export interface UsualRange {
  readonly low: number
  readonly middle: number
  readonly high: number
}

/** What is kept of it on disk. */
export interface StoredProfile {
  readonly lows: Float32Array
  readonly highs: Float32Array
  readonly days: Uint8Array
  /** Number, low, high and windows of the slot that is going on; empty before the first window. */
  readonly open: Float64Array
}

interface OpenSlot {
  /** Since the epoch. */
  readonly number: number
  low: number
  high: number
  windows: number
}

/**
 * What a day of a source looks like: of each quarter of an hour, UTC, the lowest and the highest window, on each of the last five days.
 *
 *     slot    |  00:00  |  00:15  | ... |  23:45  |
 *     days     5 ranges  5 ranges        5 ranges
 *
 * A range is the median over the days: one odd day changes nothing. It is used once every slot has two days.
 */
export class DailyProfile {
  readonly #windowMs: number
  readonly #slotMs: number
  readonly #slots: number
  readonly #lows: Float32Array
  readonly #highs: Float32Array
  /** Days that each slot has seen, at most 255. */
  readonly #days: Uint8Array
  /** The slot that is going on; null before the first window. */
  #open: OpenSlot | null = null
  /** Low, middle and high of each slot, relative to the whole day; null while it is not known, undefined while it is to be worked out. */
  #ranges: Float32Array | null | undefined = null

  constructor(windowMs: number) {
    this.#windowMs = windowMs
    this.#slotMs = Math.max(QUARTER_MS, windowMs)
    this.#slots = Math.ceil(DAY_MS / this.#slotMs)
    this.#lows = new Float32Array(this.#slots * DAYS)
    this.#highs = new Float32Array(this.#slots * DAYS)
    this.#days = new Uint8Array(this.#slots)
  }

  /** What is usual at the time, relative to the whole day; nothing while that is not known. */
  at(startMs: number): UsualRange {
    const known = this.#known()
    if (known === null) return ANY_TIME
    const from = (this.#numberOf(startMs) % this.#slots) * 3
    return { low: known[from]!, middle: known[from + 1]!, high: known[from + 2]! }
  }

  /** Whether the time of day is taken into account. */
  get isKnown(): boolean {
    return this.#known() !== null
  }

  /** Windows come in their order. */
  add(startMs: number, level: number): void {
    const number = this.#numberOf(startMs)
    if (this.#open !== null && this.#open.number !== number) this.#finish(this.#open)
    if (this.#open?.number !== number) this.#open = { number, low: level, high: level, windows: 0 }
    this.#open.low = Math.min(this.#open.low, level)
    this.#open.high = Math.max(this.#open.high, level)
    this.#open.windows += 1
  }

  stored(): StoredProfile {
    const open =
      this.#open === null ? [] : [this.#open.number, this.#open.low, this.#open.high, this.#open.windows]
    return { lows: this.#lows, highs: this.#highs, days: this.#days, open: Float64Array.from(open) }
  }

  /** @throws RangeError when it is of another window */
  restore({ lows, highs, days, open }: StoredProfile): void {
    if (lows.length !== this.#lows.length || highs.length !== lows.length || days.length !== this.#slots)
      throw new RangeError(`a profile of ${days.length} slots, not ${this.#slots}`)
    this.#lows.set(lows)
    this.#highs.set(highs)
    this.#days.set(days)
    const [number, low, high, windows] = open
    if (windows !== undefined) this.#open = { number: number!, low: low!, high: high!, windows }
    this.#ranges = undefined
  }

  /** A slot that was seen for less than half of its time says nothing about it. */
  #finish({ number, low, high, windows }: OpenSlot): void {
    if (windows * this.#windowMs < this.#slotMs / 2) return
    const slot = number % this.#slots
    const seen = this.#days[slot]!
    const place = slot * DAYS + (seen % DAYS)
    this.#lows[place] = low
    this.#highs[place] = high
    this.#days[slot] = seen === DAYS_COUNTED ? DAYS + 1 : seen + 1
    this.#ranges = undefined
  }

  #known(): Float32Array | null {
    if (this.#ranges === undefined) this.#ranges = this.#workOut()
    return this.#ranges
  }

  #workOut(): Float32Array | null {
    if (this.#days.some((days) => days < DAYS_NEEDED)) return null
    const ranges = Array.from(this.#days, (days, slot) => this.#rangeOf(slot, Math.min(days, DAYS)))
    const whole = median(sorted(Float32Array.from(ranges, ({ middle }) => middle)))
    return Float32Array.from(
      ranges.flatMap(({ low, middle, high }) => [low - whole, middle - whole, high - whole]),
    )
  }

  #rangeOf(slot: number, days: number): UsualRange {
    const from = slot * DAYS
    const low = median(sorted(this.#lows.subarray(from, from + days)))
    const high = median(sorted(this.#highs.subarray(from, from + days)))
    return { low, middle: (low + high) / 2, high }
  }

  /** Slots begin anew with each day, also where the day is no multiple of one. */
  #numberOf(startMs: number): number {
    const day = Math.floor(startMs / DAY_MS)
    return day * this.#slots + Math.floor((startMs - day * DAY_MS) / this.#slotMs)
  }
}

const DAY_MS = 86_400_000
const QUARTER_MS = 900_000
const DAYS = 5
const DAYS_NEEDED = 2
/** A multiple of {@link DAYS}: the count goes on from there. */
const DAYS_COUNTED = 255
const ANY_TIME: UsualRange = { low: 0, middle: 0, high: 0 }
