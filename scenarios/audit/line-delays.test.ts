import { expect, test } from 'vitest'
import { LineDelays } from './line-delays.ts'

/** Lines from 1 on of one container, written a second apart. */
function written(count: number): Map<string, Map<number, number>> {
  return new Map([['a', new Map(Array.from({ length: count }, (_, index) => [index + 1, index * 1000]))]])
}

test('a delay is from the stamp of a line to its first arrival', () => {
  const delays = new LineDelays()
  delays.saw('a', 1, 300)
  delays.saw('a', 1, 90_000)
  delays.saw('a', 2, 1100)
  delays.saw('b', 1, 5)
  expect(delays.summary(written(3))).toEqual({ count: 2, p50Ms: 100, p99Ms: 300, maxMs: 300 })
})

test('one slow line in a hundred is the last of them, not the usual one', () => {
  const delays = new LineDelays()
  for (let line = 1; line <= 200; line++) delays.saw('a', line, (line - 1) * 1000 + (line > 197 ? 9000 : 20))
  expect(delays.summary(written(200))).toEqual({ count: 200, p50Ms: 20, p99Ms: 9000, maxMs: 9000 })
})

test('columns say of each sample what came since the one before', () => {
  const delays = new LineDelays()
  delays.saw('a', 1, 10)
  delays.saw('a', 2, 1030)
  delays.saw('a', 4, 9000)
  expect(delays.columns(written(4), [500, 1500, 2500])).toEqual({
    delayP50Ms: [10, 30, null],
    delayP99Ms: [10, 30, null],
  })
})

test('without stamps nothing is known, and nothing is invented', () => {
  const delays = new LineDelays()
  delays.saw('a', 1, 10)
  expect(delays.summary(new Map())).toBeNull()
  expect(delays.columns(new Map(), [500])).toEqual({ delayP50Ms: null, delayP99Ms: null })
})
