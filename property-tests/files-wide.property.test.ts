import fc from 'fast-check'
import { test } from 'vitest'
import { filesProperty } from './files/files.property.ts'

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'in many cases too every line of files comes once and in order, but those that a cut or a removal took: seed %i',
  async (seed) => {
    await fc.assert(filesProperty, { numRuns: RUNS, seed, endOnFailure: true })
  },
  900_000,
)

const RUNS = 100
