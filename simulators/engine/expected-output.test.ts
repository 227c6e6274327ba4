import { expect, test } from 'vitest'
import { ExpectedOutput } from './expected-output.ts'
import { STDERR, STDOUT } from './log-file.ts'

function expectedOf(expected: ExpectedOutput): string {
  return Buffer.from(expected.view()).toString()
}

test('lines are in the order their ends were stored, each with one newline', () => {
  const expected = new ExpectedOutput(false)
  expected.add(STDOUT, Buffer.from('begin '))
  expected.add(STDERR, Buffer.from('between\n'))
  expected.add(STDOUT, Buffer.from('end\n'))
  expect(expectedOf(expected)).toBe('between\nbegin end\n')
  expect(expected.lines).toBe(2)
})

test('a line that is open when the container ends gets its newline then', () => {
  const expected = new ExpectedOutput(false)
  expected.add(STDOUT, Buffer.from('last words'))
  expect(expectedOf(expected)).toBe('')
  expected.end()
  expected.add(STDOUT, Buffer.from('next life\n'))
  expect(expectedOf(expected)).toBe('last words\nnext life\n')
})

test('with a TTY the carriage return is cut, without one it is content', () => {
  for (const [tty, text] of [
    [true, 'line\n'],
    [false, 'line\r\n'],
  ] as const) {
    const expected = new ExpectedOutput(tty)
    expected.add(STDOUT, Buffer.from('line\r\n'))
    expect(expectedOf(expected)).toBe(text)
  }
})
