import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsWhatWasAnswered } from './push/push.property.ts'

test('what was answered is in every sink once, in the order of its sender, whatever crashes', async () => {
  let sent = 0
  const property = holdsWhatWasAnswered((lines) => (sent += lines))
  await fc.assert(property, { numRuns: RUNS, seed: 1 })
  expect(sent).toBeGreaterThan(RUNS * 20)
})

const RUNS = 10
