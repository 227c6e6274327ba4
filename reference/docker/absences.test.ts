import { expect, test } from 'vitest'
import { Absences } from './absences.ts'

const none = new Set<string>()

test('a container is gone when three lists in a row missed it, over the span', () => {
  const absences = new Absences({ lists: 3, spanMs: () => 100 })
  expect(absences.note(none, ['a'], 0)).toEqual([])
  expect(absences.note(none, ['a'], 50)).toEqual([])
  expect(absences.note(none, ['a'], 100)).toEqual(['a'])
  expect(absences.note(none, ['a'], 150)).toEqual(['a'])
})

test('three lists within less than the span prove nothing', () => {
  const absences = new Absences({ lists: 3, spanMs: () => 100 })
  for (const nowMs of [0, 1, 2, 3, 99]) expect(absences.note(none, ['a'], nowMs)).toEqual([])
  expect(absences.note(none, ['a'], 100)).toEqual(['a'])
})

test('two lists prove nothing, however far apart', () => {
  const absences = new Absences({ lists: 3, spanMs: () => 100 })
  absences.note(none, ['a'], 0)
  expect(absences.note(none, ['a'], 1_000_000)).toEqual([])
})

test('a list that has it begins the count anew', () => {
  const absences = new Absences({ lists: 3, spanMs: () => 100 })
  absences.note(none, ['a', 'b'], 0)
  absences.note(none, ['a', 'b'], 50)
  absences.note(new Set(['a']), ['a', 'b'], 60)
  expect(absences.note(none, ['a', 'b'], 100)).toEqual(['b'])
  expect(absences.note(none, ['a', 'b'], 150)).toEqual(['b'])
  expect(absences.note(none, ['a', 'b'], 200)).toEqual(['a', 'b'])
})

test('what is not asked about any more is forgotten', () => {
  const absences = new Absences({ lists: 3, spanMs: () => 100 })
  absences.note(none, ['a'], 0)
  absences.note(none, ['a'], 50)
  absences.note(none, [], 60)
  expect(absences.note(none, ['a'], 100)).toEqual([])
})
