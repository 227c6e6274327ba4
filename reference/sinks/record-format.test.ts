import { describe, expect, test } from 'vitest'
import { renamed } from '../dispatch/attributes.ts'
import type { Source } from '../dispatch/block.ts'
import { formatBlock } from './record-format.ts'

const source = { id: 'c1', kind: 'container', name: 'web', attributes: {} } as const

/** A record with these bytes. */
function recordOf(
  line: Uint8Array,
  { of = source, stream = 1 }: { of?: Source; stream?: number } = {},
): unknown {
  const bytes = Buffer.concat([line, Buffer.from('\n')])
  const block = {
    source: of,
    bytes,
    ends: Uint32Array.of(bytes.byteLength),
    streams: Uint8Array.of(stream),
    times: BigInt64Array.of(0n),
    epoch: 0,
    firstRecord: 0,
    position: { epoch: 0, records: 1, toJSON: () => null },
  }
  return JSON.parse(Buffer.from(formatBlock(block, 'json')).toString())
}

function fieldOf(line: Uint8Array, field: string, stream = 1): unknown {
  const record = recordOf(line, { stream })
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

describe('what a record carries of its source', () => {
  test('fields stand beside its own, labels in an object of their own: none takes the place of another', () => {
    const attributes = {
      image: 'nginx:1',
      host: 'h',
      'label.line': 'x',
      'label.image': 'y',
      'label.name': 'z',
    }
    expect(recordOf(Buffer.from('a'), { of: { ...source, attributes } })).toEqual({
      time: '1970-01-01T00:00:00.000000000Z',
      stream: 'stdout',
      container_id: 'c1',
      container_name: 'web',
      image: 'nginx:1',
      host: 'h',
      labels: { line: 'x', image: 'y', name: 'z' },
      line: 'a',
    })
  })

  test('nothing is added where nothing was chosen', () => {
    expect(recordOf(Buffer.from('a'))).toEqual({
      time: expect.any(String),
      stream: 'stdout',
      container_id: 'c1',
      container_name: 'web',
      line: 'a',
    })
  })

  test('the name is the one that the source has now', () => {
    expect(recordOf(Buffer.from('a'), { of: renamed(source, 'shop') })).toMatchObject({
      container_name: 'shop',
    })
    expect(renamed(renamed(source, 'shop'), 'web')).toEqual(source)
  })
})
