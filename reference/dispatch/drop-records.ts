import type { Block } from './block.ts'

/** The block without its first `count` records (0 or less: all of it), sharing its memory. */
export function dropRecords(block: Block, count: number): Block {
  if (count <= 0) return block
  const dropped = Math.min(count, block.ends.length)
  const cut = block.ends[dropped - 1] ?? 0
  return {
    source: block.source,
    bytes: block.bytes.subarray(cut),
    ends: block.ends.subarray(dropped).map((end) => end - cut),
    streams: block.streams.subarray(dropped),
    times: block.times.subarray(dropped),
    epoch: block.epoch,
    firstRecord: block.firstRecord + dropped,
    position: block.position,
  }
}
