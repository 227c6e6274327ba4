import { expect, test } from 'vitest'
import { accountForShortLives } from './short-lives.ts'

const whole = { name: 'whole', written: 3, found: [1, 2, 3] }
const none = { name: 'none', written: 3, found: [] }
const short = { name: 'short', written: 3, found: [1, 2] }

test('a container whose lines are all there, once and in order, is without fault', () => {
  const counts = accountForShortLives([whole], new Set())
  expect(counts).toEqual({ lost: 0, lostLines: 0, wrongLines: 0, unaccounted: [], namedInVain: 0 })
})

test('a container without a line is lost, with all of its lines', () => {
  expect(accountForShortLives([whole, none], new Set(['none']))).toMatchObject({ lost: 1, lostLines: 3 })
})

test('a container that lacks its last line is not lost, but its line is', () => {
  expect(accountForShortLives([short], new Set(['short']))).toMatchObject({ lost: 0, lostLines: 1 })
})

test('a loss is accounted for only by the name of its own container', () => {
  expect(accountForShortLives([none, short], new Set(['none'])).unaccounted).toEqual(['short'])
  expect(accountForShortLives([none, short], new Set(['none', 'short'])).unaccounted).toEqual([])
})

test('a container named although nothing of it is lost is counted', () => {
  expect(accountForShortLives([whole, none], new Set(['whole', 'none'])).namedInVain).toBe(1)
})

test('lines that are repeated, out of order or never written are wrong, and stand for no other', () => {
  const counts = accountForShortLives([{ name: 'odd', written: 3, found: [1, 1, 3, 2, 4] }], new Set())
  expect(counts).toMatchObject({ lostLines: 0, wrongLines: 3 })
})
