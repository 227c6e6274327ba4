import { expect, test } from 'vitest'
import { MARKS } from './collector/collector-rig.ts'
import { checkCollector, replayed, type CollectorPropertyOptions } from './collector.property.ts'

// Red since it was widened: the first case that fails is open (I10). Green again, this must be turned round.
test.fails('whatever happens, in whatever order, the invariants hold, every line is delivered once, and a stop leaves nothing behind', async () => {
  let commands = 0
  const marks = new Set<string>()
  const options: CollectorPropertyOptions = {
    seed: SEED,
    numRuns: RUNS,
    shrink: false,
    engines: ['20.10', '26', '28'],
    onCommand: () => (commands += 1),
    onMark: (mark) => marks.add(mark),
  }
  const { failure } = await checkCollector(replayed(options, process.env))
  if (failure !== null) expect.fail(failure)
  if (process.env['WATERTIGHT_SEED'] !== undefined) return
  expect(commands).toBeGreaterThan(RUNS * COMMANDS_EACH)
  expect([...marks].toSorted()).toEqual(MARKS.toSorted())
})

// Takes minutes since the property was widened: `npm run campaign` runs it.
test.skip.for([
  // The eleventh case shows it when the end of a log is asked for, which does not come as it was stored.
  ['podman-4', 1],
  // The third case showed that equal lines of one second were taken for one.
  ['podman-5', 20_260_112],
] as const)(
  'the same on %s, whose follow cannot be trusted, with stamps of whole seconds: the log is polled',
  async ([engine, seed]) => {
    const { failure } = await checkCollector({ seed, numRuns: POLLED_RUNS, engines: [engine] })
    if (failure !== null) expect.fail(failure)
  },
)

/** Pinned, so that a change and not chance decides whether the tests pass. `npm run campaign` draws others. */
const SEED = 20_260_101
const RUNS = 250
/** On average at least; how many a case has is drawn. */
const COMMANDS_EACH = 12
const POLLED_RUNS = 15
