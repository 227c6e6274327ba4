import { RING_KEYS } from './cursor-state.ts'

/** The keys of the last {@link RING_KEYS} messages in their order. */
export class KeyRing {
  readonly #keys: number[]

  constructor(keys: Iterable<number> = []) {
    this.#keys = [...keys]
  }

  get length(): number {
    return this.#keys.length
  }

  /** Oldest first. */
  get keys(): Float64Array {
    return Float64Array.from(this.#keys)
  }

  add(key: number): void {
    this.#keys.push(key)
    if (this.#keys.length > RING_KEYS) this.#keys.shift()
  }

  has(key: number): boolean {
    return this.#keys.includes(key)
  }

  /** Whether the last keys are all those of the other one. */
  endsWith(other: KeyRing): boolean {
    const start = this.#keys.length - other.#keys.length
    return start >= 0 && other.#keys.every((key, index) => this.#keys[start + index] === key)
  }
}
