import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NumberedLines } from './numbered-lines.ts'

const FILLER = 'the quick brown fox jumps over the lazy dog and back again; '

function plainly(name: string, number: number, length: number, ending: string): string {
  const start = `${name} ${number} `
  const filler = FILLER.repeat(Math.ceil(length / FILLER.length))
  return start + filler.slice(0, Math.max(0, length - Buffer.byteLength(start) - 1)) + ending
}

test('a line is name, number, filler and ending, of the length asked for, whatever the one before was', () => {
  const line = fc.record({
    name: fc.oneof(
      fc.constantFrom('web', 'größer', ''),
      fc.string({ maxLength: 300, unit: 'grapheme-ascii' }),
    ),
    number: fc.oneof(fc.nat(1200), fc.nat()),
    length: fc.oneof(fc.nat(200), fc.nat(20_000)),
    ending: fc.constantFrom('\n' as const, '' as const),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      for (const { name, number, length, ending } of lines) {
        const bytes = new NumberedLines(name).line(number, length, ending)
        expect(Buffer.from(bytes).toString()).toBe(plainly(name, number, length, ending))
      }
    }),
  )
})
