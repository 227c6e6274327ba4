import { expect, test } from 'vitest'
import { SeededRandom } from './seeded-random.ts'

const draws = (random: SeededRandom, count = 20): number[] =>
  Array.from({ length: count }, () => random.next())

test('the same seed draws the same numbers and another seed draws others', () => {
  expect(draws(new SeededRandom(7))).toEqual(draws(new SeededRandom(7)))
  expect(draws(new SeededRandom(7))).not.toEqual(draws(new SeededRandom(8)))
  expect(draws(new SeededRandom(7))).not.toEqual(draws(new SeededRandom(7 + 2 ** 32)))
})

test('a fork depends on its name, not on what was drawn before', () => {
  const drawn = new SeededRandom(7)
  draws(drawn)
  expect(draws(drawn.fork('a'))).toEqual(draws(new SeededRandom(7).fork('a')))
  expect(draws(drawn.fork('a'))).not.toEqual(draws(drawn.fork('b')))
})

test('numbers stay in [0, 1) and are spread evenly', () => {
  const numbers = draws(new SeededRandom(1), 20_000)
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
  expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 1)
})

test('whole numbers reach both ends of their range and nothing else', () => {
  const random = new SeededRandom(1)
  const seen = new Set(Array.from({ length: 200 }, () => random.integer(2, 4)))
  expect(seen).toEqual(new Set([2, 3, 4]))
})

test('hex has exactly the digits asked for', () => {
  expect(new SeededRandom(3).hex(64)).toMatch(/^[0-9a-f]{64}$/)
  expect(new SeededRandom(3).hex(5)).toMatch(/^[0-9a-f]{5}$/)
})
