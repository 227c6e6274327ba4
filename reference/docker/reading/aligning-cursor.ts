import { KeyHistory } from './key-history.ts'
import { RING_KEYS, type CursorState, type LogCursor, type Verdict } from './log-cursor.ts'
import { RingMatcher } from './ring-matcher.ts'
import { compareStamps, STAMP_BYTES } from './stamp.ts'

/** How many messages more than expected are asked for at a reopen. */
const MARGIN = 256
const MARGIN_GROWTH = 4
/** So many messages beyond what was asked for may pass before the reply is held to lack the ring. */
const PATIENCE = 5000
/** Once so many more messages are asked for than were ever seen, the whole log is. */
const SEEN_SLACK = 200_000

type Phase =
  /** Looking for the ring. */
  | 'aligning'
  /** The ring is lost: what is newer than its newest stamp is delivered, and everything behind it. */
  | 'beyond'
  | 'aligned'
  /** The reply cannot contain the ring: it must be opened again with a larger margin. */
  | 'useless'

/**
 * Resumes a log exactly where it was left. Stamps cannot be the position (they are not monotonic, and chunks of one line share one), but stored
 * order is the same at every reopen: the last delivered messages are found again in the reply as one contiguous run, and what follows is new.
 *
 *     reply (tail = K)   | older ... | ring: last 50 delivered | new ...
 *                          skip        skip                      deliver
 *
 * After that, a message no newer than the newest whose key is remembered is a replay (engine 20.10 replays after it rotated the log file)
 * and is skipped in lockstep with what was delivered.
 */
export class AligningCursor implements LogCursor {
  readonly #history: KeyHistory
  readonly #newest = new Uint8Array(STAMP_BYTES)
  #marginFactor = 1
  #lost = false
  #phase: Phase = 'aligned'
  #matcher: RingMatcher | null = null
  /** Messages asked for in this connection; undefined for the whole log. */
  #asked: number | undefined
  #passed = 0
  #rewind = -1
  #replayed = 0
  readonly #gaps: string[] = []
  /** Most messages one chunk brought lately: how fast the log grows. */
  #burst = 0

  constructor(restored?: CursorState) {
    const ring = restored?.ring ?? new Float64Array(0)
    this.#history = new KeyHistory((restored?.messages ?? 0) - ring.length)
    for (const key of ring) this.#history.add(key)
    if (restored !== undefined && restored.newest !== '') this.#newest.set(Buffer.from(restored.newest))
  }

  get aligned(): boolean {
    return this.#phase === 'aligned'
  }

  get searchesInVain(): boolean {
    return this.#phase === 'aligning' && this.#asked !== undefined && this.#passed >= this.#asked
  }

  get state(): CursorState {
    return { messages: this.#history.next, ring: this.#history.last(RING_KEYS), newest: this.#newestStamp() }
  }

  open(): number | undefined {
    const ring = this.#history.last(RING_KEYS)
    this.#passed = 0
    this.#rewind = -1
    this.#asked = this.#tail(ring.length)
    this.#matcher = ring.length === 0 ? null : new RingMatcher(ring)
    this.#phase = ring.length === 0 ? 'aligned' : this.#lost ? 'beyond' : 'aligning'
    return this.#asked
  }

  accept(key: number, buffer: Uint8Array, stampStart: number, midLine: boolean): Verdict {
    if (this.#phase === 'aligned') return this.#acceptAligned(key, buffer, stampStart, midLine)
    this.#passed += 1
    if (this.#phase === 'beyond') return this.#acceptBeyond(key, buffer, stampStart)
    if (this.#phase === 'useless') return 'reopen'
    return this.#align(key, buffer, stampStart)
  }

  openToPrime(): number {
    return RING_KEYS
  }

  prime(key: number, buffer: Uint8Array, stampStart: number): void {
    this.remember(key, buffer, stampStart)
  }

  remember(key: number, buffer: Uint8Array, stampStart: number): void {
    this.#history.add(key)
    if (compareStamps(buffer, stampStart, this.#newest, 0) > 0) {
      this.#newest.set(buffer.subarray(stampStart, stampStart + STAMP_BYTES))
    }
  }

  endPriming(): true {
    return true
  }

  grew(messages: number): void {
    this.#burst = Math.max(messages, this.#burst >> 1)
  }

  isRemembered(key: number): boolean {
    return this.#history.find(key) >= 0
  }

  end(): 'aligned' | 'reopen' {
    if (this.#phase === 'aligned') return 'aligned'
    if (this.#phase === 'useless') return 'reopen'
    const whole = this.#asked === undefined || this.#passed < this.#asked
    if (!whole) return this.#enlarge()
    // The whole log was there: what is not in it is gone. An empty log has nothing to go on with either.
    if (this.#phase === 'beyond' || this.#passed === 0) return 'aligned'
    // Only a reply that was asked for without tail is known from its first message to begin where the log does.
    if (this.#asked === undefined) this.#lose()
    else this.#marginFactor = Infinity
    return 'reopen'
  }

  takeReplayed(): number {
    const replayed = this.#replayed
    this.#replayed = 0
    return replayed
  }

  takeGaps(): string[] {
    return this.#gaps.splice(0)
  }

  #newestStamp(): string {
    return this.#newest[0] === 0 ? '' : Buffer.from(this.#newest).toString('latin1')
  }

  #tail(ring: number): number | undefined {
    if (ring === 0) return undefined
    const tail = ring + 4 * this.#burst + MARGIN * this.#marginFactor
    return tail > this.#history.next + SEEN_SLACK ? undefined : tail
  }

  #align(key: number, buffer: Uint8Array, stampStart: number): Verdict {
    const matcher = this.#matcher!
    if (this.#passed === 1 && this.#startsTooLate(matcher, key, buffer, stampStart)) {
      if (this.#asked !== undefined) return this.#enlarge()
      if (!matcher.contains(key)) return this.#resumeBeyond(key, buffer, stampStart)
    }
    if (matcher.push(key, { fromLogStart: this.#asked === undefined })) {
      this.#phase = 'aligned'
      this.#marginFactor = 1
      return 'skip'
    }
    if (this.#asked === undefined || this.#passed <= this.#asked + PATIENCE) return 'skip'
    this.#enlarge()
    return 'reopen'
  }

  /** Whether the reply begins behind the ring, or within it: then the whole run cannot come. */
  #startsTooLate(matcher: RingMatcher, key: number, buffer: Uint8Array, stampStart: number): boolean {
    if (matcher.contains(key)) return !matcher.startsWith(key)
    return compareStamps(buffer, stampStart, this.#newest, 0) > 0
  }

  /** Nothing of the ring is stored any more. */
  #resumeBeyond(key: number, buffer: Uint8Array, stampStart: number): Verdict {
    this.#lose()
    this.#phase = 'beyond'
    return this.#acceptBeyond(key, buffer, stampStart)
  }

  #enlarge(): 'reopen' {
    this.#marginFactor *= MARGIN_GROWTH
    this.#phase = 'useless'
    return 'reopen'
  }

  #lose(): void {
    this.#lost = true
    this.#gaps.push(this.#newestStamp())
  }

  #acceptBeyond(key: number, buffer: Uint8Array, stampStart: number): Verdict {
    if (compareStamps(buffer, stampStart, this.#newest, 0) <= 0) return 'skip'
    this.#phase = 'aligned'
    this.#lost = false
    this.#marginFactor = 1
    this.remember(key, buffer, stampStart)
    return 'deliver'
  }

  #acceptAligned(key: number, buffer: Uint8Array, stampStart: number, midLine: boolean): Verdict {
    if (this.#rewind >= 0 && this.#followRewind(key)) return 'skip'
    const newer = compareStamps(buffer, stampStart, this.#newest, 0) > 0
    if (!newer && !midLine && this.#startRewind(key)) return 'skip'
    this.remember(key, buffer, stampStart)
    return 'deliver'
  }

  /** In lockstep with what was delivered; false when the replay is over. */
  #followRewind(key: number): boolean {
    if (this.#rewind < this.#history.next && this.#history.at(this.#rewind) === key) {
      this.#rewind += 1
      this.#replayed += 1
      return true
    }
    this.#rewind = -1
    return false
  }

  #startRewind(key: number): boolean {
    const found = this.#history.find(key)
    if (found < 0) return false
    this.#rewind = found + 1
    this.#replayed += 1
    return true
  }
}
