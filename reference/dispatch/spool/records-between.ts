import type { Block } from '../block.ts'
import { compareOffsets, type Spool, type SpoolOffset } from './spool.ts'

/**
 * Records between two places.
 * @param wanted what of a block counts.
 */
export async function recordsBetween(
  spool: Spool,
  from: SpoolOffset,
  to: SpoolOffset,
  wanted: (block: Block) => Block | null = (block) => block,
): Promise<number> {
  let records = 0
  for (let at = from; compareOffsets(at, to) < 0;) {
    // eslint-disable-next-line no-await-in-loop -- one piece after the other
    const found = await spool.read(at, to)
    if (found === null) break
    for (const block of found.blocks) records += wanted(block)?.ends.length ?? 0
    at = found.next
  }
  return records
}
