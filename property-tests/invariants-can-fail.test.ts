import { afterAll, expect, test } from 'vitest'
import { SABOTAGES } from './defects/sabotages.ts'
import { SuitePool } from './defects/suite-pool.ts'

const pool = new SuitePool(2)
afterAll(() => pool[Symbol.dispose]())

for (const { id, description, caughtBy } of SABOTAGES) {
  test.concurrent(`${id} fails when the collector is broken on purpose: ${description}`, async () => {
    const [result] = await pool.run(
      id,
      caughtBy.filter((catcher) => typeof catcher === 'string'),
    )
    expect(result?.failure).toMatch(new RegExp(`^${id} [^\\n]* not hold: `))
  })
}

test('there is one such break for each invariant of the design that virtual time checks', () => {
  expect(SABOTAGES.map(({ id }) => id)).toEqual([
    'I1',
    'I2',
    'I3',
    'I4',
    'I5',
    'I6',
    'I7',
    'I8',
    'I10',
    'I11',
    'I12',
    'I13',
    'I14',
    'I15',
    'I16',
  ])
})
