import { createHash } from 'node:crypto'
import type { Source } from '../dispatch/block.ts'

/** The log at a path, as a source: all files that have the path, one after the other, are one source. Its name is the path. */
export function sourceOf(path: string): Source {
  return { id: createHash('sha256').update(path).digest('hex'), kind: 'file', name: path, attributes: {} }
}
