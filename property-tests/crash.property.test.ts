import { expect, test } from 'vitest'
import { checkCollector, replayed } from './collector.property.ts'
import { anyCommandOrCrash } from './collector/crash-command.ts'

/** Pinned, so that a change and not chance decides whether the tests pass. */
const SEED = 20_260_102
const RUNS = 16
/** On a busy machine. */
const TIMEOUT_MS = 180_000
/** What is promised for them: lines and records are the engine's, each once. */
const ENGINES = ['20.10', '26', '28'] as const
/** On average at least. */
const CRASHES_EACH = 6

test(
  'a collector that is crashed at any event, again and again, and started on what is left, loses nothing and repeats nothing',
  async () => {
    let crashes = 0
    const { failure } = await checkCollector(
      replayed(
        {
          seed: SEED,
          numRuns: RUNS,
          shrink: false,
          engines: ENGINES,
          command: anyCommandOrCrash(),
          onCommand: (description) => {
            if (/kill -9|power cut/.test(description)) crashes += 1
          },
        },
        process.env,
      ),
    )
    if (failure !== null) expect.fail(failure)
    if (process.env['WATERTIGHT_SEED'] !== undefined) return
    expect(crashes).toBeGreaterThan(RUNS * CRASHES_EACH)
  },
  TIMEOUT_MS,
)
