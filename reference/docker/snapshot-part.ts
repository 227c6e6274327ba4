/**
 * How far a snapshot can be trusted to lack nothing. Podman reads the last K lines first, from the end of the log, and then what has been written
 * since it began to; what was written in between is in neither. The whole log it reads at once. (`getLogFile` and `getTailLog` in its libpod/logs.)
 *
 * The last message counts as a line to it, whole or not. So the first part holds K whole lines, or K - 1 and then chunks of the next one, of
 * which only the first is certain to be there: behind it the other part may begin, in the same line.
 */
export class SnapshotPart {
  /** Lines asked for; undefined for the whole log. */
  readonly asked: number | undefined
  #lines = 0
  #isLineStart = true

  /** @param asked at most as many lines as the log is known to hold, or undefined for all */
  constructor(asked: number | undefined) {
    this.asked = asked
  }

  /** Whole lines that came. */
  get lines(): number {
    return this.#lines
  }

  /**
   * Takes the next message: whether nothing is missing before it. 'unsure' ones are those that a complete reply may have as well, and they come to
   * an end with the last line asked for.
   */
  push(endsLine: boolean): 'certain' | 'unsure' | 'beyond' {
    const trust = this.#trust()
    if (endsLine) this.#lines += 1
    this.#isLineStart = endsLine
    return trust
  }

  #trust(): 'certain' | 'unsure' | 'beyond' {
    if (this.asked === undefined || this.#lines < this.asked - 1) return 'certain'
    if (this.#lines >= this.asked) return 'beyond'
    return this.#isLineStart ? 'certain' : 'unsure'
  }
}
