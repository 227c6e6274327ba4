import type { Block, Source } from './block.ts'

/**
 * Memory a block really holds, bytes: the whole of the buffers behind its columns, its objects, and what its source carries, as if no other block
 * shared it. What bounds on memory count.
 */
export function blockBytes(block: Block): number {
  let bytes = BLOCK_OVERHEAD + attributeBytes(block.source)
  for (const buffer of new Set(buffersOf(block))) bytes += buffer.byteLength
  return bytes
}

/** Memory that the blocks really hold together, bytes: a buffer that several of them share is there once. */
export function heldBytes(blocks: Iterable<Block>): number {
  const seen = new Set<object>()
  let bytes = 0
  for (const block of blocks) {
    bytes += BLOCK_OVERHEAD
    const { attributes } = block.source
    if (!seen.has(attributes)) bytes += attributeBytes(block.source)
    seen.add(attributes)
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

const ATTRIBUTE_BYTES = new WeakMap<object, number>()

function attributeBytes({ attributes }: Source): number {
  let bytes = ATTRIBUTE_BYTES.get(attributes)
  if (bytes === undefined) {
    const units = Object.entries(attributes).reduce(
      (sum, [name, value]) => sum + name.length + value.length,
      0,
    )
    ATTRIBUTE_BYTES.set(attributes, (bytes = units * BYTES_PER_UNIT))
  }
  return bytes
}

/** Of a UTF-16 unit, at most. */
const BYTES_PER_UNIT = 2
