/** How many messages more than the ring are asked for, and how many new ones a snapshot may bring that counts as short. */
export const MARGIN = 256
const GROWTH = 4
const FOLLOW_FACTOR_MAX = 64
/** Once so many more messages would be asked for than were ever seen, the whole log is. */
const SEEN_SLACK = 200_000

/**
 * How much of a log is asked for, and whether it is followed. A reply to a small `tail` costs the engine 2 ms, however large the log is; one without
 * `tail` reads all of it. A follower that has much to catch up with may miss what is rotated meanwhile (engine 20.10): catching up is done by snapshots
 * until one brings little, and only then the log is followed.
 *
 *     follow --missed--> snapshot, 4 times the margin --missed--> 16 times ... the whole log
 *                        snapshot --caughtUp(much)--> snapshot
 *                        snapshot --caughtUp(little)--> follow
 */
export class TailPolicy {
  #factor = 1
  #followFactor = 1
  #behind = false
  #followed = false
  /** Most messages that one chunk brought lately: how fast the log grows. */
  #burst = 0
  /** First key of the whole log while its end cannot be asked for. */
  #untailed: number | undefined

  /** Whether the log can be followed now; otherwise a snapshot has to come first. */
  get follows(): boolean {
    return this.#factor === 1 && !this.#behind
  }

  /** Messages to ask for, undefined for all. @param seen messages delivered so far */
  tail({ ring, seen, follow }: { ring: number; seen: number; follow: boolean }): number | undefined {
    this.#followed = follow
    if (ring === 0 || this.#untailed !== undefined) return undefined
    const factor = follow ? this.#followFactor : this.#factor
    const tail = ring + 4 * this.#burst + MARGIN * factor
    return tail > seen + SEEN_SLACK ? undefined : tail
  }

  /** The ring was not in the reply. */
  missed(): void {
    this.#factor *= GROWTH
    if (this.#followed) this.#followFactor = Math.min(FOLLOW_FACTOR_MAX, this.#followFactor * GROWTH)
  }

  /** The reply to `tail` was not the end of the log: all of it is needed. */
  needsWhole(): void {
    this.#factor = Infinity
  }

  /** The ring was found in a followed reply. */
  found(): void {
    this.#factor = 1
    this.#followFactor = 1
  }

  /** A snapshot came to its end. @param fresh new messages in it */
  caughtUp(fresh: number): void {
    this.#factor = 1
    this.#behind = fresh > MARGIN
  }

  /** A chunk brought so many new messages. */
  grew(messages: number): void {
    this.#burst = Math.max(messages, this.#burst >> 1)
  }

  /**
   * The whole log was read, and its end could not be asked for: a log that was emptied from outside has no end for engines 26 and 28, which count from where the
   * file used to end. That lasts until the log begins with another message. @param first key of its first message
   */
  noteWhole(first: number | undefined, { tailFailed }: { tailFailed: boolean }): void {
    if (tailFailed) this.#untailed = first
    else if (first !== this.#untailed) this.#untailed = undefined
  }
}
