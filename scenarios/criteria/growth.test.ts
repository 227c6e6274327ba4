import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstAndLast, growthPerMinute, maximum, median, totalGrowth } from './growth.ts'

const seconds = (count: number, every: number): number[] => Array.from({ length: count }, (_, i) => i * every)

test('growth per minute is the slope of a straight line, whatever its offset', () => {
  const line = fc.record({
    slope: fc.integer({ min: -50, max: 50 }),
    offset: fc.integer({ min: 0, max: 1000 }),
    samples: fc.integer({ min: 2, max: 50 }),
  })
  fc.assert(
    fc.property(line, ({ slope, offset, samples }) => {
      const t = seconds(samples, 30)
      const growth = growthPerMinute(
        t,
        t.map((time) => offset + (slope * time) / 60),
      )
      expect(growth).toBeCloseTo(slope, 6)
    }),
  )
})

test('samples that could not be taken do not bend the slope', () => {
  expect(growthPerMinute([0, 60, 120, 180], [10, null, 30, 40])).toBeCloseTo(10)
})

test('one sample tells nothing about growth', () => {
  expect(growthPerMinute([0, 60], [5, null])).toBeNull()
  expect(totalGrowth([5])).toBeNull()
})

test('a single outlier does not decide the growth in all', () => {
  const flat = Array.from({ length: 100 }, () => 50)
  expect(totalGrowth([...flat.slice(0, -1), 500])).toBe(0)
})

test('steady growth is seen in full but for the ends', () => {
  expect(totalGrowth(seconds(100, 1))).toBe(90)
})

test('median, maximum and ends skip what is not known', () => {
  expect(median([3, null, 1, 2])).toBe(2)
  expect(maximum([3, null, 7])).toBe(7)
  expect(firstAndLast([null, 4, 5, null])).toEqual({ first: 4, last: 5 })
  expect([median([null]), maximum([]), firstAndLast([null])]).toEqual([null, null, null])
})
