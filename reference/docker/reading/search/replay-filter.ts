import type { KeyHistory } from './key-history.ts'

/** 'doubt': it equals one that was delivered, and only the order in the store tells whether it was sent or written again. */
export type ReplayAnswer = 'new' | 'replay' | 'doubt'

/**
 * Tells the messages of a followed log that are new from those that the engine sends again: engine 20.10 does after it rotated the log file, one to 240
 * messages, sometimes one chunk within an open line. A replay runs in step with what was delivered.
 *
 * Keys alone do not decide: a long line of equal bytes is stored in chunks that are equal, stamp and all. So where a replay may begin this
 * answers 'doubt'; a snapshot then brings everything that is stored, and {@link settle} says where in it the follower stands.
 */
export class ReplayFilter {
  readonly #history: KeyHistory
  /** Ordinal of the message that comes next in the replay; -1 outside of one. */
  #expected = -1
  /** What snapshots brought before the follower came to it: no replays. */
  #aheadFrom = 0
  #aheadTo = 0
  #replayed = 0

  constructor(history: KeyHistory) {
    this.#history = history
  }

  /**
   * @param maybeOld whether it can have been delivered before: keys hold the stamp, so what is newer than all stamps delivered was not
   */
  push(key: number, maybeOld: boolean): ReplayAnswer {
    if (this.#expected >= 0) {
      if (this.#isExpected(key)) {
        this.#skip()
        return 'replay'
      }
      this.#expected = -1
    }
    return maybeOld && this.#history.find(key) >= 0 ? 'doubt' : 'new'
  }

  /** A snapshot was delivered. @param from ordinal of the first message that it brought */
  settled(from: number): void {
    this.#aheadFrom = from
    this.#aheadTo = this.#history.next
  }

  /** Takes a message that came before that snapshot was opened: it is not new. Whether it is found among what was delivered. */
  settle(key: number): boolean {
    if (this.#expected < 0 || !this.#isExpected(key)) {
      // What the snapshot brought is likelier than what is older.
      const ahead = this.#history.findFrom(key, Math.max(this.#aheadFrom, this.#expected))
      this.#expected = ahead < 0 ? this.#history.find(key) : ahead
      if (this.#expected < 0) return false
    }
    this.#skip()
    return true
  }

  /** Messages skipped as replays since the last call. */
  takeReplayed(): number {
    const replayed = this.#replayed
    this.#replayed = 0
    return replayed
  }

  #skip(): void {
    if (this.#expected < this.#aheadFrom || this.#expected >= this.#aheadTo) this.#replayed += 1
    this.#expected += 1
  }

  #isExpected(key: number): boolean {
    const { next, oldest } = this.#history
    return this.#expected < next && this.#expected >= oldest && this.#history.at(this.#expected) === key
  }
}
