import { describe, expect, test } from 'vitest'
import { BlockBuilder } from '../block-builder.ts'
import { LineAssembler } from './line-assembler.ts'

const STAMP = '2026-01-01T00:00:00.000000001Z '

function assembler(maxLineBytes: number): { lines: LineAssembler; builder: BlockBuilder } {
  const builder = new BlockBuilder()
  const options = { output: builder, tty: false, maxLineBytes, chunksShareStamp: true }
  return {
    builder,
    lines: new LineAssembler({ ...options, onCut: () => {}, onOrphan: () => {} }),
  }
}

function add(lines: LineAssembler, data: string): void {
  const message = Buffer.from(STAMP + data)
  lines.add(1, message, 0, message.length)
}

/** Records of one line. */
function cut(data: Uint8Array, maxLineBytes: number): Buffer[] {
  const { builder, lines } = assembler(maxLineBytes)
  const message = Buffer.concat([Buffer.from(STAMP), data, Buffer.from('\n')])
  lines.add(1, message, 0, message.length)
  const position = { epoch: 0, records: 0, toJSON: () => null }
  const source = { id: 'a', kind: 'container', name: 'a', attributes: {} } as const
  const { bytes, ends } = builder.take(source, 0, 0, position)
  return Array.from(ends, (end, index) =>
    Buffer.from(bytes.subarray(index === 0 ? 0 : ends[index - 1]!, end - 1)),
  )
}

test('a line of 80,000 pieces costs what its bytes cost, and each state of it stays as it was', () => {
  const { builder, lines } = assembler(1 << 20)
  add(lines, '.')
  const [early] = lines.partials
  const memories = new Set<ArrayBufferLike>()
  for (let n = 1; n < 80_000; n++) {
    add(lines, '.')
    if (n % 1000 === 0) memories.add(lines.partials[0]!.bytes.buffer)
  }
  // It is moved only when it has doubled.
  expect(memories.size).toBeLessThan(20)
  expect(early!.bytes).toHaveLength(1)
  expect(lines.partials[0]!.bytes).toHaveLength(80_000)
  expect(lines.partials[0]).toBe(lines.partials[0])
  add(lines, '\n')
  expect(builder.length).toBe(80_001)
})

test('a character that is cut between two pieces of a line is whole in the line', () => {
  const text = Buffer.from('aä€😀')
  for (let at = 1; at < text.length; at++) {
    const { builder, lines } = assembler(64)
    for (const piece of [text.subarray(0, at), Buffer.concat([text.subarray(at), Buffer.from('\n')])]) {
      const message = Buffer.concat([Buffer.from(STAMP), piece])
      lines.add(1, message, 0, message.length)
    }
    const position = { epoch: 0, records: 0, toJSON: () => null }
    const source = { id: 'a', kind: 'container', name: 'a', attributes: {} } as const
    expect(Buffer.from(builder.take(source, 0, 0, position).bytes).toString()).toBe('aä€😀\n')
  }
})

describe('a line that is too long', () => {
  test('is cut between characters, whatever the length, and nothing of it is lost', () => {
    // Of each length the first and the last character, too.
    const text = 'aä€😀'.repeat(5) + '\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}'.repeat(5)
    for (let max = 4; max < 40; max++) {
      const records = cut(Buffer.from(text), max)
      expect(records.map((record) => record.toString()).join('')).toBe(text)
      for (const record of records.slice(0, -1)) {
        expect(record.length).toBeLessThanOrEqual(max)
        expect(record.length).toBeGreaterThan(max - 4)
      }
    }
  })

  test('is cut at exactly the length where it is no text, or a character is longer than that', () => {
    const bytes = Buffer.alloc(20, 0x80)
    expect(cut(bytes, 6).map(({ length }) => length)).toEqual([6, 6, 6, 2])
    expect(cut(Buffer.from('😀😀'), 3).map(({ length }) => length)).toEqual([3, 1, 3, 1])
  })
})

test('a block holds no more memory than its records', () => {
  for (const length of [1, 10, 1000]) {
    const builder = new BlockBuilder()
    const stamp = Buffer.from(STAMP)
    for (let n = 0; n < length; n++) builder.push(1, stamp, 0, Buffer.from('line'), 0, 4)
    const source = { id: 'a', kind: 'container', name: 'a', attributes: {} } as const
    const { bytes, ends, streams, times } = builder.take(source, 0, 0, {
      epoch: 0,
      records: length,
      toJSON: () => null,
    })
    expect([bytes, ends, streams, times].map(({ buffer }) => buffer.byteLength)).toEqual([
      5 * length,
      4 * length,
      length,
      8 * length,
    ])
  }
})
