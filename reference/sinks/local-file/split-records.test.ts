import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitRecords } from './split-records.ts'

const line = fc.nat(5).map((length) => `${'x'.repeat(length)}\n`)
const buffers = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })

test('as many whole lines as fit come first, one at least, and nothing is empty, lost or copied', () => {
  fc.assert(
    fc.property(buffers, fc.integer({ min: -5, max: 60 }), (texts, room) => {
      const memory = texts.map((lines) => Buffer.from(lines.join('')))
      const lines = texts.flat()
      let count = 1
      while (count < lines.length && lines.slice(0, count + 1).join('').length <= room) count += 1
      const { fits, rest } = splitRecords(memory, room)
      expect(Buffer.concat(fits).toString()).toBe(lines.slice(0, count).join(''))
      expect(Buffer.concat(rest).toString()).toBe(lines.slice(count).join(''))
      const all = [...fits, ...rest]
      expect(all.every(({ byteLength }) => byteLength > 0)).toBe(true)
      const memories = new Set<ArrayBufferLike>(memory.map(({ buffer }) => buffer))
      expect(all.every(({ buffer }) => memories.has(buffer))).toBe(true)
    }),
  )
})
