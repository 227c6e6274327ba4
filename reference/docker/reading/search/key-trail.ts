import { RING_KEYS } from './cursor-state.ts'

/**
 * The last keys of a log that only grows, in chunks that are shared: a mark costs one small object, whatever it stands for, and stays right
 * while more keys are added. Every block carries one.
 */
export class KeyTrail {
  #before: Float64Array = NONE
  #chunk: Float64Array = new Float64Array(CHUNK_KEYS)
  #used = 0
  /** NaN before the first. */
  #lastKey = NaN
  /** How many of the last keys are that one. */
  #run = 0

  /** @param repeats as in `CursorState`, of the last of these keys */
  constructor(keys: Iterable<number> = [], repeats = 0) {
    for (const key of keys) this.add(key)
    this.#run += repeats
  }

  /** As in `CursorState`. */
  get repeats(): number {
    return Math.max(0, this.#run - RING_KEYS)
  }

  add(key: number): void {
    this.#run = key === this.#lastKey ? this.#run + 1 : 1
    this.#lastKey = key
    if (this.#used === CHUNK_KEYS) {
      this.#before = this.#chunk
      this.#chunk = new Float64Array(CHUNK_KEYS)
      this.#used = 0
    }
    this.#chunk[this.#used++] = key
  }

  mark(): TrailMark {
    return new TrailMark(this.#before, this.#chunk, this.#used)
  }
}

/** A place in a {@link KeyTrail}: the last keys before it. */
export class TrailMark {
  readonly #before: Float64Array
  readonly #chunk: Float64Array
  readonly #used: number

  constructor(before: Float64Array, chunk: Float64Array, used: number) {
    this.#before = before
    this.#chunk = chunk
    this.#used = used
  }

  /** The last `count` keys, oldest first; at most {@link CHUNK_KEYS} are known. */
  last(count: number): Float64Array {
    const fromChunk = Math.min(count, this.#used)
    const fromBefore = Math.min(count - fromChunk, this.#before.length)
    const keys = new Float64Array(fromBefore + fromChunk)
    keys.set(this.#before.subarray(this.#before.length - fromBefore))
    keys.set(this.#chunk.subarray(this.#used - fromChunk, this.#used), fromBefore)
    return keys
  }
}

const NONE = new Float64Array(0)
/** No fewer than a position holds. */
export const CHUNK_KEYS = 64
