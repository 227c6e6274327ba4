import { expect, test } from 'vitest'
import { numberedLine } from './numbered-line.ts'
import { stampsIn } from './stored-stamps.ts'

test('stamps are read with their nanoseconds, whatever frames the lines are in', () => {
  const header = '\u0001\0\0\0\0\0\0\u0072'
  const log = [
    `${header}2026-01-01T00:00:00.250000001Z ${numberedLine('wt-1', 1)}\n`,
    `${header}2026-01-01T00:00:01Z ${numberedLine('wt-1', 2)}\n`,
    `${header}2026-01-01T00:00:02Z something else\n`,
  ].join('')
  const start = Date.parse('2026-01-01T00:00:00Z')
  const stamps = stampsIn(Buffer.from(log, 'latin1'))
  expect([...stamps.keys()]).toEqual([1, 2])
  expect(stamps.get(1)).toBeCloseTo(start + 250, 3)
  expect(stamps.get(2)).toBe(start + 1000)
})
