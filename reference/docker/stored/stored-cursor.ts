import { RING_KEYS, type CursorState } from '../reading/search/cursor-state.ts'
import { KeyTrail } from '../reading/search/key-trail.ts'
import { compareStamps, STAMP_BYTES } from '../reading/parsing/stamp.ts'

/**
 * What was delivered of a log that is read in its stored order: how much, the keys of the last messages, the newest stamp. Nothing comes twice there, so
 * that of other messages no key is needed: they are counted when they come, and the keys of the last ones added before anybody looks.
 */
export class StoredCursor {
  #messages: number
  #trail: KeyTrail
  readonly #newest = new Uint8Array(STAMP_BYTES)

  constructor(restored?: CursorState) {
    this.#messages = restored?.messages ?? 0
    this.#trail = new KeyTrail(restored?.ring, restored?.repeats)
    if (restored !== undefined && restored.newest !== '')
      this.#newest.set(Buffer.from(restored.newest, 'latin1'))
  }

  /** Messages delivered. */
  get messages(): number {
    return this.#messages
  }

  get ring(): Float64Array {
    return this.#trail.mark().last(RING_KEYS)
  }

  /** As in {@link CursorState}. */
  get repeats(): number {
    return this.#trail.repeats
  }

  /** '' when nothing was delivered. */
  get newest(): string {
    return this.#newest[0] === 0 ? '' : Buffer.from(this.#newest).toString('latin1')
  }

  get state(): CursorState {
    const mark = this.#trail.mark()
    return {
      messages: this.#messages,
      repeats: this.repeats,
      newest: this.newest,
      get ring() {
        return mark.last(RING_KEYS)
      },
    }
  }

  /** Whether the stamp is newer than all that were delivered. */
  isNewer(buffer: Uint8Array, stampStart: number): boolean {
    return compareStamps(buffer, stampStart, this.#newest, 0) > 0
  }

  /** A message is delivered. */
  count(buffer: Uint8Array, stampStart: number): void {
    this.#messages += 1
    if (!this.isNewer(buffer, stampStart)) return
    for (let i = 0; i < STAMP_BYTES; i++) this.#newest[i] = buffer[stampStart + i]!
  }

  /** The keys of messages that were counted are left out: the next ones are those of at least {@link RING_KEYS} later messages. */
  leaveOutKeys(): void {
    this.#trail = new KeyTrail()
  }

  /** The key of the next of the messages that were counted. */
  addKey(key: number): void {
    this.#trail.add(key)
  }

  /** What was delivered is not in one piece in the log: the last messages before the place are from now on these. */
  resumeBehind(keys: readonly number[]): void {
    this.#trail = new KeyTrail(keys.slice(-Math.min(RING_KEYS, this.#messages)))
  }
}
