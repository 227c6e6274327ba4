import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberedLine } from './numbered-line.ts'
import { WireLines } from './wire-lines.ts'

const COUNT = 40

/** As HTTP sends it: in chunks that end anywhere. */
function chunked(text: string, size: number): string {
  const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
  return chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
}

test('every line that came over a connection is seen, however it was cut', () => {
  const sizes = fc.record({
    chunk: fc.integer({ min: 90, max: 2000 }),
    read: fc.integer({ min: 1, max: 700 }),
  })
  fc.assert(
    fc.property(sizes, ({ chunk, read }) => {
      const lines = Array.from({ length: COUNT }, (_, index) => numberedLine('wt-1', index + 1))
      const bytes = Buffer.from(chunked(`HTTP/1.1 200 OK\r\n\r\n${lines.join('\n')}\n`, chunk), 'latin1')
      const seen = new WireLines()
      const saw = seen.connection()
      for (let at = 0; at < bytes.length; at += read) saw(bytes.subarray(at, at + read))
      const missed = Array.from({ length: COUNT }, (_, index) => index + 1).filter(
        (line) => !seen.has('wt-1', line),
      )
      expect(missed).toEqual([])
      expect(seen.has('wt-1', COUNT + 1)).toBe(false)
    }),
    { numRuns: 60 },
  )
})

test('connections are apart, and where no line was sent it says so', () => {
  const seen = new WireLines()
  const [one, two] = [seen.connection(), seen.connection()]
  const line = Buffer.from(numberedLine('wt-1', 1))
  one(line.subarray(0, 20))
  two(line.subarray(20))
  expect([seen.any, seen.has('wt-1', 1)]).toEqual([false, false])
  one(line.subarray(20))
  expect([seen.any, seen.has('wt-1', 1)]).toEqual([true, true])
})

test('a long line has come when its beginning has, whatever stands between its pieces', () => {
  const seen = new WireLines()
  const saw = seen.connection()
  const line = numberedLine('wt-1', 7, 40_000)
  saw(Buffer.from(`${line.slice(0, 16_384)}\u0001\0\0\0\0\0\u0040\0`, 'latin1'))
  saw(Buffer.from(line.slice(16_384), 'latin1'))
  expect([seen.has('wt-1', 7), seen.has('wt-1', 40_000)]).toEqual([true, false])
})
