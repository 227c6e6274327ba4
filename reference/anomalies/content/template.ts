import { ANY, Tokens, VALUE } from './tokens.ts'

/** A kind of line: the words all of its lines have in the same places. */
export interface Template {
  /** One for each token; {@link ANY} where lines differ. */
  readonly hashes: Uint32Array
  /** The beginning of its first line. */
  readonly example: Uint8Array
  /** Lines since the last training. */
  lines: number
  /** Its weight in what is usual. */
  weight: number
  /** When a line of it came last, in lines of the source. */
  lastLine: number
}

/** Memory of one, bytes, at most (bounded-memory.test.ts). */
export function templateBytes({ hashes, example }: Template): number {
  return TEMPLATE_BYTES + hashes.byteLength + example.byteLength
}

/** For people: its first line with `<*>` for what varies. Nothing in it can be taken for a command by a terminal. */
export function templateText({ hashes, example }: Template): string {
  const tokens = new Tokens()
  tokens.read(example)
  const parts: string[] = []
  let at = 0
  // The last word of an example that was cut may be another one; so it is left as it is.
  for (let index = 0; index < Math.min(tokens.count, hashes.length); index++) {
    if (hashes[index] !== ANY && hashes[index] !== VALUE) continue
    parts.push(printable(example.subarray(at, tokens.begins[index])), '<*>')
    at = tokens.ends[index]!
  }
  parts.push(printable(example.subarray(at)))
  return parts.join('').trim()
}

function printable(bytes: Uint8Array): string {
  return decoder.decode(bytes).replaceAll(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** Control characters, line separators, and what changes the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

export const EXAMPLE_BYTES_MAX = 160
const TEMPLATE_BYTES = 640
