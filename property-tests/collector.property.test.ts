import { expect, test } from 'vitest'
import { checkCollector, replayed } from './collector.property.ts'

test('whatever happens, in whatever order, the invariants hold, every line is delivered once, and a stop leaves nothing behind', async () => {
  let commands = 0
  const { failure } = await checkCollector(
    replayed({ seed: SEED, numRuns: RUNS, onCommand: () => (commands += 1) }, process.env),
  )
  if (failure !== null) expect.fail(failure)
  if (process.env['WATERTIGHT_PATH'] === undefined) expect(commands).toBeGreaterThan(RUNS * COMMANDS_EACH)
})

/** Pinned, so that a change and not chance decides whether the tests pass. `npm run campaign` draws others. */
const SEED = 20_260_101
const RUNS = 100
/** On average at least; how many a case has is drawn. */
const COMMANDS_EACH = 30
