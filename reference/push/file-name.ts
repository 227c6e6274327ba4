import { PushRefusal } from './push-refusal.ts'

/**
 * The path that a name of a request stands for, within the directory of the sink: `/var/log/app.log` and `var//log/./app` are `var/log/app.log`. The result is
 * the same for whatever means the same file, and ends in `.log`, so that no name is that of a rotated file.
 * @throws PushRefusal for what leads out of the directory, is no name of a file, or could be that of another source
 */
export function pushedPath(name: string): string {
  if (name.includes('\0')) throw refused(name, 'contains a NUL')
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u001F\u007F-\u009F]/.test(name)) throw refused(name, 'contains a control character')
  if (!name.isWellFormed()) throw refused(name, 'is not Unicode: it contains half a pair of surrogates')
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw refused(name, 'contains "..", and no name leads out of its directory')
  const last = parts.at(-1)
  if (last === undefined || /(?:^|\/)\.?$/.test(name)) throw refused(name, 'names no file')
  if (!last.endsWith('.log')) parts[parts.length - 1] = `${last}.log`
  if (parts.some((part) => Buffer.byteLength(part) > PART_BYTES_MAX))
    throw refused(name, `has a part of more than ${PART_BYTES_MAX} bytes`)
  const path = parts.join('/')
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) throw refused(name, `has more than ${PATH_BYTES_MAX} bytes`)
  if (OF_ANOTHER_SOURCE.test(path))
    throw refused(name, 'could be the file of a container: those end in 12 hexadecimal digits')
  return path
}

function refused(name: string, why: string): PushRefusal {
  return new PushRefusal(400, `Cannot write to the file ${shown(name)}: the name ${why}`)
}

/** A name as it may be said: escaped, and not all of a long one. */
export function shown(name: string): string {
  return JSON.stringify(name.length <= SHOWN_MAX ? name : `${name.slice(0, SHOWN_MAX)}...`)
}

/** Files of containers and of tailed files lie in the directory itself. */
const OF_ANOTHER_SOURCE = /^[^/]*-[0-9a-f]{12}\.log$/
/** Leaves room for what is put behind the names of rotated files: file systems take 255. */
const PART_BYTES_MAX = 200
const PATH_BYTES_MAX = 1000
const SHOWN_MAX = 100
