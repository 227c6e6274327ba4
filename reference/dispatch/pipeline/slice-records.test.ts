import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block } from '../block.ts'
import { blockOf, linesOf, sourceOf } from '../pipeline-rig.test-helper.ts'
import { offsetOf, recordsWithin, sliceBehind, sliceRecords } from './slice-records.ts'

const lines = fc.array(
  fc.nat(12).map((length) => 'x'.repeat(length)),
  { maxLength: 12 },
)

/** Each record has a stream and a time of its own. */
function distinct(texts: readonly string[], first: number, epoch = 0): Block {
  const block = blockOf(sourceOf('a'), first, texts, epoch)
  return {
    ...block,
    streams: block.streams.map((_, n) => n),
    times: BigInt64Array.from(texts, (_, n) => BigInt(n)),
  }
}

test('a slice has the columns of its records, and the position of the block', () => {
  fc.assert(
    fc.property(lines, fc.nat(12), fc.nat(12), (texts, one, other) => {
      const block = distinct(texts, 5)
      const [from = 0, to = 0] = [one, other].map((n) => n % (texts.length + 1)).toSorted((x, y) => x - y)
      const slice = sliceRecords(block, from, to)
      expect(linesOf(slice)).toEqual(texts.slice(from, to))
      expect(slice).toMatchObject({ source: block.source, epoch: 0, firstRecord: 5 + from })
      expect(slice.position).toBe(block.position)
      expect(slice.streams).toEqual(block.streams.slice(from, to))
      expect(slice.times).toEqual(block.times.slice(from, to))
      expect(slice.ends.length).toBe(to - from)
      if (from === 0) expect(slice.ends.buffer).toBe(block.ends.buffer)
      expect(offsetOf(slice, to - from)).toBe(slice.bytes.byteLength)
      expect(sliceRecords(block, 0)).toBe(block)
    }),
  )
})

test('what lies behind a place are the records that it does not count, in its epoch, and all of later epochs', () => {
  fc.assert(
    fc.property(lines, fc.nat(20), fc.nat(2), (texts, records, epoch) => {
      const block = distinct(texts, 5, 1)
      const behind = sliceBehind(block, { epoch, records })
      const left = epoch < 1 ? texts : epoch > 1 ? [] : texts.slice(Math.max(0, records - 5))
      expect(behind === null ? [] : linesOf(behind)).toEqual(left)
      expect(behind === null).toBe(left.length === 0)
      expect(sliceBehind(block, undefined)).toBe(texts.length === 0 ? null : block)
    }),
  )
})

test('records are counted as far as they fit', () => {
  fc.assert(
    fc.property(lines, fc.nat(12), fc.nat(80), (texts, start, bytes) => {
      const block = distinct(texts, 0)
      const from = start % (texts.length + 1)
      const size = (to: number): number => offsetOf(block, to) - offsetOf(block, from)
      const count = recordsWithin(block, from, bytes)
      expect(size(from + count)).toBeLessThanOrEqual(bytes)
      if (from + count < texts.length) expect(size(from + count + 1)).toBeGreaterThan(bytes)
    }),
  )
})
