import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineAudit, type LineCounts } from './line-audit.ts'

function audit(emitted: number, seen: readonly number[]): LineCounts {
  const lines = new LineAudit(new Map([['web', emitted]]))
  for (const line of seen) lines.saw('web', line)
  return lines.counts()
}

test('every line once and in order is without fault', () => {
  expect(audit(3, [1, 2, 3])).toEqual({
    emitted: 3,
    delivered: 3,
    missing: 0,
    duplicated: 0,
    outOfOrder: 0,
    unexpected: 0,
    missingRead: null,
    examples: [],
  })
})

test('of missing lines those are told apart that had been read', () => {
  const lines = new LineAudit(new Map([['web', 5]]))
  lines.saw('web', 1)
  const counts = lines.counts((_container, line) => line === 1 || line === 4)
  expect(counts).toMatchObject({ missing: 4, missingRead: 1 })
  expect(counts.examples).toEqual([
    'web: 4 of 5 missing, 1 of them read, first missing 2, 0 repeated, 0 out of order, 0 never written',
  ])
})

test('a line left out is missing, and named', () => {
  const counts = audit(3, [1, 3])
  expect(counts.missing).toBe(1)
  expect(counts.examples).toEqual([
    'web: 1 of 3 missing, first missing 2, 0 repeated, 0 out of order, 0 never written',
  ])
})

test('a line found twice is repeated, not out of order', () => {
  expect(audit(3, [1, 2, 3, 2])).toMatchObject({ duplicated: 1, outOfOrder: 0, missing: 0 })
})

test('a line that comes after a later one is out of order', () => {
  expect(audit(3, [2, 1, 3])).toMatchObject({ outOfOrder: 1, duplicated: 0, missing: 0 })
})

test('a number that was never written is unexpected', () => {
  expect(audit(2, [1, 2, 3, 0])).toMatchObject({ unexpected: 2, missing: 0 })
})

test('containers that were not started for the phase are ignored', () => {
  const lines = new LineAudit(new Map([['web', 1]]))
  lines.saw('web', 1)
  lines.saw('stranger', 7)
  expect(lines.counts()).toMatchObject({ emitted: 1, delivered: 1, unexpected: 0 })
})

test('containers that nobody started count where they are counted', () => {
  const lines = new LineAudit(new Map([['web', 1]]), { countOthers: true })
  lines.saw('stranger', 7)
  expect(lines.counts()).toMatchObject({ emitted: 1, delivered: 1, missing: 1, unexpected: 1 })
})

test('removing, repeating and delaying lines of a perfect output is counted exactly', () => {
  const disturbance = fc.record({
    emitted: fc.integer({ min: 1, max: 200 }),
    lost: fc.array(fc.nat(), { maxLength: 10 }),
    repeated: fc.array(fc.nat(), { maxLength: 10 }),
  })
  fc.assert(
    fc.property(disturbance, ({ emitted, lost, repeated }) => {
      const gone = new Set(lost.map((index) => (index % emitted) + 1))
      const kept = Array.from({ length: emitted }, (_, index) => index + 1).filter((line) => !gone.has(line))
      const again = kept.length === 0 ? [] : repeated.map((index) => kept[index % kept.length] ?? 0)
      expect(audit(emitted, [...kept, ...again])).toMatchObject({
        missing: gone.size,
        duplicated: again.length,
        outOfOrder: 0,
        delivered: kept.length + again.length,
      })
    }),
  )
})

test('whatever is found, delivered - duplicated - unexpected + missing is what was emitted', () => {
  fc.assert(
    fc.property(fc.nat(30), fc.array(fc.integer({ min: -2, max: 40 })), (emitted, seen) => {
      const counts = audit(emitted, seen)
      expect(counts.delivered - counts.duplicated - counts.unexpected + counts.missing).toBe(emitted)
    }),
  )
})

test('a permutation that is not the identity is seen', () => {
  const lines = fc.integer({ min: 2, max: 50 }).chain((emitted) => {
    const order = Array.from({ length: emitted }, (_, index) => index + 1)
    return fc.shuffledSubarray(order, { minLength: emitted })
  })
  fc.assert(
    fc.property(lines, (seen) => {
      const sorted = seen.every((line, index) => line === index + 1)
      expect(audit(seen.length, seen).outOfOrder === 0).toBe(sorted)
    }),
  )
})
