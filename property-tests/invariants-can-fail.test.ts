import { afterAll, expect, test } from 'vitest'
import { PHASES } from '../scenarios/phases/phases.ts'
import { ALONE_AMONG_CHECKS, ALONE_AMONG_CRITERIA } from './defects/alone.ts'
import { holdCheckAlone, holdCriterionAlone } from './defects/hold-alone.ts'
import { SuitePool } from './defects/suite-pool.ts'

const pool = new SuitePool(2)
afterAll(() => pool[Symbol.dispose]())

test.concurrent.each(ALONE_AMONG_CHECKS)('$check alone sees $defect on the $suite', async (alone) => {
  expect(await holdCheckAlone(pool, alone)).toBeNull()
})

test.concurrent.each(ALONE_AMONG_CRITERIA)(
  'of the criteria of $phase only $check sees $defect',
  async (alone) => {
    const { criteria } = PHASES.find(({ name }) => name === alone.phase)!
    expect(await holdCriterionAlone(pool, alone, new Set(criteria.map(({ id }) => id)))).toBeNull()
  },
)
