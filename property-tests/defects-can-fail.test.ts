import { expect, test } from 'vitest'
import { DEFECTS } from './defects/catalogue.ts'
import { runUnitSuite } from './defects/unit-suite.ts'

/** What only takes a unit test to see; what takes the whole collector, `watertight defects` holds the suites against. */
test('each defect that unit tests are to catch is caught by them, and the sources as they are pass', async () => {
  const { clean, defects } = await runUnitSuite(DEFECTS, { clean: true })
  expect([...defects].filter(([, { failed }]) => failed.length === 0).map(([id]) => id)).toEqual([])
  expect(clean?.failed).toEqual([])
  expect(defects.size).toBeGreaterThan(70)
}, 300_000)
