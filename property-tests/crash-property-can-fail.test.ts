import { afterAll, expect, test } from 'vitest'
import { CRASH_SABOTAGES } from './defects/crash-sabotages.ts'
import { SuitePool } from './defects/suite-pool.ts'

const pool = new SuitePool(2)
afterAll(() => pool[Symbol.dispose]())

for (const { id, description } of CRASH_SABOTAGES) {
  test(`crashes show ${id}: ${description}`, async () => {
    const [result] = await pool.run(id, ['crash-property'])
    expect(result?.failure).toMatch(
      /I7 .* not hold|Not delivered|Cannot use the positions|gaps were reported/,
    )
  })
}
