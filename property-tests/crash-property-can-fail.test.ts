import { expect, test } from 'vitest'
import { CRASH_SABOTAGES } from './defects/crash-sabotages.ts'
import { runSuites } from './defects/run-suites.ts'

/** Each in a process of its own: the sources are patched while they are loaded. */
for (const { id, description } of CRASH_SABOTAGES) {
  test.concurrent(`crashes show ${id}: ${description}`, { timeout: 180_000 }, async () => {
    const [result] = await runSuites(id, ['crash-property'])
    expect(result?.failure).toMatch(
      /I7 .* not hold|Not delivered|Cannot use the positions|gaps were reported/,
    )
  })
}
