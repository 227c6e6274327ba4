/**
 * Where the ring is lost, says which messages of a reply of the whole log are new: those behind the last one that is known, all of them when none
 * is. Stamps do not count: the clock may have been set back, or one stamp may have lain in the future.
 */
export class RestSearch {
  readonly #lastKnown: number | undefined
  #passed: 'none' | 'some' | 'place' | 'beyond'

  /** @param lastKnown key of the last known message, as an earlier reply told; undefined for none */
  constructor(lastKnown: number | undefined) {
    this.#lastKnown = lastKnown
    this.#passed = lastKnown === undefined ? 'beyond' : 'none'
  }

  /** Whether the place was found: the reply holds the rest of the log. */
  get found(): boolean {
    return this.#passed === 'place' || this.#passed === 'beyond'
  }

  /** Whether the message is new. */
  push(key: number): boolean {
    if (this.#passed === 'beyond') return true
    // Equal chunks of one line have equal keys: the last of them counts.
    if (key === this.#lastKnown) this.#passed = 'place'
    else this.#passed = this.#passed === 'place' ? 'beyond' : 'some'
    return this.#passed === 'beyond'
  }
}
