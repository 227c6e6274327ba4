import type { Block } from './block.ts'

/** Memory a block really holds, bytes: the whole of the buffers behind its columns, and its objects. What bounds on memory count. */
export function blockBytes(block: Block): number {
  let bytes = BLOCK_OVERHEAD
  for (const buffer of new Set(buffersOf(block))) bytes += buffer.byteLength
  return bytes
}

/** Memory that the blocks really hold together, bytes: a buffer that several of them share is there once. */
export function heldBytes(blocks: Iterable<Block>): number {
  const seen = new Set<ArrayBufferLike>()
  let bytes = 0
  for (const block of blocks) {
    bytes += BLOCK_OVERHEAD
    for (const buffer of buffersOf(block)) {
      if (seen.has(buffer)) continue
      seen.add(buffer)
      bytes += buffer.byteLength
    }
  }
  return bytes
}

function buffersOf({ bytes, ends, streams, times }: Block): ArrayBufferLike[] {
  return [bytes.buffer, ends.buffer, streams.buffer, times.buffer]
}

/** Objects and position of a block (its ring of 50 keys among them), measured (held-bytes.test.ts). */
const BLOCK_OVERHEAD = 1200
