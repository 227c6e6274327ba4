import { expect, test } from 'vitest'
import { STDERR, STDOUT } from '../dispatch/block.ts'
import { formatBlock } from './record-format.ts'

const source = { id: 'c1', kind: 'container', name: 'web', attributes: {} } as const

/** A record with these bytes as JSON has it. */
function recordOf(line: Uint8Array, stream: number = STDOUT): Readonly<Record<string, unknown>> {
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
  return JSON.parse(Buffer.from(formatBlock(block, 'json')).toString())
}

function lineOf(line: Uint8Array): unknown {
  return recordOf(line)['line']
}

test('a record says which stream it comes from', () => {
  const line = Buffer.from('x')
  expect([recordOf(line, STDOUT)['stream'], recordOf(line, STDERR)['stream']]).toEqual(['stdout', 'stderr'])
})

test('a byte order mark, NUL, ESC and CR come through', () => {
  for (const text of ['\ufeffmark', 'in \ufeff middle', 'a\0b\u001B[31mred\u001B[0m\r'])
    expect(lineOf(Buffer.from(text))).toBe(text)
})

test('bytes that are not UTF-8 become U+FFFD, one for each maximal part of a sequence', () => {
  expect(lineOf(Uint8Array.of(0x61, 0xf0, 0x9f, 0x98, 0x62, 0xff, 0xfe))).toBe('a\ufffdb\ufffd\ufffd')
})
