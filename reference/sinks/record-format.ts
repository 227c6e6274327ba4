import { STDERR, type Block } from '../dispatch/block.ts'
import { TimeWriter } from '../dispatch/time-writer.ts'

export type RecordFormat = 'raw' | 'json'

/** The bytes of a block as the file holds them; for `raw` the block's own memory. */
export function formatBlock(block: Block, format: RecordFormat): Uint8Array {
  return format === 'raw' ? block.bytes : formatJson(block)
}

/**
 * One object per line: `{time, stream, container_id, container_name, line}`. Control characters are JSON escapes, a byte order mark is kept, and bytes that
 * are not UTF-8 become U+FFFD as the Encoding Standard says: one for each maximal part of a sequence.
 */
function formatJson(block: Block): Uint8Array {
  const { source, bytes, ends, streams, times } = block
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const writer = new TimeWriter()
  const owner = `"container_id":${JSON.stringify(source.id)},"container_name":${JSON.stringify(source.name)}`
  let text = ''
  let start = 0
  for (let record = 0; record < ends.length; record++) {
    const end = ends[record]!
    const time = writer.write(times[record]!)
    const stream = streams[record] === STDERR ? 'stderr' : 'stdout'
    const line = JSON.stringify(decoder.decode(bytes.subarray(start, end - 1)))
    text += `{"time":"${time}","stream":"${stream}",${owner},"line":${line}}\n`
    start = end
  }
  return new TextEncoder().encode(text)
}
