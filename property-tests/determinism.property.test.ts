import { describe, test } from 'vitest'
import { GOLDEN_SEED } from './determinism/golden.ts'
import { outcomesOfTwo, someCases } from './determinism/world-cases.ts'

describe('a case that is run twice happens the same way both times, event for event', () => {
  for (const cases of someCases(GOLDEN_SEED))
    test(`of the property ${cases.property}`, async () => {
      await outcomesOfTwo(cases)
    })
})
