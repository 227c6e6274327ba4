import fc from 'fast-check'
import { test } from 'vitest'
import { filesProperty } from './files/files.property.ts'

test('every line of files that grow, are rotated, cut and removed comes once and in order, but those that a cut or a removal took', async () => {
  await fc.assert(filesProperty, { numRuns: 25, seed: 1 })
})
