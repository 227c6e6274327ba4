import { isUtf8 } from 'node:buffer'
import type { Block } from '../../dispatch/block.ts'
import { offsetOf } from '../../dispatch/pipeline/slice-records.ts'

/**
 * The block with texts for lines: Protobuf and JSON have no place for bytes that are not UTF-8. Such bytes become U+FFFD as the Encoding Standard says,
 * one for each maximal part of a sequence. Nearly always it is the block itself.
 */
export function withValidText(block: Block): Block {
  if (isUtf8(block.bytes)) return block
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const encoder = new TextEncoder()
  const ends = new Uint32Array(block.ends.length)
  let end = 0
  const lines = Array.from(block.ends, (rawEnd, record) => {
    const line = encoder.encode(decoder.decode(block.bytes.subarray(offsetOf(block, record), rawEnd)))
    end += line.length
    ends[record] = end
    return line
  })
  return { ...block, bytes: Buffer.concat(lines), ends }
}
