import { crc32 } from 'node:zlib'
import { STDERR, type Block } from '../../dispatch/block.ts'
import { parseRecordId, recordId } from '../../dispatch/record-id.ts'
import { offsetOf, sliceRecords } from '../../dispatch/pipeline/slice-records.ts'
import { TimeWriter } from '../../dispatch/time-writer.ts'
import type { StoredMessage } from '../../ports/jet-stream.ts'
import { formatBlock, formatFor, type RecordFormat } from '../record-format.ts'
import type { RecordCursor } from './record-cursor.ts'

/** One or more records of a source as a message. */
export interface RecordMessage {
  readonly records: number
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

export interface MessageOptions {
  readonly format: RecordFormat
  readonly recordsMax: number
  /** Headers and payload. */
  readonly bytesMax: number
  /** A header says it. */
  readonly stream: string
}

/**
 * The next records as one message: as many as go into one, of one block, and in raw of one stream. Null when not even one fits.
 *
 * The payload is the lines, in raw as they were read, in JSON as the local file sink writes them, with newlines between them. Headers: `Watertight-Name`, and in
 * raw `Watertight-Stream` and `Watertight-Time` of the first record; `Watertight-Records` where there are several; `Watertight-Check`.
 */
export function nextMessage(cursor: RecordCursor, options: MessageOptions): RecordMessage | null {
  const { block, record } = cursor
  const format = formatFor(block.source, options.format)
  const bytesMax = options.bytesMax - OWN_HEADERS_BYTES - messageId(cursor).length - options.stream.length
  let records = Math.min(cursor.left, options.recordsMax)
  if (format === 'raw') records = ofOneStream(block, record, records)
  for (; records > 0; records = Math.floor(records / 2)) {
    const message = messageOf(block, record, records, format)
    if (message.payload.byteLength + headerBytes(message.headers) <= bytesMax) return message
  }
  return null
}

/** A number for what the record is, whatever it is written as. */
export function checkOf(block: Block, record: number): string {
  const text = crc32(block.bytes.subarray(offsetOf(block, record), offsetOf(block, record + 1)))
  return crc32(String(block.times[record]), text).toString(16).padStart(8, '0')
}

/** The id a message is published under. @param again where the stream has another record under it: behind which sequence */
export function messageId(cursor: RecordCursor, again: number | null = null): string {
  const { epoch, ordinal } = cursor.place
  const id = recordId(printable(cursor.block.source.id), epoch, ordinal)
  return again === null ? id : `${id}+${again}`
}

/** What is in a message. */
export interface HeldRecords {
  readonly epoch: number
  /** Of the first. */
  readonly ordinal: number
  readonly records: number
  /** Of the first. */
  readonly check: string | undefined
}

/** Null when it holds no records of the source. */
export function heldRecords({ id, headers }: StoredMessage, source: string): HeldRecords | null {
  const parsed = id === null ? null : parseRecordId(id.replace(/\+\d+$/, ''))
  if (parsed === null || parsed.source !== printable(source)) return null
  const records = Number(headers[RECORDS] ?? 1)
  return { ...parsed, records, check: headers[CHECK] }
}

function messageOf(block: Block, record: number, records: number, format: RecordFormat): RecordMessage {
  const headers: Record<string, string> = {
    'Watertight-Name': printable(block.source.name),
    [CHECK]: checkOf(block, record),
  }
  if (records > 1) headers[RECORDS] = String(records)
  if (format === 'raw') {
    headers['Watertight-Stream'] = block.streams[record] === STDERR ? 'stderr' : 'stdout'
    headers['Watertight-Time'] = new TimeWriter().write(block.times[record]!)
    const end = offsetOf(block, record + records) - 1
    return { records, headers, payload: block.bytes.subarray(offsetOf(block, record), end) }
  }
  const payload = formatBlock(sliceRecords(block, record, record + records), format)
  return { records, headers, payload: payload.subarray(0, payload.byteLength - 1) }
}

function ofOneStream({ streams }: Block, record: number, records: number): number {
  let same = 1
  while (same < records && streams[record + same] === streams[record]) same += 1
  return same
}

function headerBytes(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + SEPARATORS,
    0,
  )
}

/** What is not printable ASCII, percent-encoded: in a header it would be cut, or begin another one. */
function printable(text: string): string {
  return text.toWellFormed().replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character))
}

const CHECK = 'Watertight-Check'
const RECORDS = 'Watertight-Records'
/** `: ` and the end of the line. */
const SEPARATORS = 4
/** At most, of the headers that the port makes: their names and the numbers in them. */
const OWN_HEADERS_BYTES = 200
