import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstAndLast, growthOf, maximum, median, totalGrowth } from './growth.ts'

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
      const growth = growthOf(
        t,
        t.map((time) => offset + (slope * time) / 60),
      )
      expect(growth?.perMinute).toBeCloseTo(slope, 6)
    }),
  )
})

test('samples that could not be taken do not bend the slope', () => {
  expect(growthOf([0, 60, 120, 180], [10, null, 30, 40])?.perMinute).toBeCloseTo(10)
})

test('what grows only while it warms up does not grow', () => {
  const warming = seconds(100, 1).map((second) => Math.min(second, 9))
  expect(growthOf(seconds(100, 30), warming)?.perMinute).toBe(0)
})

test('the interval holds the true slope in about 95 of 100 series, whether deviations are new or last', () => {
  for (const lasting of [0, 0.6]) {
    const random = mulberry32(7)
    let held = 0
    for (let series = 0; series < 400; series++) {
      const noise = noiseOf(random, lasting)
      const t = seconds(80, 30)
      const { interval } = growthOf(
        t,
        t.map((time) => 50 + time / 60 + noise()),
      )!
      if (interval![0] <= 1 && 1 <= interval![1]) held += 1
    }
    expect(held / 400).toBeGreaterThan(0.91)
    expect(held / 400).toBeLessThan(0.99)
  }
})

test('few samples have a slope and no interval', () => {
  expect(growthOf([0, 60, 120], [1, 2, 3])).toMatchObject({ interval: null })
  expect(growthOf([0, 60, 120, 180, 240], [1, 2, 3, 5, 4])!.interval).not.toBeNull()
})

/** Normal deviations of which a part is left in the next one. */
function noiseOf(random: () => number, lasting: number): () => number {
  let last = 0
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    last = lasting * last + normal
    return last
  }
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

test('one sample tells nothing about growth', () => {
  expect(growthOf([0, 60], [5, null])).toBeNull()
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
