/**
 * Why a stored message does not reach who reads. Those that were passed over may still be there for who opens the log anew: a follow that has come to the
 * end of its file goes on with the newest one, whatever was rotated in between.
 * - `passed over`: by a follow that had caught up before
 * - `passed over while catching up`: by one that had not yet sent what was stored when it began
 */
export type LossCause =
  | 'rotated away'
  | 'emptied'
  | 'spoilt'
  | 'removed'
  | 'passed over'
  | 'passed over while catching up'

/** A run of stored messages that were lost at one moment. */
export interface LostMessages {
  /** Counted from the first message ever stored, which is 0. */
  readonly first: number
  /** Behind the last of them. */
  readonly behind: number
  readonly cause: LossCause
  /** Milliseconds of the monotonic clock. */
  readonly atMs: number
}

/** What an engine has lost of a container's log, and when: what nobody can be asked to deliver who had not read it by then. */
export class LossAccount {
  readonly #now: () => number
  readonly #losses: LostMessages[] = []
  /** The same by cause, each in the order of the messages. */
  readonly #byCause = new Map<LossCause, LostMessages[]>()

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** In the order they were lost. */
  get losses(): readonly LostMessages[] {
    return this.#losses
  }

  add(first: number, behind: number, cause: LossCause): void {
    if (behind <= first) return
    const loss = { first, behind, cause, atMs: this.#now() }
    this.#losses.push(loss)
    const alike = this.#byCause.get(cause) ?? []
    this.#byCause.set(cause, alike)
    const at = alike.findLastIndex((other) => other.first <= first) + 1
    alike.splice(at, 0, loss)
  }

  /** Every reason why a message is lost. Empty when it is not. */
  causesOf(message: number): LossCause[] {
    return [...this.#byCause].flatMap(([cause, losses]) => (holds(losses, message) ? [cause] : []))
  }

  has(message: number): boolean {
    return this.#byCause.values().some((losses) => holds(losses, message))
  }
}

/** @param losses in the order of their messages */
function holds(losses: readonly LostMessages[], message: number): boolean {
  let low = 0
  let high = losses.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (losses[middle]!.first <= message) low = middle + 1
    else high = middle
  }
  // Two may overlap where two readers passed over the same.
  for (let index = low - 1; index >= 0 && index >= low - OVERLAPPING; index--)
    if (message < losses[index]!.behind) return true
  return false
}

const OVERLAPPING = 8
