import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.UTC(2026, 0, 1)

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['7', 7000],
  [' 0 ', 0],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['999999999', 3_600_000],
  ['soon', undefined],
  ['1.5', undefined],
])('Retry-After %j is %j ms', (value, ms) => {
  expect(retryAfterMs(value === undefined ? {} : { 'retry-after': value }, NOW)).toBe(ms)
})
