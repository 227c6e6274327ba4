import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHUNK_KEYS, KeyTrail } from './key-trail.ts'

test('a mark tells the last keys before it, also when more were added since', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), fc.nat(CHUNK_KEYS), (before, behind, count) => {
      const trail = new KeyTrail()
      for (let key = 0; key < before; key++) trail.add(key)
      const mark = trail.mark()
      for (let key = 0; key < behind; key++) trail.add(1000 + key)
      const keys = Array.from({ length: before }, (_, key) => key)
      expect([...mark.last(count)]).toEqual(count === 0 ? [] : keys.slice(-count))
    }),
  )
})

test('a trail begins with the keys it is given', () => {
  expect([...new KeyTrail([1, 2, 3]).mark().last(2)]).toEqual([2, 3])
})

test('it counts the keys before the last fifty that are those over again, also behind where it began', () => {
  const trail = new KeyTrail([1, ...Array.from({ length: 50 }, () => 7)], 3)
  expect(trail.repeats).toBe(3)
  trail.add(7)
  expect(trail.repeats).toBe(4)
  trail.add(8)
  expect(trail.repeats).toBe(0)
  for (let key = 0; key < 51; key++) trail.add(7)
  expect(trail.repeats).toBe(1)
})
