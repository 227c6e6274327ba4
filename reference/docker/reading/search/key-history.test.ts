import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HISTORY_KEYS, KeyHistory } from './key-history.ts'

/** Keys that differ in their high bits only, in their low bits only, and that are equal. */
const keys = fc.constantFrom(1, 2, 3, 65, 129, 2 ** 21, 2 ** 40 + 1, 2 ** 52, 2 ** 52 + 64)

test('keys are found at their newest ordinal, or the oldest from a place on', () => {
  const first = fc.nat(500)
  const added = fc.array(keys, { maxLength: 400, size: 'max' })
  fc.assert(
    fc.property(first, added, keys, fc.nat(900), (start, list, key, from) => {
      const history = new KeyHistory(start)
      for (const one of list) history.add(one)
      const ordinals = list.flatMap((one, n) => (one === key ? [start + n] : []))
      expect([history.oldest, history.next]).toEqual([start, start + list.length])
      expect(history.find(key)).toBe(ordinals.at(-1) ?? -1)
      expect(history.findFrom(key, from)).toBe(ordinals.find((ordinal) => ordinal >= from) ?? -1)
      list.forEach((one, n) => expect(history.at(start + n)).toBe(one))
      expect([...history.last(from)]).toEqual(from === 0 ? [] : list.slice(-from))
    }),
    { numRuns: 50 },
  )
})

test('no more than so many are remembered, also of equal keys', () => {
  const history = new KeyHistory(10)
  for (let n = 0; n < HISTORY_KEYS + 5; n++) history.add(n < 3 ? n : n % 2 === 0 ? 7 : 100 + n)
  const { next, oldest } = history
  expect([oldest, next]).toEqual([15, 15 + HISTORY_KEYS])
  expect([0, 1, 2, 103].map((key) => history.find(key))).toEqual([-1, -1, -1, -1])
  expect(history.find(105)).toBe(15)
  expect(history.find(7)).toBe(next - 1)
  expect(history.findFrom(7, 0)).toBe(16)
  expect(history.last(HISTORY_KEYS + 100).length).toBe(HISTORY_KEYS)
})

test('a key that was overwritten is not found, whatever came since', () => {
  const history = new KeyHistory(0)
  history.add(5)
  for (let n = 0; n < HISTORY_KEYS - 1; n++) history.add(1000 + n)
  expect(history.find(5)).toBe(0)
  history.add(6)
  expect([history.find(5), history.findFrom(5, 0), history.find(1000)]).toEqual([-1, -1, 1])
})
