import fc from 'fast-check'
import { test } from 'vitest'
import { SERVICE_KINDS } from './network-sinks/network-sink-rig.ts'
import { holdsEachLineOnce, OFTEN } from './network-sinks/network-sinks.property.ts'

test.each(SERVICE_KINDS)('%s holds each line once, in the order of its source', async (kind) => {
  await fc.assert(holdsEachLineOnce(kind, OFTEN), { numRuns: 2, seed: 1 })
})
