import { BehindSearch } from './behind-search.ts'
import { Delivered } from './delivered.ts'
import type { KnownParts } from './known-parts.ts'

/** What to do with a message of the end of a log that comes whole. 'late': it was left out by an earlier reply. */
export type RecoveryAnswer = 'known' | 'late' | 'new'

/**
 * Reads a log in which something cannot be read, such as a record that a power cut spoilt. Engines end every reply there, or leave out some of what
 * lies behind it, and say nothing. The largest end of the log that comes whole is measured ({@link BehindSearch}); of it is delivered what
 * was not yet. It also proves that there is nothing of the kind in a log that was read for the first time.
 */
export class Recovery {
  readonly #search: BehindSearch
  /** Of the largest end that came whole. */
  #parts: KnownParts | undefined
  /** What was delivered late, so that an attempt that breaks repeats nothing. */
  readonly #late = new Set<number>()
  #told = false
  #wasShort = false

  /** @param tooLarge a tail that does not come whole, Infinity when none is known. @param first messages to ask for first */
  constructor(tooLarge: number, first?: number) {
    this.#search = new BehindSearch(tooLarge, first)
  }

  /** Whether it is measured how much comes whole; afterwards it is delivered. */
  get measures(): boolean {
    return !this.#search.done
  }

  /** Messages to ask for. */
  get ask(): number {
    return this.#search.done ? this.#search.whole : this.#search.ask
  }

  /** Whether nothing is missing: what comes whole holds the place, and no hole. */
  get isIntact(): boolean {
    return this.#parts !== undefined && this.#parts.reachesEnd && !this.#parts.hasHole
  }

  /** Whether a reply brought less than was asked for. */
  get wasShort(): boolean {
    return this.#wasShort
  }

  /** Whether not even the last message can be asked for. */
  get isHopeless(): boolean {
    return this.#search.done && this.#search.whole === 0
  }

  /** Of what comes whole, messages up to the place. */
  get untilPlace(): number {
    return this.#search.whole - (this.#parts?.after ?? 0)
  }

  /** The reply to {@link ask} is over. @param passed messages of it */
  answer(passed: number, parts: KnownParts): void {
    if (passed >= this.#search.ask) this.#parts = parts
    else this.#wasShort = true
    this.#search.answer(passed)
  }

  /** True once: that something may be lost is to be told. */
  tells(): boolean {
    const first = !this.#told && !this.isIntact
    this.#told = true
    return first
  }

  /** Begins the reply that is delivered. */
  begin(delivered: Delivered): RecoveredReply {
    return new RecoveredReply(delivered, this.#parts, this.#late)
  }
}

/** The end of a log that comes whole, message by message. */
export class RecoveredReply {
  readonly #before: Delivered
  readonly #startsInHole: boolean
  readonly #last: number | undefined
  readonly #late: Set<number>
  /** What was delivered, in the order of the log: late messages have their place in it. */
  readonly delivered: Delivered
  #passed: 'none' | 'some' | 'place' | 'beyond'

  constructor(before: Delivered, parts: KnownParts | undefined, late: Set<number>) {
    this.#before = before
    this.#startsInHole = parts?.startsInHole ?? false
    this.#last = parts?.last
    this.#late = late
    this.#passed = this.#last === undefined ? 'beyond' : 'none'
    this.delivered = Delivered.after(before, parts?.known ?? 0)
  }

  /** Whether all that was known of it has passed. */
  get isBeyond(): boolean {
    return this.#passed === 'beyond' || this.#passed === 'place'
  }

  push(key: number): RecoveryAnswer {
    if (this.#passed === 'beyond') return 'new'
    if (this.#before.history.find(key) >= 0) {
      this.#passed = key === this.#last ? 'place' : 'some'
      return 'known'
    }
    if (this.#passed === 'place') {
      this.#passed = 'beyond'
      return 'new'
    }
    if (this.#late.has(key) || (this.#passed === 'none' && !this.#startsInHole)) return 'known'
    this.#late.add(key)
    return 'late'
  }
}
