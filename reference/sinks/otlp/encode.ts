import { STDERR, type Block, type Source } from '../../dispatch/block.ts'
import { recordId } from '../../dispatch/record-id.ts'
import type { SinkBatchPart } from '../../dispatch/sink.ts'
import { BYTES, ByteWriter, fieldSize, FIXED64, message } from '../encoding/byte-writer.ts'
import { withValidText } from '../encoding/valid-text.ts'
import { resourceOf, type AttributeValue } from './resource.ts'

/** The encodings of an export. */
export type OtlpEncoding = 'protobuf' | 'json'

/** What parts are encoded for. */
export interface OtlpContext {
  /** For sources that do not say which host they are of. */
  readonly host: string
}

/**
 * An `ExportLogsServiceRequest` of OTLP 1: a resource for each source. Time and observed time are both the engine's stamp: it is the engine that observes a
 * line, and a record that is sent again is the same to the last byte. `log.record.uid` identifies it for good.
 */
export function encodeExport(
  parts: readonly SinkBatchPart[],
  encoding: OtlpEncoding,
  context: OtlpContext,
): Uint8Array {
  return encoding === 'protobuf' ? encodeProtobuf(parts, context) : encodeJson(parts, context)
}

/**
 *     Export { ResourceLogs = 1 { Resource = 1 { attributes = 1 }; ScopeLogs = 2 { scope = 1 { name = 1 }; LogRecord = 2 } } }
 *     LogRecord { time = 1; body = 5 { string = 1 }; attributes = 6 { key = 1; value = 2 { string = 1 } }; observed = 11 }
 */
function encodeProtobuf(parts: readonly SinkBatchPart[], context: OtlpContext): Uint8Array {
  const expected = parts.flatMap(({ blocks }) => blocks).reduce((sum, block) => sum + expectedBytes(block), 0)
  const writer = new ByteWriter(expected)
  for (const { source, blocks } of parts) {
    const resource = message([
      1,
      message(...resourceOf(source, context.host).map((pair) => [1, keyValue(pair)] as const)),
    ])
    const texts = blocks.map(withValidText)
    const recordsSize = texts.reduce((sum, block) => sum + recordFieldsSize(source, block), 0)
    const scopeSize = SCOPE_FIELD.length + recordsSize
    writer.tag(1, BYTES)
    writer.varint(resource.length + fieldSize(scopeSize))
    writer.raw(resource)
    writer.tag(2, BYTES)
    writer.varint(scopeSize)
    writer.raw(SCOPE_FIELD)
    for (const block of texts) writeRecords(writer, source, block)
  }
  return writer.finish()
}

function writeRecords(
  writer: ByteWriter,
  source: Source,
  { bytes, ends, streams, times, epoch, firstRecord }: Block,
): void {
  const prefix = Buffer.from(uidPrefix(source, epoch))
  let start = 0
  for (let record = 0; record < ends.length; record++) {
    const end = ends[record]!
    const line = end - 1 - start
    const ordinal = firstRecord + record
    const stream = streamField(source, streams[record]!)
    writer.tag(2, BYTES)
    writer.varint(recordSize(line, stream.length, prefix.length + digitsOf(ordinal)))
    writer.tag(1, FIXED64)
    writer.fixed64(times[record]!)
    writer.tag(5, BYTES)
    writer.varint(fieldSize(line))
    writer.tag(1, BYTES)
    writer.varint(line)
    writer.slice(bytes, start, end - 1)
    writer.raw(stream)
    writeUid(writer, prefix, ordinal)
    writer.tag(11, FIXED64)
    writer.fixed64(times[record]!)
    start = end
  }
}

/** The attribute `log.record.uid`. */
function writeUid(writer: ByteWriter, prefix: Uint8Array, ordinal: number): void {
  const uid = prefix.length + digitsOf(ordinal)
  writer.tag(6, BYTES)
  writer.varint(uidAttributeSize(uid))
  writer.raw(UID_KEY)
  writer.tag(2, BYTES)
  writer.varint(fieldSize(uid))
  writer.tag(1, BYTES)
  writer.varint(uid)
  writer.raw(prefix)
  writer.raw(Buffer.from(String(ordinal)))
}

function recordFieldsSize(source: Source, { ends, streams, epoch, firstRecord }: Block): number {
  const prefix = Buffer.byteLength(uidPrefix(source, epoch))
  let size = 0
  let start = 0
  for (let record = 0; record < ends.length; record++) {
    const end = ends[record]!
    const stream = streamField(source, streams[record]!)
    size += fieldSize(recordSize(end - 1 - start, stream.length, prefix + digitsOf(firstRecord + record)))
    start = end
  }
  return size
}

function recordSize(line: number, stream: number, uid: number): number {
  return 2 * FIXED64_SIZE + fieldSize(fieldSize(line)) + stream + fieldSize(uidAttributeSize(uid))
}

function uidAttributeSize(uid: number): number {
  return UID_KEY.length + fieldSize(fieldSize(uid))
}

/** The id of a record without its ordinal. */
function uidPrefix(source: Source, epoch: number): string {
  return recordId(source.id, epoch, 0).slice(0, -1)
}

function digitsOf(value: number): number {
  let digits = 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1
  return digits
}

function keyValue([key, value]: readonly [string, AttributeValue]): Uint8Array {
  return message(
    [1, key],
    [
      2,
      typeof value === 'string'
        ? message([1, value])
        : message([5, message(...value.map((one) => [1, message([1, one])] as const))]),
    ],
  )
}

function encodeJson(parts: readonly SinkBatchPart[], context: OtlpContext): Uint8Array {
  const logs = parts.map(({ source, blocks }) => {
    const attributes = resourceOf(source, context.host).map(([key, value]) => ({
      key,
      value: jsonValue(value),
    }))
    const records = blocks
      .filter(({ ends }) => ends.length > 0)
      .map((block) => jsonRecords(source, withValidText(block)))
    const resource = JSON.stringify({ attributes })
    return `{"resource":${resource},"scopeLogs":[{"scope":{"name":"${SCOPE}"},"logRecords":[${records.join(',')}]}]}`
  })
  return Buffer.from(`{"resourceLogs":[${logs.join(',')}]}`)
}

function jsonRecords(source: Source, { bytes, ends, streams, times, epoch, firstRecord }: Block): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const prefix = JSON.stringify(uidPrefix(source, epoch)).slice(0, -1)
  let text = ''
  let start = 0
  for (let record = 0; record < ends.length; record++) {
    const end = ends[record]!
    const line = JSON.stringify(decoder.decode(bytes.subarray(start, end - 1)))
    const stream = jsonStream(source, streams[record]!)
    const time = times[record]!
    if (record > 0) text += ','
    text += `{"timeUnixNano":"${time}","observedTimeUnixNano":"${time}","body":{"stringValue":${line}},"attributes":[${stream}{"key":"log.record.uid","value":{"stringValue":${prefix}${firstRecord + record}"}}]}`
    start = end
  }
  return text
}

/** The attribute `log.iostream`; nothing for a file, which has no streams. */
function streamField({ kind }: Source, stream: number): Uint8Array {
  if (kind !== 'container') return NO_FIELD
  return stream === STDERR ? STDERR_FIELD : STDOUT_FIELD
}

function jsonStream({ kind }: Source, stream: number): string {
  if (kind !== 'container') return ''
  return `{"key":"log.iostream","value":{"stringValue":"${stream === STDERR ? 'stderr' : 'stdout'}"}},`
}

function jsonValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value }
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } }
}

function expectedBytes({ bytes, ends }: Block): number {
  return bytes.length + ends.length * RECORD_BYTES + RESOURCE_BYTES
}

const SCOPE = 'watertight'
const SCOPE_FIELD = message([1, message([1, SCOPE])])
const NO_FIELD = new Uint8Array()
const STDOUT_FIELD = message([6, keyValue(['log.iostream', 'stdout'])])
const STDERR_FIELD = message([6, keyValue(['log.iostream', 'stderr'])])
const UID_KEY = message([1, 'log.record.uid'])
/** With its tag. */
const FIXED64_SIZE = 9
/** About what a record takes beside its line, and a resource. */
const RECORD_BYTES = 160
const RESOURCE_BYTES = 512
