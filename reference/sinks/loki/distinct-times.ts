import type { SinkMark } from '../../dispatch/sink.ts'

/**
 * Gives every record of a source a stamp of its own, because Loki takes two entries of one stream with equal stamp and equal line for one, and shows entries
 * in the order of their stamps. The stamp a record gets follows from what the source wrote before it alone, and the state travels with the sink's
 * mark: a record that is sent again, after a retry, in another batch or by another process, gets the same stamp again, and Loki drops it.
 *
 * - A record that is not later than the one before it, by less than a second, comes a nanosecond behind it: their order is that of the source.
 * - Beyond that the clock was put back: the stamps follow it, moved by a little for each time it was, so that they do not meet those of before. This
 *   lasts until it shows what it has not shown yet.
 * - Stamps of whole milliseconds or seconds (Podman before 5.5 has no others) are moved by less than a millisecond, for each source by another part: two
 *   containers of one name, or of one service, that write the same line in the same second do not meet.
 */
export class DistinctTimes {
  readonly #coarseShift: bigint
  /** The stamp given last, and the latest that was ever given. */
  #last: bigint
  #top: bigint
  /** How often the clock was put back, and whether it still shows what it has shown before. */
  #steps: number
  #isBehind: boolean

  constructor(source: string, mark: SinkMark | undefined) {
    this.#coarseShift = BigInt(hashOf(source) % MILLISECOND)
    this.#last = BigInt(mark?.['last'] ?? 0)
    this.#top = BigInt(mark?.['top'] ?? 0)
    this.#steps = Number(mark?.['steps'] ?? 0)
    this.#isBehind = mark?.['behind'] === 1
  }

  /** The stamp of the next record. @param time nanoseconds since the Unix epoch */
  next(time: bigint): bigint {
    const own = time % BigInt(MILLISECOND) === 0n ? time + this.#coarseShift : time
    if (own > this.#top) this.#isBehind = false
    else if (own + SECOND <= this.#last) {
      this.#isBehind = true
      this.#steps = (this.#steps % STEPS_MAX) + 1
    }
    const moved = this.#isBehind ? own + BigInt(this.#steps * STEP) : own
    const isInOrder = moved > this.#last || moved + SECOND <= this.#last
    this.#last = isInOrder ? moved : this.#last + 1n
    if (this.#last > this.#top) this.#top = this.#last
    return this.#last
  }

  mark(): SinkMark {
    const behind = this.#isBehind ? 1 : 0
    return { last: String(this.#last), top: String(this.#top), steps: this.#steps, behind }
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash
}

/** In nanoseconds. */
const MILLISECOND = 1_000_000
const SECOND = 1_000_000_000n
/** No multiple of what a clock counts in, also many times over. */
const STEP = 1_618_033
const STEPS_MAX = 500
