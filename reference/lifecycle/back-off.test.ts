import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeededRandom } from '../../simulators/world/seeded-random.ts'
import { BackOff } from './back-off.ts'

const OPTIONS = { initialMs: 200, maxMs: 30_000 }

test('a delay lies anywhere between nothing and the ceiling, which doubles up to the longest', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 40 }), (seed, attempt) => {
      const backOff = new BackOff(OPTIONS, new SeededRandom(seed))
      for (let n = 0; n < attempt; n++) backOff.next()
      const ceilingMs = Math.min(30_000, 200 * 2 ** attempt)
      const delayMs = backOff.next()
      expect(backOff.attempts).toBe(attempt + 1)
      return delayMs >= 0 && delayMs <= ceilingMs
    }),
  )
})

test('all of the range is drawn from: those who fail together do not come back together', () => {
  const random = new SeededRandom(1)
  const delays = Array.from({ length: 400 }, () => new BackOff(OPTIONS, random).next())
  const tenths = new Set(delays.map((ms) => Math.floor(ms / 20)))
  expect(tenths.size).toBe(10)
})

test('a success begins anew', () => {
  const backOff = new BackOff(OPTIONS, { next: () => 1 })
  expect([backOff.next(), backOff.next(), backOff.next()]).toEqual([200, 400, 800])
  backOff.reset()
  expect(backOff.next()).toBe(200)
})
