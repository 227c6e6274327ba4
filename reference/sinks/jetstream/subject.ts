import { createHash } from 'node:crypto'
import type { Source } from '../../dispatch/block.ts'

/**
 * `<prefix>.<name>.<first 12 characters of the id>`, so that `<prefix>.web.*` is every container that was called web. Of the name whatever is not a letter,
 * digit, `_` or `-` is percent-encoded: a dot would begin another token, `*` and `>` mean something. Names that are too long are cut. The id of what is no
 * container stands for it as the beginning of its SHA-256.
 */
export function subjectOf(prefix: string, { id, kind, name }: Pick<Source, 'id' | 'kind' | 'name'>): string {
  return `${prefix}.${cut(encode(name))}.${kind === 'container' ? encode(id.slice(0, ID_LENGTH)) : digest(id)}`
}

/** All that {@link subjectOf} makes with the prefix. */
export function subjectsOf(prefix: string): string {
  return `${prefix}.>`
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, ID_LENGTH)
}

/** A token must not be empty. Ends with the last escape that fits whole. */
function cut(encoded: string): string {
  if (encoded === '') return '_'
  if (encoded.length <= NAME_LENGTH_MAX) return encoded
  return encoded.slice(0, NAME_LENGTH_MAX).replace(/%[0-9A-F]?$/, '')
}

function encode(name: string): string {
  return [...new TextEncoder().encode(name.toWellFormed())].map(encodeByte).join('')
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte)
  return /[\w-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

const ID_LENGTH = 12
/** Servers take lines of 4096 bytes with subject, reply and sizes in them. */
const NAME_LENGTH_MAX = 200
