import { currentName, formatOf, labelsOf, METADATA_FIELDS } from '../dispatch/attributes.ts'
import { STDERR, type Block, type Source } from '../dispatch/block.ts'
import { TimeWriter } from '../dispatch/time-writer.ts'

export type RecordFormat = 'raw' | 'json'

/** As the source itself says, or else as is usual. */
export function formatFor(source: Source, usual: RecordFormat): RecordFormat {
  const own = formatOf(source)
  return own === 'raw' || own === 'json' ? own : usual
}

/** The bytes of a block as the file holds them; for `raw` the block's own memory. */
export function formatBlock(block: Block, format: RecordFormat): Uint8Array {
  return format === 'raw' ? block.bytes : formatJson(block)
}

/**
 * One object per line: `{time, stream, container_id, container_name, line}`, with what was chosen of image, compose_project, compose_service, host and
 * `labels: {<key>: <value>}` before the line. Control characters are JSON escapes, a byte order mark is kept, and bytes that
 * are not UTF-8 become U+FFFD as the Encoding Standard says: one for each maximal part of a sequence. Of a line of a file: `{file, line}`. It has no time
 * but that of its reading, which is another one when it is read again after a crash, and the record would look like another one too. What was pushed has the
 * time of its coming, which is kept with it: `{time, file, line}`.
 */
function formatJson(block: Block): Uint8Array {
  const { source, bytes, ends } = block
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const writer = new TimeWriter()
  const owner = ownerOf(source)
  let text = ''
  let start = 0
  for (let record = 0; record < ends.length; record++) {
    const end = ends[record]!
    const line = JSON.stringify(decoder.decode(bytes.subarray(start, end - 1)))
    text += `{${originOf(block, record, writer)}${owner},"line":${line}}\n`
    start = end
  }
  return new TextEncoder().encode(text)
}

function originOf({ source, streams, times }: Block, record: number, writer: TimeWriter): string {
  if (source.kind === 'file') return ''
  if (source.kind === 'push') return `"time":"${writer.write(times[record]!)}",`
  const stream = streams[record] === STDERR ? 'stderr' : 'stdout'
  return `"time":"${writer.write(times[record]!)}","stream":"${stream}",`
}

/** The same for all records of a block. Labels cannot take the place of a field: they are in an object of their own. */
function ownerOf(source: Source): string {
  const { id, attributes } = source
  const chosen = METADATA_FIELDS.flatMap((field) =>
    attributes[field] === undefined ? [] : [pair(field, attributes[field])],
  )
  const labels = labelsOf(source).map(([key, value]) => pair(key, value))
  const identity =
    source.kind !== 'container'
      ? [pair('file', source.name)]
      : [pair('container_id', id), pair('container_name', currentName(source))]
  return [...identity, ...chosen, ...(labels.length === 0 ? [] : [`"labels":{${labels.join(',')}}`])].join(
    ',',
  )
}

function pair(name: string, value: string): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`
}
