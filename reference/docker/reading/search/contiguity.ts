/** So much of a log that was never read before is stored when it is opened, and comes in one piece. */
const TRUSTED_MESSAGES = 256
const TRUSTED_BYTES = 32 * 1024

/**
 * Whether a followed reply is in one piece. It has two parts, what is stored and what comes later, and engine 20.10 goes on with the log file that is
 * active once the first part is sent: what was rotated meanwhile is missing between them. Where the parts meet is not to be seen. So the first new message is
 * held until a snapshot has brought all that was stored, and so is the first one beyond that snapshot: by then the first part is over for certain.
 *
 *     follow     | ring  a  b  c |........| h  i ...        d to g were rotated away
 *     snapshot 1          a  b  c  d  e                       opened when a came
 *     snapshot 2                        f  g  h               opened when h came
 *
 * It may also miss a rotation of that time, and then it is silent until the next one. So the first message after a silence is held as well.
 */
export class Contiguity {
  #asked: number
  readonly #isFirst: boolean
  #proofs = 0
  #isDoubted = false
  #messages = 0
  #bytes = 0

  /** @param asked messages asked for, undefined for all. @param isFirst nothing of this log was ever read */
  constructor(asked: number | undefined, isFirst: boolean) {
    this.#asked = asked ?? Infinity
    this.#isFirst = isFirst
  }

  /** Whether a new message can be delivered at once. @param bytes of it */
  admits(bytes: number): boolean {
    if (this.#isDoubted) return false
    if (this.#proofs >= PROOFS) return true
    if (!this.#isFirst || this.#proofs > 0) return false
    this.#messages += 1
    this.#bytes += bytes
    return this.#messages <= TRUSTED_MESSAGES && this.#bytes <= TRUSTED_BYTES
  }

  /** A snapshot was delivered that was opened after the last message came. @param passed messages of the reply up to then */
  proved(passed: number): void {
    this.#isDoubted = false
    this.#proofs = passed > this.#asked ? PROOFS : this.#proofs + 1
  }

  /** Once more the first new message is held until a snapshot has brought what was stored before it. */
  doubtNext(): void {
    this.#isDoubted = true
  }

  /** It may go on anywhere in the log, as at its beginning, and where that is over is not to be counted. */
  beginAgain(): void {
    this.#isDoubted = true
    this.#asked = Infinity
    this.#proofs = 0
  }

  /** Nothing can prove it: the container is gone, and the stream is all that is left of its log. */
  admitAll(): void {
    this.#isDoubted = false
    this.#proofs = PROOFS
  }
}

const PROOFS = 2
