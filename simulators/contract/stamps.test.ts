import { expect, test } from 'vitest'
import { log } from './log-seen.ts'
import { shiftStamp, stampOfMs, stampSeconds, stampsOf, withoutStamps } from './stamps.ts'

const FIRST = '2026-01-01T00:00:00.000000001Z'
const LATER = '2026-01-01T00:00:01.500000000Z'

test('a stamp is moved by nanoseconds over the second', () => {
  expect(shiftStamp(FIRST, -1)).toBe('2026-01-01T00:00:00.000000000Z')
  expect(shiftStamp(FIRST, -2)).toBe('2025-12-31T23:59:59.999999999Z')
  expect(shiftStamp('2026-01-01T00:00:00.999999999Z', 1)).toBe('2026-01-01T00:00:01.000000000Z')
})

test('a stamp is told in seconds and nanoseconds, and made of milliseconds', () => {
  expect(stampSeconds(LATER)).toBe('1767225601.500000000')
  expect(stampOfMs(1_767_225_601_500.7)).toBe(LATER)
})

test('stamps are found in a log, oldest first, within a line too, and taken out of it', () => {
  const seen = log(['raw', `${LATER} ab${FIRST} c\r\n`])
  expect(stampsOf(seen)).toEqual([FIRST, LATER])
  expect(withoutStamps(seen)).toEqual(log(['raw', 'abc\r\n']))
})
