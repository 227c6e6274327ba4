import { expect, test } from 'vitest'
import { MARKS, missing } from './collector/marks.ts'
import { checkCollector } from './collector.property.ts'

test('the collector property holds in many cases, and every interesting state is reached in some', async () => {
  const marks = new Set<string>()
  const { failure } = await checkCollector({
    seed: SEED,
    numRuns: RUNS,
    shrink: false,
    engines: ['20.10', '26', '28', '29'],
    onMark: (mark) => marks.add(mark),
  })
  if (failure !== null) expect.fail(failure)
  expect(missing(MARKS, marks)).toEqual([])
}, 900_000)

/** Pinned, so that a change and not chance decides whether it passes. */
const SEED = 20_260_106
const RUNS = 500
