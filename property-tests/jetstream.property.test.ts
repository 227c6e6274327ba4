import { expect, test } from 'vitest'
import { checkStream } from './jetstream/stream.property.ts'

test('whatever happens to the server, on the way to it and to the collector, a stream holds each line once, in order', async () => {
  const { failure } = await checkStream({ seed: SEED, numRuns: RUNS })
  if (failure !== null) expect.fail(failure)
})

/** Pinned, so that a change and not chance decides whether the tests pass. The wide test runs more. */
const SEED = 20_260_190
const RUNS = 8
