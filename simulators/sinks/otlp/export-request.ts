import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'
import type { HttpResponse } from '../../../reference/ports/index.ts'
import { SinkRefusal, type ReceivedRequest } from '../sink-format.ts'

/** The messages of OTLP for logs: fields and types are those of `opentelemetry/proto` 1.x. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Export { repeated ResourceLogs resource_logs = 1; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
  message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
  message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
  message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
  message LogRecord {
    fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5; repeated KeyValue attributes = 6;
    uint32 dropped_attributes_count = 7; fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10; fixed64 observed_time_unix_nano = 11;
    string event_name = 12;
  }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value {
      string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5;
      KeyValueList kvlist_value = 6; bytes bytes_value = 7;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }
  message Response { PartialSuccess partial_success = 1; }
  message PartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
  message Status { int32 code = 1; string message = 2; }
`)
const EXPORT = root.lookupType('Export')
const RESPONSE = root.lookupType('Response')
const STATUS = root.lookupType('Status')

/** A log record with what it belongs to. */
export interface ExportedRecord {
  readonly resource: Readonly<Record<string, unknown>>
  readonly attributes: Readonly<Record<string, unknown>>
  /** Nanoseconds since the epoch. */
  readonly time: string
  readonly observedTime: string
  readonly body: unknown
}

/**
 * Reads an export in Protobuf or JSON, plain or in gzip.
 * @throws SinkRefusal, or another error, when it is none
 */
export function readExportRequest(request: ReceivedRequest): ExportedRecord[] {
  const encoding = request.headers['content-encoding'] ?? ''
  if (encoding !== '' && encoding !== 'gzip')
    throw new SinkRefusal(400, `unsupported compression ${encoding}`)
  const body = encoding === 'gzip' ? gunzipSync(request.body) : Buffer.from(request.body)
  const type = typeOf(request)
  if (type === 'application/json') return recordsOf(EXPORT.fromObject(readJson(body.toString())))
  if (type === 'application/x-protobuf') return recordsOf(EXPORT.decode(body))
  throw new SinkRefusal(415, 'unsupported content type, allowed: application/json, application/x-protobuf')
}

/** Whether it was sent in JSON: then it is answered so. */
export function isJson(request: ReceivedRequest): boolean {
  return typeOf(request) === 'application/json'
}

/** The type of what it is answered. */
export function exportType(request: ReceivedRequest): string {
  return isJson(request) ? 'application/json' : 'application/x-protobuf'
}

/** The answer of a success, whole where nothing was rejected. */
export function exportAnswer(rejected: number, words: string, request: ReceivedRequest): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': exportType(request) },
    body: responseBody(rejected, words, isJson(request)),
  }
}

function responseBody(rejected: number, words: string, json: boolean): Uint8Array {
  const partial = { rejectedLogRecords: rejected, errorMessage: words }
  const response = rejected === 0 ? {} : { partialSuccess: partial }
  if (json)
    return Buffer.from(
      JSON.stringify(
        rejected === 0 ? {} : { partialSuccess: { ...partial, rejectedLogRecords: String(rejected) } },
      ),
    )
  return RESPONSE.encode(RESPONSE.fromObject(response)).finish()
}

/** The body of an error. */
export function statusBody(words: string, json: boolean): Uint8Array {
  return json
    ? Buffer.from(JSON.stringify({ message: words }))
    : STATUS.encode(STATUS.fromObject({ message: words })).finish()
}

function typeOf({ headers }: ReceivedRequest): string | undefined {
  return headers['content-type']?.split(';')[0]
}

function readJson(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new SinkRefusal(400, 'not an object')
  return Object.fromEntries(Object.entries(value))
}

interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

interface AnyValue {
  readonly stringValue?: string
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
}

interface DecodedExport {
  readonly resourceLogs: readonly {
    /** Left out where nothing is said of it. */
    readonly resource?: { readonly attributes: readonly KeyValue[] }
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly timeUnixNano: string
        readonly observedTimeUnixNano: string
        readonly body?: AnyValue
        readonly attributes: readonly KeyValue[]
      }[]
    }[]
  }[]
}

function recordsOf(decoded: protobuf.Message): ExportedRecord[] {
  const plain: unknown = EXPORT.toObject(decoded, { longs: String, arrays: true })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the schema says
  return (plain as DecodedExport).resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => ({
        resource: objectOf(resource?.attributes ?? []),
        attributes: objectOf(record.attributes),
        time: record.timeUnixNano,
        observedTime: record.observedTimeUnixNano,
        body: record.body && valueOf(record.body),
      })),
    ),
  )
}

/** @throws SinkRefusal where a name stands twice: the conventions allow it once */
function objectOf(pairs: readonly KeyValue[]): Record<string, unknown> {
  const object = Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]))
  if (Object.keys(object).length < pairs.length) throw new SinkRefusal(400, 'an attribute stands twice')
  return object
}

function valueOf({ stringValue, arrayValue }: AnyValue): unknown {
  return arrayValue === undefined ? stringValue : arrayValue.values.map(valueOf)
}
