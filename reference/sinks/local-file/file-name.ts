import type { Source } from '../../dispatch/block.ts'

/**
 * `<name>-<first 12 characters of the id>.log`: at most {@link NAME_BYTES_MAX} bytes, and never a way out of the directory. Of both parts whatever is not a
 * letter, digit, `_`, `.`, `-` or space is percent-encoded; the id makes it unique. Names as engines give them stay as they are. Of a file, whose name is its
 * path, only the last part is taken. Of what is pushed the name is the path in the directory already, and was checked to be one when it came.
 */
export function fileNameOf(source: Pick<Source, 'name' | 'id'> & Partial<Source>): string {
  const { id, kind } = source
  if (kind === 'push') return source.name
  const name = kind === 'file' ? source.name.slice(source.name.lastIndexOf('/') + 1) : source.name
  const end = `-${encode(id.slice(0, ID_LENGTH))}.log`
  // A name that begins with a dot would be hidden, and `..` means something.
  const whole = encode(name).replace(/^\./, '%2E')
  return `${cut(whole, NAME_BYTES_MAX - end.length)}${end}`
}

/** Ends with the last escape that fits whole. */
function cut(encoded: string, length: number): string {
  return encoded.slice(0, length).replace(/%[0-9A-F]?$/, '')
}

function encode(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\w.\- ]/gu, (character) =>
      [...new TextEncoder().encode(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join(''),
    )
}

const ID_LENGTH = 12
/** Leaves room for what is put behind the names of rotated files: file systems take 255. */
const NAME_BYTES_MAX = 200
