import { BYTES, ByteWriter, fieldSize, message, VARINT, varintSize } from '../encoding/byte-writer.ts'
import { forEntriesOf, type LokiPart } from './entries.ts'
import type { LokiStream } from './label-sets.ts'

/** The encodings of a push. Streams without entries are left out. */
export type LokiEncoding = 'protobuf' | 'json'

export function encodePush(parts: readonly LokiPart[], encoding: LokiEncoding): Uint8Array {
  return encoding === 'protobuf' ? encodeProtobuf(parts) : encodeJson(parts)
}

/**
 * Loki's `PushRequest`, not compressed:
 *
 *     PushRequest { streams = 1 }   Stream { labels = 1; entries = 2 }
 *     Entry { timestamp = 1 { seconds = 1; nanos = 2 }; line = 2; structuredMetadata = 3 { name = 1; value = 2 } }
 */
function encodeProtobuf(parts: readonly LokiPart[]): Uint8Array {
  const writer = new ByteWriter(parts.reduce((sum, part) => sum + expectedBytes(part), 0))
  for (const part of parts) {
    const metadata = message(
      ...part.metadata.map((pair) => [3, message([1, pair[0]], [2, pair[1]])] as const),
    )
    part.streams.forEach((stream, index) => writeStream(writer, part, stream, index, metadata))
  }
  return writer.finish()
}

function writeStream(
  writer: ByteWriter,
  part: LokiPart,
  { text }: LokiStream,
  index: number,
  metadata: Uint8Array,
): void {
  let entriesSize = 0
  forEntriesOf(part, index, (_, start, end, time) => {
    entriesSize += fieldSize(entrySize(end - start, time, metadata.length))
  })
  if (entriesSize === 0) return
  const labels = message([1, text])
  writer.tag(1, BYTES)
  writer.varint(labels.length + entriesSize)
  writer.raw(labels)
  forEntriesOf(part, index, (bytes, start, end, time) => {
    const seconds = Number(time / SECOND)
    const nanos = Number(time % SECOND)
    writer.tag(2, BYTES)
    writer.varint(entrySize(end - start, time, metadata.length))
    writer.tag(1, BYTES)
    writer.varint(timestampSize(seconds, nanos))
    writer.tag(1, VARINT)
    writer.varint(seconds)
    writer.tag(2, VARINT)
    writer.varint(nanos)
    writer.tag(2, BYTES)
    writer.varint(end - start)
    writer.slice(bytes, start, end)
    writer.raw(metadata)
  })
}

function entrySize(lineBytes: number, time: bigint, metadataBytes: number): number {
  const timestamp = timestampSize(Number(time / SECOND), Number(time % SECOND))
  return fieldSize(timestamp) + fieldSize(lineBytes) + metadataBytes
}

function timestampSize(seconds: number, nanos: number): number {
  return 2 + varintSize(seconds) + varintSize(nanos)
}

/** `{"streams":[{"stream":{"host":"a"},"values":[["<nanoseconds>","<line>",{"container_id":"..."}]]}]}` */
function encodeJson(parts: readonly LokiPart[]): Uint8Array {
  const streams = parts.flatMap((part) => {
    const metadata = part.metadata.length === 0 ? '' : `,${JSON.stringify(Object.fromEntries(part.metadata))}`
    return part.streams.flatMap(({ labels }, index) => {
      const values = jsonValues(part, index, metadata)
      if (values === '') return []
      return [`{"stream":${JSON.stringify(Object.fromEntries(labels))},"values":[${values}]}`]
    })
  })
  return Buffer.from(`{"streams":[${streams.join(',')}]}`)
}

function jsonValues(part: LokiPart, index: number, metadata: string): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  forEntriesOf(part, index, (bytes, start, end, time) => {
    if (text !== '') text += ','
    text += `["${time}",${JSON.stringify(decoder.decode(bytes.subarray(start, end)))}${metadata}]`
  })
  return text
}

function expectedBytes({ blocks, streams }: LokiPart): number {
  const labels = streams.reduce((sum, { text }) => sum + text.length + 32, 0)
  return blocks.reduce((sum, { bytes, ends }) => sum + bytes.length + ends.length * ENTRY_BYTES, labels)
}

const SECOND = 1_000_000_000n
/** About what an entry takes beside its line. */
const ENTRY_BYTES = 24
