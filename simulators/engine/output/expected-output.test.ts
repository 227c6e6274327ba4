import { expect, test } from 'vitest'
import { ExpectedOutput } from './expected-output.ts'
import { STDERR, STDOUT } from '../log/log-file.ts'

function expectedOf(expected: ExpectedOutput): string {
  return Buffer.from(expected.view()).toString()
}

test('lines are in the order their ends were stored, each with one newline', () => {
  const expected = new ExpectedOutput(false)
  expected.add(STDOUT, Buffer.from('begin '), 0)
  expected.add(STDERR, Buffer.from('between\n'), 1)
  expected.add(STDOUT, Buffer.from('end\n'), 2)
  expect(expectedOf(expected)).toBe('between\nbegin end\n')
  expect(expected.lines).toBe(2)
})

test('a line that is open when the container ends gets its newline then', () => {
  const expected = new ExpectedOutput(false)
  expected.add(STDOUT, Buffer.from('last words'), 0)
  expect(expectedOf(expected)).toBe('')
  expected.end()
  expected.add(STDOUT, Buffer.from('next life\n'), 1)
  expect(expectedOf(expected)).toBe('last words\nnext life\n')
})

test('with a TTY the carriage return is cut, without one it is content', () => {
  for (const [tty, text] of [
    [true, 'line\n'],
    [false, 'line\r\n'],
  ] as const) {
    const expected = new ExpectedOutput(tty)
    expected.add(STDOUT, Buffer.from('line\r\n'), 0)
    expect(expectedOf(expected)).toBe(text)
  }
})

test('a line knows where it lies and which messages it was stored in', () => {
  const expected = new ExpectedOutput(false)
  expected.add(STDOUT, Buffer.from('begin '), 0)
  expected.add(STDERR, Buffer.from('between\n'), 1)
  expected.add(STDOUT, Buffer.from('end\n'), 2)
  expect(expected.line(0)).toEqual({ from: 0, to: 8, stream: STDERR, messages: [1], pieces: [] })
  expect(expected.line(1)).toMatchObject({ from: 8, to: 18, messages: [0, 2] })
  expect(expected.line(1).pieces.map((piece) => Buffer.from(piece).toString())).toEqual(['begin ', 'end'])
  expect([0, 7, 8, 17, 18].map((offset) => expected.lineAt(offset))).toEqual([0, 0, 1, 1, 2])
})
