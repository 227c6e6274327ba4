import { RING_KEYS, type CursorState } from './cursor-state.ts'
import { KeyHistory } from './key-history.ts'
import { KeyTrail, type TrailMark } from './key-trail.ts'
import { compareStamps, STAMP_BYTES } from '../parsing/stamp.ts'

/** What was delivered of a log: its last messages and the newest stamp. */
export class Delivered {
  readonly history: KeyHistory
  #trail: KeyTrail
  readonly #newest = new Uint8Array(STAMP_BYTES)
  #newestStamp: string | undefined

  constructor(restored?: CursorState) {
    const ring = restored?.ring ?? new Float64Array(0)
    this.history = new KeyHistory((restored?.messages ?? 0) - ring.length)
    for (const key of ring) this.history.add(key)
    this.#trail = new KeyTrail(ring, restored?.repeats)
    if (restored !== undefined && restored.newest !== '')
      this.#newest.set(Buffer.from(restored.newest, 'latin1'))
  }

  get ring(): Float64Array {
    return this.#trail.mark().last(RING_KEYS)
  }

  /** '' when nothing was delivered. */
  get newest(): string {
    this.#newestStamp ??= this.#newest[0] === 0 ? '' : Buffer.from(this.#newest).toString('latin1')
    return this.#newestStamp
  }

  get state(): CursorState {
    return new FollowState(this.history.next, this.#trail.mark(), this.repeats, this.newest)
  }

  /** As in {@link CursorState}. */
  get repeats(): number {
    return this.#trail.repeats
  }

  /** Whether the stamp is newer than all that were delivered. */
  isNewer(buffer: Uint8Array, stampStart: number): boolean {
    return compareStamps(buffer, stampStart, this.#newest, 0) > 0
  }

  /**
   * What was delivered is not in one piece in the log: the ring is from now on how the log ends, all of which was delivered or is given up.
   * @param keys of its last messages, at least as many as the ring has if there are so many
   */
  resumeBehind(keys: readonly number[]): void {
    this.#trail = new KeyTrail(keys.slice(-Math.min(RING_KEYS, this.history.next)))
  }

  add(key: number, buffer: Uint8Array, stampStart: number): void {
    this.history.add(key)
    this.#trail.add(key)
    if (!this.isNewer(buffer, stampStart)) return
    for (let i = 0; i < STAMP_BYTES; i++) this.#newest[i] = buffer[stampStart + i]!
    this.#newestStamp = undefined
  }
}

/** Every block carries one: the ring is made when it is saved. */
class FollowState implements CursorState {
  readonly messages: number
  readonly repeats: number
  readonly newest: string
  readonly counted = undefined
  readonly #mark: TrailMark

  constructor(messages: number, mark: TrailMark, repeats: number, newest: string) {
    this.messages = messages
    this.repeats = repeats
    this.#mark = mark
    this.newest = newest
  }

  get ring(): Float64Array {
    return this.#mark.last(RING_KEYS)
  }
}
