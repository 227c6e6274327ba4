import { expect, test } from 'vitest'
import { accountForHoles, holesOf } from './hole-audit.ts'

const stamp = (line: number): string => `2026-01-01T00:00:${String(line).padStart(2, '0')}.000000000Z`

function stamps(...lines: readonly number[]): Map<number, string> {
  return new Map(lines.map((line) => [line, stamp(line)]))
}

test('every line found leaves no hole', () => {
  expect(holesOf(stamps(1, 2, 3), 3)).toEqual([])
})

test('lines missing in a row are one hole, at the beginning, within and at the end', () => {
  expect(holesOf(stamps(3, 6), 8)).toEqual([
    { first: 1, last: 2, before: '', behind: stamp(3) },
    { first: 4, last: 5, before: stamp(3), behind: stamp(6) },
    { first: 7, last: 8, before: stamp(6), behind: null },
  ])
})

test('a hole that nothing tells of is silent, also beside a gap that was told elsewhere', () => {
  const holes = holesOf(stamps(1, 2, 5, 6, 7), 7)
  const counts = accountForHoles(holes, [{ after: stamp(6), toldAt: 0 }], [])
  expect(counts).toEqual({ silent: 2, rotatedAway: 0, givenUp: 0, idleGaps: 1 })
})

test('a hole is told by a gap whose stamp is that of the line in front of it', () => {
  const holes = holesOf(stamps(1, 2, 5), 5)
  const counts = accountForHoles(holes, [{ after: stamp(2), toldAt: 10 }], [{ at: 11, line: 5 }])
  expect(counts).toEqual({ silent: 0, rotatedAway: 2, givenUp: 0, idleGaps: 0 })
})

test('lines that are told of count as given up when the engine still had one of them', () => {
  const holes = holesOf(stamps(1, 2, 5), 5)
  const gaps = [{ after: stamp(2), toldAt: 10 }]
  const looks = [
    { at: 9, line: 5 },
    { at: 11, line: 4 },
    { at: 20, line: 9 },
  ]
  expect(accountForHoles(holes, gaps, looks)).toMatchObject({ rotatedAway: 0, givenUp: 2 })
  expect(accountForHoles(holes, gaps, [])).toMatchObject({ rotatedAway: 0, givenUp: 2 })
})

test('a hole at the end is told by a gap behind what was delivered', () => {
  const holes = holesOf(stamps(1, 2), 4)
  expect(accountForHoles(holes, [{ after: stamp(2), toldAt: 0 }], [])).toMatchObject({ silent: 0 })
  expect(accountForHoles(holes, [{ after: stamp(1), toldAt: 0 }], [])).toMatchObject({ silent: 2 })
})

test('of a loss that was told twice, because nothing was delivered in between, the last time counts', () => {
  const holes = holesOf(stamps(1, 2, 5), 5)
  const told = [
    { after: stamp(2), toldAt: 10 },
    { after: stamp(2), toldAt: 20 },
  ]
  const looks = [
    { at: 11, line: 4 },
    { at: 21, line: 5 },
  ]
  expect(accountForHoles(holes, told, looks)).toMatchObject({ rotatedAway: 2, givenUp: 0 })
})
