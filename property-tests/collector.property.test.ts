import { expect, test } from 'vitest'
import { DAYS } from './collector/days.ts'
import { DAY_MARKS, MARKS, missing } from './collector/marks.ts'
import { checkCollector, replayed } from './collector.property.ts'

const reached = new Set<string>()
const onMark = (mark: string): void => void reached.add(mark)

test('whatever happens, in whatever order, the invariants hold, every line is delivered once, and a stop leaves nothing behind', async () => {
  let commands = 0
  const { failure } = await checkCollector(
    replayed(
      {
        seed: SEED,
        numRuns: RUNS,
        shrink: false,
        engines: ['20.10', '26', '28', '29'],
        onCommand: () => (commands += 1),
        onMark,
      },
      process.env,
    ),
  )
  if (failure !== null) expect.fail(failure)
  if (process.env['WATERTIGHT_SEED'] !== undefined) return
  expect(commands).toBeGreaterThan(RUNS * COMMANDS_EACH)
})

test.for([
  ['podman-4', 20_260_111],
  ['podman-5', 20_260_112],
] as const)(
  'the same on %s, whose follow cannot be trusted, with stamps of whole seconds: the log is polled',
  async ([engine, seed]) => {
    const { failure } = await checkCollector({
      seed,
      numRuns: POLLED_RUNS,
      engines: [engine],
      shrink: false,
      onMark,
    })
    if (failure !== null) expect.fail(failure)
  },
)

test('what happens seldom, one after the other, changes nothing of that', async () => {
  for (const day of DAYS) {
    // oxlint-disable-next-line no-await-in-loop -- one world at a time
    for (const mark of await day()) onMark(mark)
  }
})

test('every interesting state was reached in these cases', () => {
  if (process.env['WATERTIGHT_SEED'] === undefined)
    expect(missing([...MARKS, ...DAY_MARKS], reached)).toEqual([])
})

/**
 * Pinned, so that a change and not chance decides whether the tests pass. The wide test runs more, with every interesting state among them, and
 * `npm run campaign` draws others.
 */
const SEED = 20_260_101
const RUNS = 60
/** On average at least; how many a case has is drawn. */
const COMMANDS_EACH = 12
const POLLED_RUNS = 10
