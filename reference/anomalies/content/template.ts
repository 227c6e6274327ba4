import { printable } from '../../printable.ts'
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
    parts.push(shown(example.subarray(at, tokens.begins[index])), '<*>')
    at = tokens.ends[index]!
  }
  parts.push(shown(example.subarray(at)))
  return parts.join('').trim()
}

function shown(bytes: Uint8Array): string {
  return printable(decoder.decode(bytes))
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export const EXAMPLE_BYTES_MAX = 160
const TEMPLATE_BYTES = 640
