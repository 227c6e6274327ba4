import { describe, expect, test } from 'vitest'
import { SyslogFrames } from './syslog-frames.ts'

/** Everything that comes out of these pieces, one after the other. */
function read(...pieces: readonly string[]): string[] {
  const frames = new SyslogFrames()
  return pieces.flatMap((piece) => [...frames.push(Buffer.from(piece))]).map((message) => message.toString())
}

const COUNTED = '5 <1>ab13 <14>1 - a\nbc\n'
const LINES = '<1>ab\n<14>12 c\n'

describe('messages', () => {
  test('are as many bytes as their count says, whatever bytes those are', () => {
    expect(read(COUNTED)).toEqual(['<1>ab', '<14>1 - a\nbc\n'])
  })

  test('that begin with their priority end at a newline', () => {
    expect(read(LINES)).toEqual(['<1>ab', '<14>12 c'])
  })

  test('may be framed in both ways on one connection', () => {
    expect(read(LINES + COUNTED + LINES)).toHaveLength(6)
  })

  test.each([COUNTED, LINES, LINES + COUNTED])('are the same wherever %j is cut', (text) => {
    for (let cut = 0; cut <= text.length; cut += 1)
      expect(read(text.slice(0, cut), text.slice(cut))).toEqual(read(text))
    expect(read(...text.split(''))).toEqual(read(text))
  })

  test('count in bytes, not in characters', () => {
    expect(read('5 <1>é<2>b\n')).toEqual(['<1>é', '<2>b'])
  })

  test('that are not whole are none', () => {
    expect(read('6 <1>ab')).toEqual([])
    expect(read('<1>ab')).toEqual([])
  })
})

test.each(['GET / HTTP/1.1', '0 ', '05 <1>ab', '99999999999 <', '12x<1>'])('%j is no syslog', (text) => {
  expect(() => read(text)).toThrow(/syslog/)
})

test('a message of more than a mebibyte is refused before it is kept', () => {
  expect(() => read(`<1>${'x'.repeat(2 ** 20)}`, 'x')).toThrow(/1048576/)
  expect(() => read('1048577 <1>')).toThrow(/1048576/)
})
