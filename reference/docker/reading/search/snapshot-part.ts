/**
 * How far a snapshot can be trusted. Podman reads the last K lines first, from the end of the log, and then what has been written since it began
 * to; what was written in between is in neither. The whole log it reads at once. (`getLogFile` and `getTailLog` in its libpod/logs.) Either
 * way the message that was just being written may be cut short, and looks whole all the same (8 of 11,000 snapshots of a busy log, 5.4.2).
 *
 * The last message counts as a line to it, whole or not. So the first part holds K whole lines, or K - 1 and then chunks of the next one. Where the
 * other part begins is not to be seen, but not before K - 1 lines.
 */
export class SnapshotPart {
  /** Lines asked for; undefined for the whole log. */
  readonly asked: number | undefined
  #lines = 0

  /** @param asked at most as many lines as the log is known to hold, or undefined for all */
  constructor(asked: number | undefined) {
    this.asked = asked
  }

  /** Whole lines that came. */
  get lines(): number {
    return this.#lines
  }

  /**
   * Takes the next message: whether it is whole and nothing is missing before it. 'unsure' are those of which that is likely; 'beyond' them
   * it is not.
   */
  push(endsLine: boolean, isLast: boolean): 'certain' | 'unsure' | 'beyond' {
    const trust = this.#trust(isLast)
    if (endsLine) this.#lines += 1
    return trust
  }

  #trust(isLast: boolean): 'certain' | 'unsure' | 'beyond' {
    const left = (this.asked ?? Infinity) - this.#lines
    if (left <= 0) return 'beyond'
    return left === 1 || isLast ? 'unsure' : 'certain'
  }
}
