import type { Block } from '../block.ts'

/** Records `from` to `to` (exclusive) of the block, sharing its memory. The position stays that of the whole block. */
export function sliceRecords(block: Block, from: number, to: number = block.ends.length): Block {
  if (from === 0 && to === block.ends.length) return block
  const start = offsetOf(block, from)
  const ends = block.ends.subarray(from, to)
  return {
    source: block.source,
    bytes: block.bytes.subarray(start, offsetOf(block, to)),
    ends: start === 0 ? ends : ends.map((end) => end - start),
    streams: block.streams.subarray(from, to),
    times: block.times.subarray(from, to),
    epoch: block.epoch,
    firstRecord: block.firstRecord + from,
    position: block.position,
  }
}

/** What of the block lies behind a place: `records` of its source in that epoch. Null for nothing. */
export function sliceBehind(
  block: Block,
  place: { readonly epoch: number; readonly records: number } | undefined,
): Block | null {
  if (block.ends.length === 0) return null
  if (place === undefined || block.epoch > place.epoch) return block
  if (block.epoch < place.epoch || block.firstRecord + block.ends.length <= place.records) return null
  return sliceRecords(block, Math.max(0, place.records - block.firstRecord))
}

/** Where the record begins in the block's bytes; for the number of records, where they end. */
export function offsetOf(block: Block, record: number): number {
  return record === 0 ? 0 : block.ends[record - 1]!
}

/** How many records from `from` on have at most so many bytes together. */
export function recordsWithin(block: Block, from: number, bytes: number): number {
  const limit = offsetOf(block, from) + bytes
  let low = from
  let high = block.ends.length
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (block.ends[middle - 1]! <= limit) low = middle
    else high = middle - 1
  }
  return low - from
}
