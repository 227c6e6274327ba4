/** 'more': the ring is not in this reply, a larger one is to be asked for. */
export type SearchAnswer = 'search' | 'found' | 'more'

export interface SearchedReply {
  /** Messages that were asked for from the end of the log; undefined for all of it. */
  readonly asked: number | undefined
  /** A followed reply has no end: once so many messages have passed, the ring will not come. Infinity for a snapshot. */
  readonly limit: number
  /** Messages before the ring that have the key of all of it. Default 0. */
  readonly repeats?: number
}

/** What is known of a message besides its key. */
export interface Hints {
  /** Its stamp is newer than all that was delivered. A hint only, clocks step: it makes the search ask for more, and never ends it. */
  readonly newer: boolean
  /** It is among the messages that were delivered lately. */
  readonly known: boolean
}

/**
 * Looks for the ring, the keys of the last delivered messages, in one reply as a contiguous run (Knuth, Morris, Pratt). A reply that is the whole log may
 * begin within the ring, because the engine dropped what was before: then the longest end of the ring with which it begins is taken.
 *
 *     push()* -> found                     what follows is new
 *             -> more                      ask again, for more
 *     end()   -> found                     nothing follows
 *             -> more | lost | empty       lost: the whole log does not hold the ring
 *
 * Of a loss it tells which part of the reply is old all the same: see {@link lastKnown}.
 */
export class RingSearch {
  readonly #ring: Float64Array
  readonly #reply: SearchedReply
  readonly #failure: Int32Array
  #matched = 0
  /** How often in a row the ring has come, each time a message later: all its keys are the same then. */
  #times = 0
  /** Whether it repeats one key. A single message may be all that is stored: that it comes first says nothing. */
  readonly #isOneKey: boolean
  /** Lengths of ends of the ring that the reply may begin with. */
  #ends: number[]
  #passed = 0
  /** Messages that passed when an end of the ring was complete, while a longer one could still come. */
  #endedAt = 0
  #lastKnown: number | undefined

  /** @param ring not empty, oldest first */
  constructor(ring: Float64Array, reply: SearchedReply) {
    this.#ring = ring
    this.#reply = reply
    this.#failure = failureFunction(ring)
    this.#isOneKey = ring.length > 1 && this.#failure.at(-1) === ring.length - 1
    this.#ends = Array.from(ring.subarray(1), (_, index) => index + 1)
  }

  /** Key of the last message of the reply that was delivered before: what follows it is new although the ring is lost. Undefined for none. */
  get lastKnown(): number | undefined {
    return this.#lastKnown
  }

  push(key: number, { known, newer }: Hints): SearchAnswer {
    this.#passed += 1
    if (known) this.#lastKnown = key
    if (this.#pushRun(key)) return this.#beginsWithin() ? 'more' : 'found'
    const beganWithin = this.#pushEnd(key)
    if (this.#reply.asked === undefined && beganWithin) return 'found'
    return beganWithin || this.#isInVain(newer) ? 'more' : 'search'
  }

  /** The reply ended cleanly before the ring was found. */
  end(): 'found' | 'more' | 'lost' | 'empty' {
    if (this.#reply.asked !== undefined) return 'more'
    if (this.#endedAt > 0 && this.#endedAt === this.#passed) return 'found'
    return this.#passed === 0 ? 'empty' : 'lost'
  }

  /** Whether the whole run cannot come: the reply begins behind the ring, or all that was asked for has passed. */
  #isInVain(newer: boolean): boolean {
    const { asked, limit } = this.#reply
    if (this.#passed >= limit) return true
    if (asked === undefined) return false
    return this.#passed === 1 && this.#matched === 0 && newer
  }

  #pushRun(key: number): boolean {
    while (this.#matched > 0 && this.#ring[this.#matched] !== key) {
      this.#matched = this.#failure[this.#matched - 1]!
      this.#times = 0
    }
    if (this.#ring[this.#matched] === key) this.#matched += 1
    if (this.#matched < this.#ring.length) return false
    this.#matched = this.#failure[this.#matched - 1]!
    this.#times += 1
    return this.#times > (this.#reply.repeats ?? 0)
  }

  /** Whether what repeats itself may have begun before the end of a log that was asked for: then nobody knows how much of it has passed. */
  #beginsWithin(): boolean {
    return (
      this.#isOneKey &&
      this.#reply.asked !== undefined &&
      this.#passed === this.#ring.length + this.#times - 1
    )
  }

  /** Whether the reply may begin with the whole run: so far it does. */
  get #mayBeginWith(): boolean {
    return this.#matched + this.#times === this.#passed
  }

  /** Whether the reply began within the ring, whose end has come now. Equal keys, as of the pieces of one long line, leave several ends possible: the longest decides. */
  #pushEnd(key: number): boolean {
    if (this.#ends.length === 0) return false
    const at = this.#passed - 1
    const { length } = this.#ring
    this.#ends = this.#ends.filter((end) => at < end && this.#ring[length - end + at] === key)
    if (this.#reply.asked !== undefined && this.#passed === 1) {
      // The end of a log that begins as the ring does most likely holds all of it. One that begins with another key of it began within it, unless that key comes
      // again: of a long line whose pieces repeat themselves more than the ring may be there.
      if (this.#matched > 0) this.#ends = []
      if (this.#ends.length === 1) return true
    }
    if (this.#ends[0] === at + 1) this.#endedAt = this.#passed
    return this.#ends.length > 0 && this.#ends.at(-1) === at + 1 && !this.#mayBeginWith
  }
}

function failureFunction(ring: Float64Array): Int32Array {
  const failure = new Int32Array(ring.length)
  let matched = 0
  for (let i = 1; i < ring.length; i++) {
    while (matched > 0 && ring[matched] !== ring[i]) matched = failure[matched - 1]!
    if (ring[matched] === ring[i]) matched += 1
    failure[i] = matched
  }
  return failure
}
