import { expect, test } from 'vitest'
import { formatBlock } from './record-format.ts'

const source = { id: 'c1', kind: 'container', name: 'web', attributes: {} } as const

/** A field of a record with these bytes. */
function fieldOf(line: Uint8Array, field: string, stream = 1): unknown {
  const bytes = Buffer.concat([line, Buffer.from('\n')])
  const block = {
    source,
    bytes,
    ends: Uint32Array.of(bytes.byteLength),
    streams: Uint8Array.of(stream),
    times: BigInt64Array.of(0n),
    epoch: 0,
    firstRecord: 0,
    position: { epoch: 0, records: 1, toJSON: () => null },
  }
  const record: unknown = JSON.parse(Buffer.from(formatBlock(block, 'json')).toString())
  return typeof record === 'object' && record !== null ? Reflect.get(record, field) : undefined
}

function lineOf(line: Uint8Array): unknown {
  return fieldOf(line, 'line')
}

test('a byte order mark, NUL, ESC and CR come through', () => {
  for (const text of ['\ufeffmark', 'in \ufeff middle', 'a\0b\u001B[31mred\u001B[0m\r'])
    expect(lineOf(Buffer.from(text))).toBe(text)
})

test('bytes that are not UTF-8 become U+FFFD, one for each maximal part of a sequence', () => {
  expect(lineOf(Uint8Array.of(0x61, 0xf0, 0x9f, 0x98, 0x62, 0xff, 0xfe))).toBe('a\ufffdb\ufffd\ufffd')
})

test('a record says which stream it comes from', () => {
  expect([1, 2].map((stream) => fieldOf(Buffer.from('a'), 'stream', stream))).toEqual(['stdout', 'stderr'])
})
