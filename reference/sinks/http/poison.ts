/**
 * Tells a record that a service will never take from a service that takes nothing for a while. Both look the same: an error that says no more of the record.
 * A record is given up when it was refused by itself several times and the service took something else in between each time; or, where nothing
 * else comes, many times over many minutes.
 */
export class Poison {
  readonly #suspects = new Map<string, Suspect>()
  #taken = 0

  /** The service took something. */
  took(): void {
    this.#taken += 1
  }

  /**
   * The service refused one record that was alone in its request.
   * @returns whether it is to be given up
   */
  refused(source: string, record: string, nowMs: number): boolean {
    const known = this.#suspects.get(source)
    const suspect =
      known?.record === record
        ? known
        : { record, sinceMs: nowMs, refusals: 0, convictions: 0, takenBefore: this.#taken }
    suspect.refusals += 1
    if (suspect.refusals === 1 || this.#taken > suspect.takenBefore) suspect.convictions += 1
    suspect.takenBefore = this.#taken
    this.#suspects.set(source, suspect)
    const isLongSuspect = nowMs - suspect.sinceMs >= LONG_MS && suspect.refusals >= MANY_REFUSALS
    if (suspect.convictions < CONVICTIONS && !isLongSuspect) return false
    this.#suspects.delete(source)
    return true
  }

  /** Nothing more comes of the source. */
  forget(source: string): void {
    this.#suspects.delete(source)
  }
}

interface Suspect {
  readonly record: string
  readonly sinceMs: number
  refusals: number
  /** Refusals with something taken since the one before; and the first. */
  convictions: number
  takenBefore: number
}

const CONVICTIONS = 4
const LONG_MS = 600_000
const MANY_REFUSALS = 10
