import type { Random } from '../../reference/ports/index.ts'

/**
 * Deterministic chance (the sfc32 generator). The same seed and name give the same numbers on every machine. A fork depends on its
 * name only, never on how many numbers were drawn before it, so one component's draws do not disturb another's.
 */
export class SeededRandom implements Random {
  readonly #seed: number
  readonly #path: string
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed any safe integer; only its lower 53 bits count. */
  constructor(seed: number, path = '') {
    this.#seed = seed
    this.#path = path
    this.#a = hashText(path, seed >>> 0)
    this.#b = hashText(path, Math.floor(seed / 2 ** 32) ^ 0x9e3779b9)
    this.#c = hashText(path, 0x85ebca6b)
    for (let warmUp = 0; warmUp < 12; warmUp++) this.uint32()
  }

  next(): number {
    return this.uint32() / 2 ** 32
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A whole number in [min, max]. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** A number in [min, max). */
  between(min: number, max: number): number {
    return min + this.next() * (max - min)
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.uint32().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  /** An independent generator. The same name gives the same one again. */
  fork(name: string): SeededRandom {
    return new SeededRandom(this.#seed, `${this.#path}/${name}`)
  }
}

/** 32-bit FNV-1a over UTF-16 code units, finished with a mixer so that similar texts differ in every bit. */
export function hashText(text: string, basis: number): number {
  let hash = (0x811c9dc5 ^ basis) | 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return (hash ^ (hash >>> 16)) >>> 0
}
