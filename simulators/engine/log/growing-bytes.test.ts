import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GrowingBytes } from './growing-bytes.ts'

/** Lengths around those of segments, and small ones. */
const lengths = fc.array(fc.oneof(fc.nat(300), fc.nat(2000), fc.nat(150_000)), {
  minLength: 1,
  maxLength: 40,
})

test('every range is what was appended there, however it was appended', () => {
  fc.assert(
    fc.property(lengths, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3000), (list, share, width) => {
      const growing = new GrowingBytes()
      const pieces = list.map((length, index) => Buffer.alloc(length, index + 1))
      for (const piece of pieces) growing.append(piece)
      const all = Buffer.concat(pieces)
      const from = Math.floor(share * all.length)
      expect(growing.length).toBe(all.length)
      expect(Buffer.compare(growing.view(), all)).toBe(0)
      expect(Buffer.compare(growing.view(from), all.subarray(from))).toBe(0)
      expect(Buffer.compare(growing.view(from, from + width), all.subarray(from, from + width))).toBe(0)
    }),
    { numRuns: 200 },
  )
})

test('a view stays as it is while more is appended', () => {
  const growing = new GrowingBytes()
  growing.append(Buffer.from('first'))
  const view = growing.view()
  for (let line = 0; line < 10_000; line++) growing.append(Buffer.from(`line ${line}\n`))
  expect(Buffer.from(view).toString()).toBe('first')
})

test('what is extended by lies side by side in the buffer, zero until it is filled', () => {
  const growing = new GrowingBytes()
  for (const length of [10, 2000, 3, 100_000]) {
    const start = growing.extend(length)
    expect(growing.buffer.subarray(start, start + length).every((byte) => byte === 0)).toBe(true)
    growing.buffer.fill(7, start, start + length)
  }
  expect(growing.view().every((byte) => byte === 7)).toBe(true)
  expect(growing.view()).toHaveLength(102_013)
})
