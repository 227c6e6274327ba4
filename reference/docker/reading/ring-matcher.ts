/**
 * Finds the ring in a reply as one contiguous run, one key at a time (Knuth, Morris, Pratt). A reply that begins at the start of the
 * stored log may begin within the ring, because the engine dropped what was before: then the longest end of the ring with which it begins is taken.
 */
export class RingMatcher {
  readonly #ring: Float64Array
  readonly #failure: Int32Array
  readonly #keys: ReadonlySet<number>
  #matched = 0
  /** Lengths of ends of the ring that the reply may begin with. */
  #ends: number[]
  #position = 0

  constructor(ring: Float64Array) {
    this.#ring = ring
    this.#failure = failureFunction(ring)
    this.#keys = new Set(ring)
    this.#ends = Array.from({ length: ring.length - 1 }, (_, index) => index + 1)
  }

  contains(key: number): boolean {
    return this.#keys.has(key)
  }

  /** Whether the ring begins with this key. */
  startsWith(key: number): boolean {
    return this.#ring[0] === key
  }

  /** Takes the next key of the reply; true when the message behind it is the first new one. */
  push(key: number, { fromLogStart }: { fromLogStart: boolean }): boolean {
    return this.#pushRun(key) || (fromLogStart && this.#pushEnd(key))
  }

  #pushRun(key: number): boolean {
    while (this.#matched > 0 && this.#ring[this.#matched] !== key)
      this.#matched = this.#failure[this.#matched - 1]!
    if (this.#ring[this.#matched] === key) this.#matched += 1
    if (this.#matched < this.#ring.length) return false
    this.#matched = this.#failure[this.#matched - 1]!
    return true
  }

  /** Equal keys leave several ends possible: the longest decides. */
  #pushEnd(key: number): boolean {
    const at = this.#position++
    const { length } = this.#ring
    this.#ends = this.#ends.filter((end) => at < end && this.#ring[length - end + at] === key)
    return this.#ends.length > 0 && this.#ends.at(-1) === at + 1
  }
}

function failureFunction(ring: Float64Array): Int32Array {
  const failure = new Int32Array(ring.length)
  let matched = 0
  for (let i = 1; i < ring.length; i++) {
    while (matched > 0 && ring[matched] !== ring[i]) matched = failure[matched - 1]!
    if (ring[matched] === ring[i]) matched += 1
    failure[i] = matched
  }
  return failure
}
