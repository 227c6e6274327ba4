import { EXAMPLE_BYTES_MAX, templateBytes, type Template } from './template.ts'
import { ANY, isKey, VALUE, type Tokens } from './tokens.ts'

/**
 * The templates of a source, found as in Drain (He et al., 2017): lines with as many tokens and the same first one are compared, and a line belongs to the
 * template that has at least half of its words, the most alike. What differs becomes {@link ANY}.
 *
 * At most `max` are kept: a new one takes the place of the one that was not seen for longest.
 */
export class TemplateTree {
  readonly #max: number
  readonly #buckets = new Map<number, Template[]>()
  #size = 0
  #bytes = 0

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#size
  }

  /** Memory, at most. */
  get bytes(): number {
    return this.#bytes
  }

  *[Symbol.iterator](): Iterator<Template> {
    for (const bucket of this.#buckets.values()) yield* bucket
  }

  /** The template of a line, which learns from it; null when there is none. */
  match(tokens: Tokens): Template | null {
    const bucket = this.#buckets.get(keyOf(tokens.count, tokens.hashes))
    if (bucket === undefined) return null
    let best: Template | null = null
    let most = 0
    for (const template of bucket) {
      const alike = alikeness(template.hashes, tokens.hashes)
      if (alike < ALIKE || alike <= most) continue
      best = template
      most = alike
    }
    if (best !== null && most < 1) generalize(best.hashes, tokens.hashes)
    return best
  }

  /** A template of its own for a line that belongs to none. */
  add(tokens: Tokens, line: Uint8Array): Template {
    if (this.#size >= this.#max) this.#remove(this.#oldest())
    const hashes = tokens.hashes.slice(0, tokens.count)
    const template = {
      hashes,
      example: line.slice(0, EXAMPLE_BYTES_MAX),
      lines: 0,
      weight: 0,
      lastLine: 0,
    }
    this.insert(template)
    return template
  }

  /** One that was known before. */
  insert(template: Template): void {
    const key = keyOf(template.hashes.length, template.hashes)
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) this.#buckets.set(key, [template])
    else bucket.push(template)
    this.#size += 1
    this.#bytes += templateBytes(template)
  }

  #oldest(): Template {
    let [oldest] = this
    for (const template of this) if (template.lastLine < oldest!.lastLine) oldest = template
    return oldest!
  }

  #remove(template: Template): void {
    const key = keyOf(template.hashes.length, template.hashes)
    const rest = this.#buckets.get(key)!.filter((other) => other !== template)
    if (rest.length === 0) this.#buckets.delete(key)
    else this.#buckets.set(key, rest)
    this.#size -= 1
    this.#bytes -= templateBytes(template)
  }
}

/** The first token is the same in all lines of a template, so the key never changes. */
function keyOf(count: number, hashes: Uint32Array): number {
  return count === 0 ? 0 : count * 2 ** 32 + hashes[0]!
}

/** Share of the words that are the same. That both have a value there, or the same key, says nothing: a time before each line makes no two of them alike. */
function alikeness(template: Uint32Array, line: Uint32Array): number {
  let words = template.length
  let same = 0
  for (let index = 0; index < template.length; index++) {
    const hash = template[index]!
    if (hash !== line[index]) continue
    if (hash === VALUE || isKey(hash)) words -= 1
    else same += 1
  }
  return words === 0 ? 1 : same / words
}

function generalize(template: Uint32Array, line: Uint32Array): void {
  for (let index = 0; index < template.length; index++)
    if (template[index] !== line[index]) template[index] = ANY
}

const ALIKE = 0.5
