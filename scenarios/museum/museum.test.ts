import { describe, expect, test } from 'vitest'
import { readExhibits } from './exhibit.ts'
import { runExhibit, wrongsOf } from './run-exhibit.ts'
import { faultOf, REFERENCE_KINDS, smallFollower } from './subject-kinds.ts'

const EXHIBITS = readExhibits()

test('there are 25 or more, each seen in public', () => {
  expect(EXHIBITS.length).toBeGreaterThanOrEqual(25)
  expect(
    EXHIBITS.filter(
      ({ seenIn }) => !/^https:\/\/github\.com\/[^/]+\/[^/]+\/(issues|pull)\/\d+$/.test(seenIn),
    ),
  ).toEqual([])
})

describe.each(EXHIBITS)('$name', (exhibit) => {
  test('a small collector that has the fault fails by what it does wrong, and by nothing else', async () => {
    const findings = await runExhibit(exhibit, smallFollower(faultOf(exhibit)))
    expect([wrongsOf(findings).toSorted(), findings]).toEqual([exhibit.fails.toSorted(), expect.anything()])
  })

  test('the same without the fault passes', async () => {
    expect(await runExhibit(exhibit, smallFollower(null))).toEqual({})
  })

  test.each(REFERENCE_KINDS)('$name passes', async (kind) => {
    expect(await runExhibit(exhibit, kind)).toEqual({})
  })
})
