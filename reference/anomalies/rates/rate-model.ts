import { DailyProfile, type StoredProfile } from './daily-profile.ts'
import { median, quantile, robustDeviation, sorted } from './quantiles.ts'

/** How a window compares with what is usual. */
export interface RateVerdict {
  /** Robust standard deviations beyond the range that is usual: above it positive, below it negative, within it 0. */
  readonly score: number
  /** Lines that are usual. */
  readonly expected: number
}

/** What is kept of it on disk. */
export interface StoredRate extends StoredProfile {
  /** The last windows, the oldest first: levels, and when they began, milliseconds since the epoch. */
  readonly levels: Float32Array
  readonly starts: Float64Array
  /** The same of those that are not learnt yet. */
  readonly untrainedLevels: Float32Array
  readonly untrainedStarts: Float64Array
}

interface Summary {
  readonly center: number
  readonly deviation: number
  readonly low: number
  readonly high: number
}

/**
 * How many lines a source writes in a window, and how much of a difference is unusual.
 *
 * Counts are made levels, `2 sqrt(lines + 3/8)` (Anscombe): of a count that varies by chance alone the level has a standard deviation of 1, whatever the
 * count. The level that is usual is the median of the last 120 windows, each without what its time of day explains ({@link DailyProfile}). Usual is also
 * the range of most of them, and of the same quarter of an hour on other days. How far a level lies beyond is told in robust standard deviations of
 * those windows, of at least 1. A change that lasts is usual after an hour.
 */
export class RateModel {
  readonly #profile: DailyProfile
  readonly #outerShare: number
  /** A ring: the next one takes the place of the oldest. */
  readonly #levels = new Float32Array(WINDOWS)
  readonly #starts = new Float64Array(WINDOWS)
  #seen = 0
  /** Since the last training. */
  #untrained: { readonly startMs: number; readonly level: number }[] = []
  #summary: Summary | null = null

  /** @param outerShare of the windows at either end of the range, those that do not make it wider */
  constructor(windowMs: number, outerShare: number) {
    this.#outerShare = outerShare
    this.#profile = new DailyProfile(windowMs)
  }

  /** Null while it does not know enough. */
  judge(startMs: number, lines: number): RateVerdict | null {
    if (this.#summary === null) return null
    const { center, deviation, low, high } = this.#summary
    const usual = this.#profile.at(startMs)
    const above = levelOf(lines) - usual.middle
    const upper = Math.max(high, center + usual.high - usual.middle)
    const lower = Math.min(low, center + usual.low - usual.middle)
    const beyond = above > upper ? above - upper : above < lower ? above - lower : 0
    return { score: beyond / deviation, expected: linesOf(center + usual.middle) }
  }

  /** A window that is to be learnt. At most 120 are kept until the next training. */
  note(startMs: number, lines: number): void {
    if (this.#untrained.length >= WINDOWS) this.#untrained.shift()
    this.#untrained.push({ startMs, level: Math.fround(levelOf(lines)) })
  }

  train(): void {
    for (const { startMs, level } of this.#untrained) {
      this.#profile.add(startMs, level)
      this.#levels[this.#seen % WINDOWS] = level
      this.#starts[this.#seen % WINDOWS] = startMs
      this.#seen += 1
    }
    this.#untrained = []
    this.#summarize()
  }

  /** Whether the time of day is taken into account. */
  get knowsDay(): boolean {
    return this.#profile.isKnown
  }

  stored(): StoredRate {
    const kept = Math.min(this.#seen, WINDOWS)
    const order = Array.from({ length: kept }, (_, index) => (this.#seen - kept + index) % WINDOWS)
    return {
      levels: Float32Array.from(order, (index) => this.#levels[index]!),
      starts: Float64Array.from(order, (index) => this.#starts[index]!),
      untrainedLevels: Float32Array.from(this.#untrained, ({ level }) => level),
      untrainedStarts: Float64Array.from(this.#untrained, ({ startMs }) => startMs),
      ...this.#profile.stored(),
    }
  }

  /** @throws RangeError when it is of another window */
  restore({ levels, starts, untrainedLevels, untrainedStarts, ...profile }: StoredRate): void {
    for (const [some, begins] of [
      [levels, starts],
      [untrainedLevels, untrainedStarts],
    ] as const)
      if (some.length !== begins.length || some.length > WINDOWS)
        throw new RangeError(
          `${some.length} windows and ${begins.length} beginnings; at most ${WINDOWS} are kept`,
        )
    this.#profile.restore(profile)
    this.#untrained = Array.from(untrainedLevels, (level, index) => ({
      level,
      startMs: untrainedStarts[index]!,
    }))
    this.#levels.set(levels)
    this.#starts.set(starts)
    this.#seen = levels.length
    this.#summarize()
  }

  #summarize(): void {
    const kept = Math.min(this.#seen, WINDOWS)
    if (kept < WINDOWS_NEEDED) return
    const rest = sorted(
      Float32Array.from({ length: kept }, (_, index) => this.#levels[index]! - this.#middleAt(index)),
    )
    const center = median(rest)
    this.#summary = {
      center,
      deviation: Math.max(1, robustDeviation(rest, center)),
      low: quantile(rest, this.#outerShare),
      high: quantile(rest, 1 - this.#outerShare),
    }
  }

  #middleAt(index: number): number {
    return this.#profile.at(this.#starts[index]!).middle
  }
}

function levelOf(lines: number): number {
  return 2 * Math.sqrt(lines + ANSCOMBE)
}

function linesOf(level: number): number {
  return Math.max(0, (Math.max(0, level) / 2) ** 2 - ANSCOMBE)
}

const ANSCOMBE = 3 / 8
const WINDOWS = 120
const WINDOWS_NEEDED = 30

/** Memory of one, bytes, at most (bounded-memory.test.ts). */
export const RATE_MODEL_BYTES = 20_000
