/**
 * Finds how much of the end of a log can be read where something in it cannot be, such as a record that a power cut spoilt: some engines end every
 * reply there, others leave out what lies behind it. A reply that brings as many messages as were asked for has nothing unreadable in it.
 *
 *     | readable, delivered | spoilt | readable ............ |
 *                                    ^ the largest tail that comes whole begins here
 */
export class BehindSearch {
  #whole = 0
  #tooLarge: number

  /** @param tooLarge a tail that does not come whole, Infinity when none is known */
  constructor(tooLarge: number) {
    this.#tooLarge = tooLarge
  }

  /** The largest tail that is known to come whole; 0 for none. */
  get whole(): number {
    return this.#whole
  }

  /** Nothing lies between what comes whole and what does not. */
  get done(): boolean {
    return this.#tooLarge - this.#whole <= 1
  }

  /** Messages to ask for next. */
  get ask(): number {
    if (this.#tooLarge === Infinity) return Math.max(FIRST, 4 * this.#whole)
    return this.#whole + Math.floor((this.#tooLarge - this.#whole) / 2)
  }

  /** @param passed messages that came when {@link ask} were asked for */
  answer(passed: number): void {
    const { ask } = this
    if (passed >= ask) this.#whole = ask
    else this.#tooLarge = ask
  }
}

const FIRST = 64
