import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { BackOff } from '../reference/lifecycle/back-off.ts'
import { SeededRandom } from '../simulators/index.ts'

const options = fc.record({
  initialMs: fc.integer({ min: 1, max: 1000 }),
  maxMs: fc.integer({ min: 1, max: 60_000 }),
})
/** Whether an attempt succeeds, one after the other. */
const attempts = fc.array(fc.boolean(), { maxLength: 60, size: 'max' })

test.prop([fc.nat(), options, attempts], { numRuns: 200, seed: 1 })(
  'no delay is longer than the failures since the last success allow, nor than the longest',
  (seed, { initialMs, maxMs }, outcomes) => {
    const backOff = new BackOff({ initialMs, maxMs }, new SeededRandom(seed))
    let failures = 0
    for (const succeeds of outcomes) {
      if (succeeds) {
        backOff.reset()
        failures = 0
        continue
      }
      const delayMs = backOff.next()
      expect(delayMs).toBeGreaterThan(0)
      expect(delayMs).toBeLessThanOrEqual(Math.min(maxMs, initialMs * 2 ** failures))
      failures += 1
    }
  },
)
