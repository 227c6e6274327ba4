/** A token that is taken for a value: it holds a digit, or is very long. */
export const VALUE = 1
/** In a template: any token. */
export const ANY = 0

/** Whether it is the name of a field: in front of a colon or an equals sign. */
export function isKey(hash: number): boolean {
  return hash >= KEYS_FROM
}

/**
 * The words of a line, as 32-bit hashes: what is between spaces, punctuation of structures and control characters. At most {@link TOKENS_MAX}; what is behind
 * them does not count.
 */
export class Tokens {
  readonly hashes: Uint32Array = new Uint32Array(TOKENS_MAX)
  /** Where they begin and end in the line. */
  readonly begins: Uint16Array = new Uint16Array(TOKENS_MAX)
  readonly ends: Uint16Array = new Uint16Array(TOKENS_MAX)
  count = 0

  /** @param line at most 65,535 bytes */
  read(line: Uint8Array): void {
    this.count = 0
    let at = 0
    while (at < line.length && this.count < TOKENS_MAX) {
      if (KIND_OF[line[at]!] === SEPARATOR) at += 1
      else at = this.#word(line, at)
    }
  }

  #word(line: Uint8Array, begin: number): number {
    let hash = FNV_OFFSET
    let isValue = false
    let at = begin
    for (; at < line.length; at++) {
      const byte = line[at]!
      const kind = KIND_OF[byte]!
      if (kind === SEPARATOR) break
      if (kind === DIGIT) isValue = true
      hash = Math.imul(hash ^ byte, FNV_PRIME)
    }
    const index = this.count++
    this.begins[index] = begin
    this.ends[index] = at
    this.hashes[index] =
      isValue || at - begin > WORD_BYTES_MAX ? VALUE : wordHash(hash, isBeforeSign(line, at))
    return at
  }
}

/** Of 31 bits, and above those where it is a key. */
function wordHash(hash: number, key: boolean): number {
  const word = hash >>> 1
  return (word <= VALUE ? word + VALUE + 1 : word) + (key ? KEYS_FROM : 0)
}

function isBeforeSign(line: Uint8Array, at: number): boolean {
  const sign = line[at] === QUOTE ? line[at + 1] : line[at]
  return sign === COLON || sign === EQUALS
}

export const TOKENS_MAX = 32
const WORD_BYTES_MAX = 40
const KEYS_FROM = 2 ** 31
const [QUOTE, COLON, EQUALS] = [0x22, 0x3a, 0x3d]
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

const SEPARATOR = 1
const DIGIT = 2
const KIND_OF = new Uint8Array(256)
KIND_OF.fill(SEPARATOR, 0, 0x21)
for (const mark of '"\',;:=()[]{}<>|') KIND_OF[mark.charCodeAt(0)] = SEPARATOR
for (const digit of '0123456789') KIND_OF[digit.charCodeAt(0)] = DIGIT
