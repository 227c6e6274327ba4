import type { RateLimitConfig } from '../../config/config.ts'
import { StampReader } from '../reading/parsing/stamp-reader.ts'
import { digestOf } from './digest.ts'
import type { RecordOutput } from './record-output.ts'

/** How much of a container's output is taken: `perSecond` of the unit in the long run, `burst` of it at once. */
export interface Rate {
  readonly unit: 'lines' | 'bytes'
  readonly perSecond: number
  readonly burst: number
}

/** Null where everything is taken. */
export function rateOf({ linesPerSecond, bytesPerSecond, burstMs }: RateLimitConfig): Rate | null {
  const perSecond = linesPerSecond ?? bytesPerSecond
  if (perSecond === null) return null
  const burst = Math.max(1, (perSecond * burstMs) / 1000)
  return { unit: linesPerSecond === null ? 'bytes' : 'lines', perSecond, burst }
}

/** A token bucket. Immutable. */
export interface Bucket {
  readonly tokens: number
  /** When it had them, by the stamps, microseconds. */
  readonly atUs: number
}

/** The same for the same rate, and for no other. */
export function rateDigest({ unit, perSecond, burst }: Rate): string {
  return digestOf([unit, perSecond, burst])
}

/**
 * Leaves out what a container writes beyond a rate. Time is that of the stamps: what is left out depends on when lines were written and not on when they are read,
 * so that catching up after a pause leaves out nothing, and reading again leaves out the same. Records that are left out have no ordinal.
 */
export class RateLimit implements RecordOutput {
  readonly #rate: Rate
  readonly #output: RecordOutput
  readonly #onDropped: () => void
  readonly #stamps = new StampReader()
  #tokens: number
  #atUs: number | null

  constructor(rate: Rate, output: RecordOutput, onDropped: () => void, restored?: Bucket) {
    this.#rate = rate
    this.#output = output
    this.#onDropped = onDropped
    this.#tokens = restored?.tokens ?? rate.burst
    this.#atUs = restored?.atUs ?? null
  }

  get state(): Bucket | undefined {
    return this.#atUs === null ? undefined : { tokens: this.#tokens, atUs: this.#atUs }
  }

  push(
    stream: number,
    stamps: Uint8Array,
    stampStart: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#refill(this.#stamps.microseconds(stamps, stampStart))
    const { unit, burst } = this.#rate
    const cost = unit === 'lines' ? 1 : end - start + 1
    // One record may be larger than the bucket: then it takes a full one, and more.
    if (this.#tokens < Math.min(cost, burst)) return this.#onDropped()
    this.#tokens -= cost
    return this.#output.push(stream, stamps, stampStart, bytes, start, end)
  }

  /** Stamps of two streams are out of order by milliseconds, which adds nothing; a clock that was set back begins anew. */
  #refill(nowUs: number): void {
    const elapsedUs = this.#atUs === null ? 0 : nowUs - this.#atUs
    if (this.#atUs !== null && elapsedUs <= 0 && elapsedUs >= -SET_BACK_US) return
    const { perSecond, burst } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, elapsedUs) * perSecond) / 1_000_000)
    this.#atUs = nowUs
  }
}

const SET_BACK_US = 1_000_000
