import { KeyRing } from './key-ring.ts'
import { RING_KEYS, type CursorState } from './cursor-state.ts'
import { PlaceSearch } from './place-search.ts'
import { SnapshotPart } from './snapshot-part.ts'
import { compareStamps, STAMP_BYTES } from '../parsing/stamp.ts'

/** How many lines more than expected are asked for. */
const MARGIN = 50
const MARGIN_GROWTH = 4
/** An engine that is shut down ends its replies as if they were complete: one that lacks the place is no proof that it is lost. */
const MISSES_MAX = 2

/**
 * What to do with a message. A withheld one is new and not certain: the next reply brings it again. Should there be none, it is to be delivered and
 * remembered after all.
 */
export type Verdict = 'deliver' | 'skip' | 'withhold' | 'reopen'

type Phase =
  /** Looking for the place. */
  | 'seeking'
  /** The place is lost: what is newer than the newest stamp is delivered, and everything behind it. */
  | 'beyond'
  | 'aligned'
  /** The reply cannot contain the place: more must be asked for. */
  | 'useless'

/**
 * Resumes a log that is read in snapshots, whose stamps are whole seconds and whose `tail` counts lines (Podman). There are no replays in a
 * snapshot, so equal messages of one second are just that, and keys do not tell them apart: the place is found again by counting, see
 * {@link PlaceSearch}. Of a snapshot that does not begin with the log only a part is certain, see {@link SnapshotPart}; the next one brings the rest.
 */
export class CountingCursor {
  readonly #asksForEnd: boolean
  #messages: number
  /** Empty when nothing was delivered, and when nothing of what was delivered is stored any more. */
  #ring: KeyRing
  readonly #newest = new Uint8Array(STAMP_BYTES)
  #sinceNewest: number | undefined
  /** Whole lines that the log holds for certain: not more may be asked for, or a reply would be shorter than its first part seems to be. */
  #lines: number
  #marginFactor = 1
  #phase: Phase = 'aligned'
  #part = new SnapshotPart(undefined)
  #search = new PlaceSearch({ sinceNewest: undefined, ring: new KeyRing() })
  /** Whole logs in a row that ended without the place. */
  #misses = 0
  /** Messages beyond the place that were not certain. They are there when the next reply begins: in that they are. */
  #withheld = 0
  #vouchedFor = 0
  /** Messages beyond the place that existed before anything was wanted. */
  #unwanted = 0
  readonly #gaps: string[] = []
  /** New messages in the current reply. */
  #grown = 0

  /** @param asksForEnd false: each snapshot is of the whole log, because its end does not come as it was stored */
  constructor(restored?: CursorState, asksForEnd = true) {
    this.#asksForEnd = asksForEnd
    this.#messages = restored?.messages ?? 0
    this.#ring = new KeyRing(restored?.ring)
    this.#newest.set(Buffer.from(restored?.newest ?? ''))
    this.#sinceNewest = restored?.counted?.sinceNewest
    this.#lines = restored?.counted?.lines ?? 0
  }

  get aligned(): boolean {
    return this.#phase === 'aligned'
  }

  get state(): CursorState {
    const sinceNewest = this.#sinceNewest
    const counted = sinceNewest === undefined ? undefined : { sinceNewest, lines: this.#lines }
    return { messages: this.#messages, ring: this.#ring.keys, newest: this.#newestStamp(), counted }
  }

  open(): number | undefined {
    this.#vouchedFor = this.#withheld
    this.#withheld = 0
    this.#part = new SnapshotPart(this.#tail())
    this.#grown = 0
    this.#search = new PlaceSearch({ sinceNewest: this.#sinceNewest, ring: this.#ring })
    this.#phase = this.#ring.length > 0 ? 'seeking' : this.#newestStamp() === '' ? 'aligned' : 'beyond'
    return this.#part.asked
  }

  accept(key: number, buffer: Uint8Array, stampStart: number, endsLine: boolean, isLast: boolean): Verdict {
    const trust = this.#part.push(endsLine, isLast)
    if (this.#phase === 'useless') return 'reopen'
    const order = compareStamps(buffer, stampStart, this.#newest, 0)
    if (this.#phase === 'seeking') return this.#seek(key, order)
    if (this.#phase === 'beyond' && order <= 0) return 'skip'
    this.#phase = 'aligned'
    const isVouchedFor = this.#vouchedFor-- > 0
    if (trust === 'certain' || isVouchedFor) {
      this.remember(key, buffer, stampStart, endsLine)
      return this.#unwanted-- > 0 ? 'skip' : 'deliver'
    }
    if (trust === 'beyond') return 'skip'
    this.#withheld += 1
    return 'withhold'
  }

  end(): 'aligned' | 'reopen' {
    if (this.#phase === 'useless') return 'reopen'
    if (this.#phase === 'seeking') return this.#endWithoutPlace()
    return 'aligned'
  }

  openToPrime(): number | undefined {
    this.#messages = 0
    this.#ring = new KeyRing()
    this.#newest.fill(0)
    this.#lines = 0
    this.#withheld = 0
    const lines = RING_KEYS * this.#marginFactor
    this.#part = new SnapshotPart(this.#asksForEnd && Number.isFinite(lines) ? lines : undefined)
    return this.#part.asked
  }

  prime(key: number, buffer: Uint8Array, stampStart: number, endsLine: boolean, isLast: boolean): void {
    const trust = this.#part.push(endsLine, isLast)
    if (trust === 'certain') this.remember(key, buffer, stampStart, endsLine)
    if (trust === 'unsure') this.#withheld += 1
  }

  /** A reply that begins with the newest stamp does not tell how many messages have it. */
  endPriming(): boolean {
    const { asked, lines } = this.#part
    const enough = asked === undefined || (lines >= asked && this.#sinceNewest! < this.#messages)
    if (!enough) {
      this.#marginFactor *= lines < asked ? Infinity : MARGIN_GROWTH
      return false
    }
    this.#marginFactor = 1
    this.#unwanted = this.#withheld
    return true
  }

  remember(key: number, buffer: Uint8Array, stampStart: number, endsLine: boolean): void {
    if (compareStamps(buffer, stampStart, this.#newest, 0) > 0) {
      this.#newest.set(buffer.subarray(stampStart, stampStart + STAMP_BYTES))
      this.#sinceNewest = 0
    }
    this.#sinceNewest! += 1
    this.#messages += 1
    // Nothing is withheld but what is remembered now.
    this.#withheld = 0
    this.#ring.add(key)
    this.#noteLines(endsLine ? 1 : 0)
  }

  grew(messages: number): void {
    this.#grown += messages
  }

  isRemembered(key: number): boolean {
    return this.#ring.has(key)
  }

  takeGaps(): string[] {
    return this.#gaps.splice(0)
  }

  #newestStamp(): string {
    return this.#newest[0] === 0 ? '' : Buffer.from(this.#newest).toString('latin1')
  }

  #tail(): number | undefined {
    if (!this.#asksForEnd || this.#ring.length === 0 || this.#sinceNewest === undefined) return undefined
    // What a first reply brings says nothing about how fast the log grows.
    const growth = this.#search.passed === 0 ? 0 : this.#grown
    const tail = RING_KEYS + this.#sinceNewest + 2 * growth + MARGIN * this.#marginFactor
    return tail > this.#lines ? undefined : tail
  }

  #seek(key: number, order: number): Verdict {
    if (order >= 0 && this.#search.passed === 0 && this.#part.asked !== undefined) return this.#enlarge()
    if (!this.#search.push(key, order)) return 'skip'
    this.#phase = 'aligned'
    this.#sinceNewest = this.#search.sinceNewest
    this.#marginFactor = 1
    this.#misses = 0
    this.#noteLines(0)
    return 'skip'
  }

  /** All that came in this reply lies before the place. */
  #noteLines(added: number): void {
    this.#lines = Math.max(this.#lines + added, this.#part.lines)
  }

  /** The reply is over, or may as well be. */
  #enlarge(): 'reopen' {
    this.#marginFactor *= MARGIN_GROWTH
    this.#phase = 'useless'
    return 'reopen'
  }

  #endWithoutPlace(): 'aligned' | 'reopen' {
    if (this.#part.asked !== undefined) return this.#enlarge()
    // An empty log has nothing to go on with.
    if (this.#search.passed === 0) return 'aligned'
    this.#misses += 1
    if (this.#misses === MISSES_MAX) this.#lose()
    return 'reopen'
  }

  /** Nothing of what was delivered is stored any more. */
  #lose(): void {
    this.#gaps.push(this.#newestStamp())
    this.#ring = new KeyRing()
    this.#sinceNewest = undefined
    this.#lines = 0
    this.#misses = 0
  }
}
