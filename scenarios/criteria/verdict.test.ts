import { expect, test } from 'vitest'
import { growing, observations, steady } from '../observations.test-support.ts'
import { selectPhases } from '../phases/select-phases.ts'
import { judge, type CriterionResult } from './verdict.ts'

type Seen = Parameters<typeof observations>[0]

function verdicts(seen: Seen, interrupted: boolean): Record<string, CriterionResult['pass']> {
  const [retest] = selectPhases(['load-retest'])
  const results = judge(retest!, observations(seen), { interrupted })
  return Object.fromEntries(results.map(({ id, pass }) => [id, pass]))
}

const early: Seen = {
  rotationsByContainer: new Map([['wt-01', 1]]),
  lines: { ...observations().lines, missing: 3 },
  // Between 2 and 4 more: nothing that ten samples could tell from no growth.
  series: { tasks: [60, 64, 59, 65, 58, 66, 59, 66, 58, 70], fds: steady(40) },
}

test('what an interrupted run had not reached is open, what went wrong is wrong', () => {
  expect(verdicts(early, false)).toMatchObject({ 'rotations-each': false, missing: false })
  const interrupted = verdicts(early, true)
  expect(interrupted).toMatchObject({ 'rotations-each': null, missing: false, duplicated: true })
})

test('a growth that may be none is open there, one that is sure has failed', () => {
  expect(verdicts(early, true)['task-growth']).not.toBe(false)
  const sure: Seen = { series: { tasks: growing(60, 10) } }
  expect(verdicts(sure, true)['task-growth']).toBe(false)
})

test('the failure of a growth says what is open that was not, and where it was opened', () => {
  const newlyOpen = ['task stream_reader started at a.ts:1:2: 50 -> 90 (+40)']
  const [retest] = selectPhases(['load-retest'])
  const results = judge(retest!, observations({ series: { tasks: growing(50, 5) }, newlyOpen }))
  const growth = results.find(({ id }) => id === 'task-growth')!
  expect(growth.evidence).toEqual([`open at the end and not at the start: ${newlyOpen[0]}`])
  expect(growth.interval![0]).toBeCloseTo(10)
})
