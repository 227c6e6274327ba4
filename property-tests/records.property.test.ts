import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordsProperty } from './records.property.ts'

/** Pinned, so that a change and not chance decides whether the tests pass. */
const SEED = Number(process.env['WATERTIGHT_SEED'] ?? 20_261_126)
const RUNS = Number(process.env['WATERTIGHT_RUNS'] ?? 32)

test('records are what a model makes of the stored log, under one id for good, over crashes and restarts', async () => {
  const details = await fc.check(recordsProperty, {
    seed: SEED,
    numRuns: RUNS,
    endOnFailure: process.env['WATERTIGHT_SHRINK'] === undefined,
  })
  if (details.failed) expect.fail(fc.defaultReportMessage(details))
})
