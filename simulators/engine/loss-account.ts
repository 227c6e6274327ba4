/** Why a stored message can no longer be read. */
export type LossCause = 'rotated away' | 'emptied' | 'spoilt' | 'removed'

/** A run of stored messages that the engine lost at one moment. */
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

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** In the order they were lost. */
  get losses(): readonly LostMessages[] {
    return this.#losses
  }

  add(first: number, behind: number, cause: LossCause): void {
    if (behind > first) this.#losses.push({ first, behind, cause, atMs: this.#now() })
  }

  has(message: number): boolean {
    return this.#losses.some(({ first, behind }) => first <= message && message < behind)
  }
}
