import { BehindSearch, type Suspicion } from './behind-search.ts'
import { HISTORY_KEYS, type KeyHistory } from './key-history.ts'

/**
 * What a connection is for. 'read': to deliver what is new. The others are snapshots: 'count' and 'start' tell by their first message whether something was left
 * out, the rest is {@link BehindSearch}'s.
 */
export type Role = 'read' | 'count' | 'start' | 'first' | 'measure' | 'deliver'

/** A snapshot that came to its end and held the place. */
export interface Snapshot {
  /** Messages asked for, undefined for all. */
  readonly asked: number | undefined
  readonly passed: number
  /** Key of the first, undefined for none. */
  readonly first: number | undefined
  /** New messages in it. */
  readonly fresh: number
  /** Beside a follower it brings little. */
  readonly how: 'follow' | 'snapshot' | 'proof'
  /** Whether a message was never delivered that lies between two that were: it says nothing of how many lie before it. */
  readonly hasPassedOver: boolean
}

/**
 * Notices that an engine leaves out something of a log, and knows how much of the log's end comes whole. Three things give it away: the log ends with
 * an error, its last message does not come, or fewer messages come than were asked for although the log has more. What is missing is looked
 * for by {@link BehindSearch}; from then on no more is asked for than what lies behind the place.
 */
export class ReadableEnd {
  readonly #history: KeyHistory
  #search: BehindSearch | undefined
  /** So many messages at the end come whole; those that were new then are the ones from this ordinal on. */
  #whole: { readonly messages: number; readonly from: number } | undefined
  /** The log was there before it was read first, and nobody knows what became of it. */
  #isUnproved: boolean
  #probe: 'count' | 'start' | undefined
  /** Messages that the whole log had. */
  #counted = 0
  /** Messages to ask for next, to see whether they come. */
  #forced: number | undefined
  /** Whether they were asked for just now, and should begin with what was delivered. */
  #isForced = false
  /** Key of the first message of the whole log, and whether that was looked at just now. */
  #start: number | undefined
  #isStartSeen = false
  /** The reply because of which that is looked at. */
  #short: Snapshot | undefined
  /** Key of a stored message that was not delivered. */
  #unreached: number | undefined
  /** Looks in a row at the start of the log that brought no message. */
  #empty = 0
  /** Searches that found nothing. */
  #vain = 0

  constructor(history: KeyHistory, isUnproved: boolean) {
    this.#history = history
    this.#isUnproved = isUnproved
  }

  /** Whether something in it cannot be read. */
  get isDamaged(): boolean {
    return this.#whole !== undefined
  }

  get role(): Role {
    return this.#search?.phase ?? this.#probe ?? 'read'
  }

  /** Whether only a snapshot will do. */
  get needsSnapshot(): boolean {
    return this.role !== 'read' || this.#isUnproved || this.#forced !== undefined
  }

  /** Whether no more can be asked for, or is to be: the reply may begin within what is remembered. */
  bounds(asked: number | undefined): boolean {
    return this.role === 'read' && asked !== undefined && (this.#isForced || asked === this.#limit)
  }

  /** Messages that may be asked for. */
  get #limit(): number {
    if (this.#whole === undefined) return Infinity
    const { from, messages } = this.#whole
    return Math.max(messages, this.#history.next - from)
  }

  /** Messages to ask for. @param usual for a connection that reads; undefined for all */
  tail(usual: number | undefined): number | undefined {
    if (this.#search !== undefined) return this.#search.ask
    if (this.#probe === 'start') return undefined
    if (this.#probe === 'count') return this.#countable
    const wanted = this.#forced ?? usual
    this.#isForced = this.#forced !== undefined && this.#unreached === undefined
    this.#forced = undefined
    return this.#limit < (wanted ?? Infinity) ? this.#limit : wanted
  }

  /** The last stored message. @returns whether it was delivered */
  sees(last: number): boolean {
    this.#unreached = this.#history.find(last) < 0 ? last : undefined
    return this.#unreached === undefined
  }

  /** Begins to look for what was left out. @param again also where that was in vain before */
  suspect(suspicion: Suspicion, again: boolean): boolean {
    if (this.#search !== undefined || (!again && this.#vain >= VAIN_MAX)) return false
    this.#search = new BehindSearch(this.#history, suspicion)
    this.#probe = undefined
    return true
  }

  /** The end of the log cannot be asked for. */
  giveUp(): void {
    this.#search = undefined
    this.#probe = undefined
    this.#whole = undefined
    this.#forced = undefined
    this.#isUnproved = false
  }

  /** The reply to a look at a first message; undefined where none came. */
  looked(first: number | undefined, isNewer: boolean): void {
    if (this.#search !== undefined) {
      this.#search.first(first, isNewer)
      if (!this.#search.isVain) return
      this.#search = undefined
      this.#vain += 1
      return
    }
    const probe = this.#probe
    // The log had messages just now. An engine that is being shut down may end any reply, without an error.
    if (probe === 'start' && first === undefined && ++this.#empty < EMPTY_MAX) return
    this.#probe = undefined
    if (probe === 'start') this.#seeStart(first)
    else if (first !== undefined) this.#compare(first)
  }

  measured(passed: number, first: number | undefined, hasKnown: boolean): void {
    this.#search!.measured(passed, first, hasKnown)
    if (!this.#search!.isVain) return
    this.#search = undefined
    this.#vain += 1
  }

  /** What comes whole begins to come. @returns what it is, and whether something is lost before it; undefined where it has to be looked for again */
  delivers(first: number): { readonly isLate: boolean; readonly isGap: boolean } | undefined {
    const search = this.#search!
    if (!search.confirms(first)) return undefined
    const { isContiguous, isLate } = search
    const { next } = this.#history
    this.#whole = { messages: search.ask, from: isLate ? next - search.ask : next }
    this.#search = undefined
    // Where it begins with what was delivered it brings nothing late, and the next search will not either.
    this.#vain = isLate && this.#history.find(first) >= 0 ? this.#vain + 1 : 0
    return { isLate, isGap: !isContiguous && this.#vain <= 1 }
  }

  /** A snapshot was read. @returns whether something is to be looked into */
  ended(snapshot: Snapshot): boolean {
    const { asked = Infinity, first, passed } = snapshot
    const unreached = this.#unreached
    this.#unreached = undefined
    this.#isUnproved = false
    if (asked === Infinity) this.#start = first
    if (unreached !== undefined && this.#history.find(unreached) < 0)
      return this.suspect({ asked, missing: 0, isCovered: false }, false)
    if (passed < asked && first !== this.#start) return !snapshot.hasPassedOver && this.#endedShort(snapshot)
    this.#isStartSeen = false
    return passed < asked && this.#endedWhole(snapshot)
  }

  /** All of the log was read. If that brought something, it is counted. */
  #endedWhole({ fresh, how, passed }: Snapshot): boolean {
    if (fresh === 0 || how === 'proof') return false
    this.#counted = passed
    this.#probe = 'count'
    return true
  }

  /** Less came than was asked for, and it is not known that the log is so short. */
  #endedShort(snapshot: Snapshot): boolean {
    const { asked = Infinity, first, passed } = snapshot
    if (!this.#isStartSeen) {
      this.#short = snapshot
      this.#probe = 'start'
      this.#empty = 0
      return true
    }
    this.#isStartSeen = false
    const isCovered = first !== undefined && this.#history.find(first) >= 0
    return this.suspect({ asked, missing: Math.ceil((asked - passed) / 2), isCovered }, false)
  }

  /** It began where the log does, or something is missing; or that was rotated away meanwhile, so it has to be short once more. */
  #seeStart(start: number | undefined): void {
    const short = this.#short!
    this.#short = undefined
    this.#start = start
    if (start === short.first) {
      this.#endedWhole(short)
      return
    }
    this.#isStartSeen = true
    this.#forced = short.asked
  }

  /** Those that the log had when all of it was read, as far as they are remembered. */
  get #countable(): number {
    const { next, oldest } = this.#history
    return Math.min(this.#counted, next - oldest, HISTORY_KEYS / 2)
  }

  /** The end of the log of as many messages as were delivered begins with the first of those, unless more are stored. */
  #compare(first: number): void {
    const countable = this.#countable
    const ordinal = this.#history.find(first)
    if (ordinal >= 0 && ordinal <= this.#history.next - countable) return
    if (ordinal < 0) this.#unreached = first
    this.#forced = countable
  }
}

const VAIN_MAX = 3
const EMPTY_MAX = 3
