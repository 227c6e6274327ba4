const SMALLEST = 64
/** Keys remembered at most. */
export const HISTORY_KEYS = 32_768

/**
 * The keys of the last messages in their order, with a look-up by key: a circular array with hash chains as in zlib's window. An entry is
 * named by its ordinal; a chain runs from newer to older entries and is over at the first one that was overwritten, so nothing is ever deleted.
 */
export class KeyHistory {
  #keys = new Float64Array(SMALLEST)
  /** Per hash the newest ordinal + 1, 0 for none. */
  #heads = new Float64Array(SMALLEST)
  /** Per entry the next older ordinal + 1 with the same hash. */
  #older = new Float64Array(SMALLEST)
  readonly #first: number
  #next: number

  /** @param first ordinal of the first key that will be added. */
  constructor(first: number) {
    this.#first = first
    this.#next = first
  }

  /** Ordinal of the key that is added next. */
  get next(): number {
    return this.#next
  }

  /** Oldest ordinal that is still remembered. */
  get oldest(): number {
    return Math.max(this.#first, this.#next - this.#keys.length)
  }

  at(ordinal: number): number {
    return this.#keys[ordinal & (this.#keys.length - 1)]!
  }

  add(key: number): void {
    if (this.#next - this.#first === this.#keys.length && this.#keys.length < HISTORY_KEYS) this.#grow()
    this.#insert(key)
  }

  /** The newest ordinal with this key, or -1. */
  find(key: number): number {
    const { oldest } = this
    let ordinal = this.#heads[this.#slot(key)]! - 1
    while (ordinal >= oldest) {
      if (this.at(ordinal) === key) return ordinal
      ordinal = this.#older[ordinal & (this.#keys.length - 1)]! - 1
    }
    return -1
  }

  /** The oldest ordinal, not before `from`, with this key, or -1. */
  findFrom(key: number, from: number): number {
    const first = Math.max(from, this.oldest)
    let found = -1
    let ordinal = this.#heads[this.#slot(key)]! - 1
    while (ordinal >= first) {
      if (this.at(ordinal) === key) found = ordinal
      ordinal = this.#older[ordinal & (this.#keys.length - 1)]! - 1
    }
    return found
  }

  /** The last `count` keys, oldest first. */
  last(count: number): Float64Array {
    const from = Math.max(this.oldest, this.#next - count)
    return Float64Array.from({ length: this.#next - from }, (_, index) => this.at(from + index))
  }

  #insert(key: number): void {
    const ordinal = this.#next++
    const slot = this.#slot(key)
    const index = ordinal & (this.#keys.length - 1)
    this.#keys[index] = key
    this.#older[index] = this.#heads[slot]!
    this.#heads[slot] = ordinal + 1
  }

  #slot(key: number): number {
    return (key ^ (key / 0x200000)) & (this.#heads.length - 1)
  }

  #grow(): void {
    const keys = this.last(this.#keys.length)
    const size = Math.min(4 * this.#keys.length, HISTORY_KEYS)
    this.#next -= keys.length
    this.#keys = new Float64Array(size)
    this.#heads = new Float64Array(size)
    this.#older = new Float64Array(size)
    for (const key of keys) this.#insert(key)
  }
}
