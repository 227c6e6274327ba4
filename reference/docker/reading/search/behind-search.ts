import type { KeyHistory } from './key-history.ts'

/** What is to be done with the next reply to {@link BehindSearch.ask}. */
type Phase = 'first' | 'measure' | 'deliver'

/** What a suspicious reply tells. */
export interface Suspicion {
  /** Messages that were asked for, Infinity for all. */
  readonly asked: number
  /** So many of them did not come, as far as is known: 0 for an unknown number behind the last one that was delivered. */
  readonly missing: number
  /** Whether all that it may hold was remembered, so that an unknown message is one that was left out. */
  readonly isCovered: boolean
}

/**
 * Finds how much of the end of a log can be read where something in it cannot be, such as a record that a power cut spoilt: engine 26 ends every reply
 * there with an error, 28 leaves out all that is stored behind it, 20.10 some. A reply that begins behind it is whole.
 *
 *     | readable, delivered | spoilt | readable ............ |
 *                                    ^ the largest tail that comes whole begins here
 *
 * The first message of a reply tells on which side it begins, and costs the engine next to nothing; so the place is halved by first messages. The reply that begins
 * there is then measured, since an engine that leaves something out at a tail of one more begins far behind the place.
 */
export class BehindSearch {
  readonly #history: KeyHistory
  readonly #missing: number
  readonly #isCovered: boolean
  /** Tails that begin behind the place, and before it. */
  #behind = 0
  #before: number
  /** First message of the first, and of the second; undefined where none came. */
  #behindFirst: number | undefined
  #beforeFirst: number | undefined
  /** All of the log lies behind the place. */
  #isWhole = false
  #phase: Phase = 'first'
  /** The largest that was measured and came whole. */
  #whole: { messages: number; first: number | undefined; hasKnown: boolean } = NONE
  #shorts = 0
  #retries = 0

  constructor(history: KeyHistory, { asked, missing, isCovered }: Suspicion) {
    this.#history = history
    this.#before = asked
    this.#missing = missing
    this.#isCovered = isCovered
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Whether not even the last message comes. */
  get isVain(): boolean {
    return this.#before <= 1
  }

  /** Messages to ask for next. */
  get ask(): number {
    if (this.#phase !== 'first') return this.#behind
    if (this.#before === Infinity) return Math.max(FIRST, 4 * this.#behind)
    return this.#behind + Math.floor((this.#before - this.#behind) / 2)
  }

  /** Whether what comes whole continues what was delivered: nothing is lost. */
  get isContiguous(): boolean {
    const { next } = this.#history
    return !this.isLate && this.#beforeFirst !== undefined && this.#history.at(next - 1) === this.#beforeFirst
  }

  /** Whether some of what comes whole was delivered already, so that the rest of it comes late. */
  get isLate(): boolean {
    return this.#whole.hasKnown
  }

  /** The first message of the reply, undefined where none came. @param isNewer its stamp is newer than all that were delivered */
  first(key: number | undefined, isNewer: boolean): void {
    const { ask } = this
    if (key !== undefined && this.#isBehind(key, isNewer, ask)) {
      this.#isWhole = this.#before === Infinity && key === this.#behindFirst
      this.#behind = ask
      this.#behindFirst = key
      if (this.#isWhole) this.#before = ask + 1
    } else {
      this.#before = ask
      this.#beforeFirst = key
    }
    if (this.#before - this.#behind === 1) this.#phase = 'measure'
  }

  /**
   * The measured reply is over. One that is short began at the unreadable message itself, or far behind it: first one less is tried, then the place is halved.
   * @param passed its messages. @param hasKnown whether one of them was delivered before
   */
  measured(passed: number, first: number | undefined, hasKnown: boolean): void {
    if (this.#isWhole || passed >= this.#behind) this.#whole = { messages: this.#behind, first, hasKnown }
    else {
      this.#shorts += 1
      this.#before = this.#behind
      this.#beforeFirst = undefined
    }
    const { messages } = this.#whole
    const between = this.#before - messages
    if (between > 1) {
      this.#behind = this.#shorts === 1 ? this.#before - 1 : messages + (between >> 1)
      return
    }
    this.#behind = messages
    this.#behindFirst = this.#whole.first
    this.#phase = 'deliver'
  }

  /** Whether a reply begins where it should. What was stored since moves its beginning; then the place is looked for again, a few times. */
  confirms(first: number | undefined): boolean {
    if (this.#isWhole || first === this.#behindFirst || this.#retries === RETRIES_MAX) return true
    this.#retries += 1
    this.#before = this.#behind + GROWTH
    this.#behindFirst = first
    this.#shorts = 0
    this.#phase = 'first'
    return false
  }

  #isBehind(key: number, isNewer: boolean, ask: number): boolean {
    const { next } = this.#history
    const ordinal = this.#history.find(key)
    if (ordinal < 0) return isNewer || this.#isCovered
    return ordinal - (next - ask) < this.#missing
  }
}

const NONE = { messages: 0, first: undefined, hasKnown: false }
const FIRST = 64
const RETRIES_MAX = 5
/** So many messages may have been stored between two replies. */
const GROWTH = 64
