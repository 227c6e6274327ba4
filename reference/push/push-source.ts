import { createHash } from 'node:crypto'
import type { Source } from '../dispatch/block.ts'

/** What is pushed to a file, as a source: its name is the path within the directory of the sink. */
export function pushSource(path: string, attributes: Source['attributes']): Source {
  const id = createHash('sha256').update(`push\0${path}`).digest('hex')
  return { id, kind: 'push', name: path, attributes }
}
