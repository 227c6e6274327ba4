import { describe, expect, test } from 'vitest'
import type { RecordOutput } from '../../stages/record-output.ts'
import { LineAssembler } from './line-assembler.ts'
import { isWholeChunk, longestChunk } from './stored-chunk.ts'

const stampAt = (n: number): string => `2026-01-01T00:00:00.00000000${n}Z`

/** Lines as they come out, each with its stream and the last digit of its stamp, and what was said of them. */
class Rig {
  readonly records: string[] = []
  readonly said: string[] = []
  readonly lines: LineAssembler

  constructor(
    options: { tty?: boolean; share?: boolean; max?: number } = {},
    restored: LineAssembler | null = null,
  ) {
    const push: RecordOutput['push'] = (stream, stamps, stampStart, buffer, start, end) => {
      const stamp = Buffer.from(stamps.subarray(stampStart, stampStart + 30)).toString()
      this.records.push(`${stream}@${stamp.at(-2)} ${Buffer.from(buffer.subarray(start, end)).toString()}`)
    }
    this.lines = new LineAssembler(
      {
        output: { push },
        tty: options.tty ?? false,
        maxLineBytes: options.max ?? 1000,
        chunksShareStamp: options.share ?? true,
        onOrphan: () => this.said.push('orphan'),
        onCut: () => this.said.push('cut'),
      },
      restored?.partials,
    )
  }

  add(stream: number, stamp: number, data: string): void {
    const message = Buffer.from(`..${stampAt(stamp)} ${data}..`)
    this.lines.add(stream, message, 2, message.length - 2)
  }
}

describe('chunks of a line', () => {
  test('are joined within their stream, however those of the other lie between them', () => {
    const rig = new Rig()
    rig.add(1, 1, 'one ')
    rig.add(2, 2, 'error ')
    rig.add(2, 3, 'whole\n')
    expect([rig.lines.isOpen(1), rig.lines.isOpen(2)]).toEqual([true, false])
    rig.add(1, 1, 'two ')
    rig.add(1, 1, 'three\n')
    rig.add(1, 4, '\n')
    expect(rig.records).toEqual(['2@2 error ', '2@3 whole', '1@1 one two three', '1@4 '])
    expect([rig.said, rig.lines.partials]).toEqual([['orphan'], []])
  })

  test('that do not share a stamp are joined where each has its own', () => {
    const rig = new Rig({ share: false })
    rig.add(1, 1, 'one ')
    rig.add(1, 2, 'two\n')
    expect([rig.records, rig.said]).toEqual([['1@1 one two'], []])
  })

  test('are given out in the order in which their lines began, also behind a line that was not gone on with', () => {
    const rig = new Rig()
    rig.add(1, 1, 'left')
    rig.add(2, 2, 'error')
    rig.add(1, 3, 'next')
    rig.lines.flush()
    expect(rig.records).toEqual(['1@1 left', '2@2 error', '1@3 next'])
  })

  test('that nothing continues are a line when that is known', () => {
    const rig = new Rig()
    rig.add(1, 1, 'one')
    rig.add(2, 2, 'two')
    expect(rig.records).toEqual([])
    rig.lines.flush()
    expect([rig.records, rig.lines.partials]).toEqual([['1@1 one', '2@2 two'], []])
  })

  test('are remembered with a position, and go on from it', () => {
    const before = new Rig()
    before.add(1, 1, 'one ')
    const partials = before.lines.partials
    before.add(1, 1, 'two')
    expect(partials.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['one '])
    const rig = new Rig({}, before.lines)
    rig.add(1, 1, ' three\n')
    expect(rig.records).toEqual(['1@1 one two three'])
  })

  test('that are too long together are cut, which is said once for each time, and the rest goes on', () => {
    const rig = new Rig({ max: 5 })
    rig.add(1, 1, 'abc')
    rig.add(1, 1, 'defghijk')
    rig.add(1, 1, 'l\n')
    expect(rig.records).toEqual(['1@1 abcde', '1@1 fghij', '1@1 kl'])
    rig.add(1, 2, '12345\n')
    rig.add(1, 3, '123456\n')
    expect(rig.records.slice(3)).toEqual(['1@2 12345', '1@3 12345', '1@3 6'])
    expect(rig.said).toEqual(['cut', 'cut'])
  })

  test('that are together as long as a record may be are one, and a multiple of it is as many', () => {
    const rig = new Rig({ max: 5 })
    rig.add(1, 1, 'abc')
    rig.add(1, 1, 'de\n')
    expect([rig.records, rig.said]).toEqual([['1@1 abcde'], []])
    rig.add(1, 2, 'abcdefghij\n')
    expect(rig.records.slice(1)).toEqual(['1@2 abcde', '1@2 fghij'])
  })
})

test('on a terminal one carriage return before the newline belongs to the end of the line, elsewhere to the line', () => {
  for (const tty of [true, false]) {
    const rig = new Rig({ tty })
    rig.add(1, 1, 'whole\r\n')
    rig.add(1, 2, '\r\r\n')
    rig.add(1, 3, '\n')
    rig.add(1, 4, 'in ')
    rig.add(1, 4, 'parts\r\n')
    rig.add(1, 5, 'x')
    rig.add(1, 5, '\n')
    rig.add(1, 6, 'y\n')
    const cr = tty ? '' : '\r'
    const ended = [`1@1 whole${cr}`, `1@2 \r${cr}`, '1@3 ', `1@4 in parts${cr}`]
    expect(rig.records).toEqual([...ended, '1@5 x', '1@6 y'])
  }
})

test('a line that came whole, and is not too long, is given out without a copy', () => {
  const message = Buffer.from(`..${stampAt(1)} abcde\n`)
  const given: unknown[] = []
  const push: RecordOutput['push'] = (_stream, stamps, stampStart, buffer, start, end) =>
    void given.push(stamps === message, stampStart, buffer === message, start, end)
  const options = { output: { push }, tty: false, maxLineBytes: 5, chunksShareStamp: true }
  const lines = new LineAssembler({ ...options, onOrphan: nothing, onCut: nothing })
  lines.add(1, message, 2, message.length)
  expect(given).toEqual([true, 2, true, 33, 38])
})

test('bytes that are no character are cut at exactly the length', () => {
  // What begins as a character of UTF-8 would, and is none.
  for (const first of [0x80, 0xc0, 0xc1, 0xf5, 0xff]) {
    const records: number[] = []
    const push: RecordOutput['push'] = (_stream, _stamps, _at, _buffer, start, end) =>
      void records.push(end - start)
    const lines = new LineAssembler({
      output: { push },
      tty: false,
      maxLineBytes: 4,
      chunksShareStamp: true,
      onOrphan: nothing,
      onCut: nothing,
    })
    const message = Buffer.concat([Buffer.from(`${stampAt(1)} abc`), Buffer.from([first, 0x80, 0x0a])])
    lines.add(1, message, 0, message.length)
    expect(records).toEqual([4, 1])
  }
})

test('a chunk that is stored as text is as long as it was, or two bytes more for each byte that was no character', () => {
  const broken = '\u{fffd}'
  expect(isWholeChunk(bytes('abcd'), 4)).toBe(true)
  expect(isWholeChunk(bytes('abc'), 4)).toBe(false)
  expect(isWholeChunk(bytes('ab'), 4)).toBe(false)
  expect(isWholeChunk(bytes('abcdef'), 4)).toBe(false)
  expect(isWholeChunk(bytes(`abc${broken}`), 4)).toBe(true)
  expect(isWholeChunk(bytes(`ab${broken}`), 4)).toBe(false)
  expect(isWholeChunk(bytes(broken.repeat(4)), 4)).toBe(true)
  expect(isWholeChunk(bytes(`${broken}abc${broken}`), 5)).toBe(true)
  expect(isWholeChunk(bytes(`${broken}abcdefgh`), 5)).toBe(false)
  expect(longestChunk(4)).toBe(12)
})

const nothing = (): void => {}
/** In memory of their own. */
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
