import { expect, test } from 'vitest'
import { parseInputTime } from './input-time.ts'

const NOW = Date.parse('2026-01-02T03:04:05Z')

test.each([
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000000Z'],
  ['2026-01-01T00:00:00.123456789+01:00', '2025-12-31T23:00:00.123456789Z'],
  ['2026-01-01T00:00:00.5', '2026-01-01T00:00:00.500000000Z'],
  ['2026-01-01', '2026-01-01T00:00:00.000000000Z'],
  ['1767225600.25', '2026-01-01T00:00:00.250000000Z'],
  ['1h4m5s', '2026-01-02T02:00:00.000000000Z'],
  ['1.5s', '2026-01-02T03:04:03.500000000Z'],
  ['-5s', '2026-01-02T03:04:10.000000000Z'],
])('%s as the begin is %s', (text, stamp) => {
  expect(parseInputTime(text, NOW, 'back')).toBe(stamp)
})

test('a span as the end leads forth from now', () => {
  expect(parseInputTime('10s', NOW, 'forth')).toBe('2026-01-02T03:04:15.000000000Z')
})

test('the zero time and the epoch are no limit', () => {
  expect(parseInputTime('0001-01-01T00:00:00Z', NOW, 'back')).toBeNull()
  expect(parseInputTime('0', NOW, 'back')).toBeNull()
})

test.each(['', 'foo', '5 minutes', '2026-13-01T00:00:00Z', '10x'])('%j is no time', (text) => {
  expect(parseInputTime(text, NOW, 'back')).toBeUndefined()
})
