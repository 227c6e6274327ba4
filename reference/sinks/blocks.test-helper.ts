import fc from 'fast-check'
import type { Block, Source } from '../dispatch/block.ts'

/** One line of a source, as tests write it. */
export interface TestRecord {
  readonly line: Uint8Array
  readonly stream: number
  readonly time: bigint
}

export function sourceOf(id: string, attributes: Readonly<Record<string, string>> = {}): Source {
  return { id, kind: 'container', name: `name-${id}`, attributes }
}

export function blockOf(source: Source, records: readonly TestRecord[], firstRecord = 0): Block {
  let end = 0
  return {
    source,
    bytes: Buffer.concat(records.flatMap(({ line }) => [line, Buffer.from('\n')])),
    ends: Uint32Array.from(records, ({ line }) => (end += line.length + 1)),
    streams: Uint8Array.from(records, ({ stream }) => stream),
    times: BigInt64Array.from(records, ({ time }) => time),
    epoch: 1,
    firstRecord,
    position: { epoch: 1, records: firstRecord + records.length, toJSON: () => ({}) },
  }
}

/** Lines with what encodings stumble over: control characters, invalid UTF-8, surrogates' bytes, emptiness, and lengths around a varint's limits. */
const LINES: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text.replaceAll('\n', ' '))),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => bytes.map((byte) => (byte === 10 ? 32 : byte))),
  fc
    .constantFrom(0, 1, 46, 47, 48, 49, 126, 127, 128, 129, 16_383, 16_384)
    .map((length) => Buffer.alloc(length, 'x')),
  fc.constantFrom('\u2028', '\ufeff', '"\\', '\u0000', '\ud83d\ude00').map((text) => Buffer.from(text)),
)

const START = 1_767_225_600_000_000_000n

export const RECORDS: fc.Arbitrary<TestRecord[]> = fc.array(
  fc.record({
    line: LINES,
    stream: fc.constantFrom(1, 2),
    time: fc.bigInt({ min: 0n, max: 5_000_000_000n }).map((ns) => START + ns),
  }),
  { maxLength: 12 },
)

/** A text that a label or an attribute may be. */
export const VALUES: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 10 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
)

/** The lines as texts, as decoders are to see them. */
export function textOf({ line }: TestRecord): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(line)
}
