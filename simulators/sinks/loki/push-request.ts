import protobuf from 'protobufjs'
import { uncompressSync } from 'snappy'
import { gunzipSync } from 'node:zlib'
import { SinkRefusal, type ReceivedRequest } from '../sink-format.ts'

/** A push as Loki reads it. */
export interface PushedStream {
  /** As they were sent: `{host="a"}`. */
  readonly labels: string
  readonly entries: readonly PushedEntry[]
}

export interface PushedEntry {
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  readonly line: string
  readonly metadata: Readonly<Record<string, string>>
}

/** The messages of Loki's push API: fields and types are those of `pkg/push/push.proto`. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message PushRequest { repeated Stream streams = 1; }
  message Stream { string labels = 1; repeated Entry entries = 2; uint64 hash = 3; }
  message Entry { Timestamp timestamp = 1; string line = 2; repeated LabelPair structuredMetadata = 3; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message LabelPair { string name = 1; string value = 2; }
`)
const PUSH_REQUEST = root.lookupType('PushRequest')

/**
 * Reads a push in Protobuf, compressed with snappy, or in JSON, plain or in gzip.
 * @throws SinkRefusal, or another error, when it is none
 */
export function readPushRequest({ headers, body }: ReceivedRequest): PushedStream[] {
  const encoding = headers['content-encoding'] ?? ''
  const isJson = headers['content-type']?.split(';')[0] === 'application/json'
  if (!['', 'snappy', 'gzip'].includes(encoding))
    throw new SinkRefusal(400, `Content-Encoding "${encoding}" not supported`)
  const unpacked = encoding === 'gzip' ? gunzipSync(body) : Buffer.from(body)
  return isJson ? readJson(unpacked.toString()) : readProtobuf(uncompressed(unpacked))
}

function uncompressed(bytes: Buffer): Buffer {
  const plain = uncompressSync(bytes)
  return typeof plain === 'string' ? Buffer.from(plain) : plain
}

interface DecodedPush {
  readonly streams: readonly {
    readonly labels: string
    readonly entries: readonly {
      readonly timestamp: { readonly seconds: string; readonly nanos: number } | null
      readonly line: string
      readonly structuredMetadata: readonly { readonly name: string; readonly value: string }[]
    }[]
  }[]
}

function readProtobuf(bytes: Uint8Array): PushedStream[] {
  const decoded: unknown = PUSH_REQUEST.toObject(PUSH_REQUEST.decode(bytes), {
    longs: String,
    defaults: true,
    arrays: true,
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the schema says
  return (decoded as DecodedPush).streams.map(({ labels, entries }) => ({
    labels,
    entries: entries.map(({ timestamp, line, structuredMetadata }) => ({
      time: timestamp === null ? 0n : BigInt(timestamp.seconds) * 1_000_000_000n + BigInt(timestamp.nanos),
      line,
      metadata: Object.fromEntries(structuredMetadata.map(({ name, value }) => [name, value])),
    })),
  }))
}

interface JsonPush {
  readonly streams: readonly {
    readonly stream: Readonly<Record<string, string>>
    readonly values: readonly (readonly [string, string, Readonly<Record<string, string>>?])[]
  }[]
}

function readJson(text: string): PushedStream[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is not so is an error, which is answered
  return (JSON.parse(text) as JsonPush).streams.map(({ stream, values }) => ({
    labels: labelText(Object.entries(stream)),
    entries: values.map(([time, line, metadata = {}]) => ({ time: BigInt(time), line, metadata })),
  }))
}

/** Labels as Loki writes them: sorted. */
export function labelText(pairs: readonly (readonly [string, string])[]): string {
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

/** @throws SinkRefusal in Loki's words */
export function parseLabels(text: string): [string, string][] {
  const inner = /^\{(.*)\}$/s.exec(text)?.[1]
  const pairs = inner?.match(/\w+="(?:[^"\\]|\\.)*"/g) ?? []
  if (inner === undefined || pairs.join(', ') !== inner)
    throw new SinkRefusal(400, `Error parsing labels '${text}' with error: parse error`)
  return pairs.map((pair): [string, string] => {
    const equals = pair.indexOf('=')
    const value: unknown = JSON.parse(pair.slice(equals + 1))
    return [pair.slice(0, equals), String(value)]
  })
}
