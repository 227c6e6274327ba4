import type { KeyHistory } from './key-history.ts'

/**
 * Which messages of a reply were delivered before, by the keys that are remembered. A reply that has something unknown where the
 * messages around it were delivered one after the other shows a hole: an earlier reply left out what is stored there.
 *
 *     delivered   a b c h i          (d to g were left out)
 *     reply       . . c d e f g h i j
 *                       hole        new
 */
export class KnownParts {
  readonly #history: KeyHistory
  /** Ordinal of the last known message; -1 for none. */
  #at = -1
  /** Unknown messages since then. */
  #unknown = 0
  #hasHole = false
  #startsInHole = false
  #known = 0

  constructor(history: KeyHistory) {
    this.#history = history
  }

  get hasHole(): boolean {
    return this.#hasHole
  }

  /** Whether the reply begins within a hole. What is unknown at its beginning may also be older than what is remembered. */
  get startsInHole(): boolean {
    return this.#startsInHole
  }

  /** Key of the last known message, undefined for none: what follows it is new. */
  get last(): number | undefined {
    return this.#at < 0 ? undefined : this.#history.at(this.#at)
  }

  /** Unknown messages behind the last known one. */
  get after(): number {
    return this.#unknown
  }

  /** Known messages of the reply. */
  get known(): number {
    return this.#known
  }

  /** Whether the last message that was delivered is in the reply. */
  get reachesEnd(): boolean {
    return this.#at === this.#history.next - 1
  }

  /** Takes the next message of the reply. */
  push(key: number): void {
    const at = this.#find(key)
    if (at < 0) {
      this.#unknown += 1
      return
    }
    if (this.#unknown > 0 && at > this.#history.oldest) {
      this.#hasHole = true
      this.#startsInHole ||= this.#at < 0
    }
    this.#unknown = 0
    this.#known += 1
    this.#at = at
  }

  /** Equal chunks of one line have equal keys: the one that comes next is meant. */
  #find(key: number): number {
    const next = this.#at + 1
    if (this.#at >= 0 && next < this.#history.next && this.#history.at(next) === key) return next
    return this.#history.find(key)
  }
}
