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
  /** First key of the whole log while its end cannot be asked for; null of an empty one. */
  #untailed: number | null | undefined
  /** First key of a reply to `tail` that was not the end of the log, until all of it is read. */
  #failed: number | null | typeof UNANSWERED | undefined
  /** Times the log is read without `tail` before that is tried again. */
  #patience = PATIENCE
  #untried = 0

  /** Whether the log can be followed now; otherwise a snapshot has to come first. */
  get follows(): boolean {
    return this.#factor === 1 && !this.#behind && this.endIsKnown
  }

  /** Messages to ask for, undefined for all. @param seen messages delivered so far */
  tail({ ring, seen, follow }: { ring: number; seen: number; follow: boolean }): number | undefined {
    this.#followed = follow
    if (ring === 0 || (this.#untailed !== undefined && !this.#triesAgain())) return undefined
    const factor = follow ? this.#followFactor : this.#factor
    const tail = ring + 4 * this.#burst + MARGIN * factor
    return tail > seen + SEEN_SLACK ? undefined : tail
  }

  /** The ring was not in the reply. */
  missed(): void {
    this.#factor *= GROWTH
    if (this.#followed) this.#followFactor = Math.min(FOLLOW_FACTOR_MAX, this.#followFactor * GROWTH)
  }

  /** The reply to `tail` was not the end of the log: all of it is needed. @param first key of its first message, undefined for none */
  failed(first: number | undefined): void {
    this.#failed = first ?? null
    this.#factor = Infinity
  }

  /** The request with `tail` was not answered: all of the log is needed. */
  unanswered(): void {
    this.#failed = UNANSWERED
    this.#factor = Infinity
  }

  /** The place was found in a reply to `tail`. */
  answered(): void {
    this.#untailed = undefined
    this.#patience = PATIENCE
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

  /** Whether the end of the log can be asked for, as far as is known. */
  get endIsKnown(): boolean {
    return this.#untailed === undefined && this.#failed !== UNANSWERED
  }

  /**
   * The whole log was read. Of a log that was emptied from outside engines 26 and 28 do not know the end, because they count from where the file used to end: a reply
   * to `tail` is another part of the log, or none at all, and a follow is silent once it has sent what is stored. That lasts until the log begins with another message; because it may have been a moment
   * of the engine, `tail` is tried again, less and less often. @param first key of the first message, undefined for none
   */
  noteWhole(first: number | undefined): void {
    const begins = first ?? null
    const failed = this.#failed
    this.#failed = undefined
    if (failed !== undefined && failed !== begins) {
      this.#untailed = begins
      this.#untried = 0
      this.#patience *= 2
    } else if (this.#untailed === null) this.#untailed = begins
    else if (begins !== this.#untailed) this.#untailed = undefined
  }

  #triesAgain(): boolean {
    this.#untried += 1
    return this.#untried % this.#patience === 0
  }
}

const UNANSWERED = Symbol('unanswered')
const PATIENCE = 32
