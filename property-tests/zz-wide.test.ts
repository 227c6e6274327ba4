import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCollector } from './collector.property.ts'
import { Step, type Command } from './collector/command.ts'
import { anyCommand } from './collector/commands.ts'
import type { LogSource } from './collector/rig-options.ts'

/** The collector goes on with another source, from the positions it has saved. */
const switched: fc.Arbitrary<Command> = fc.constantFrom<LogSource>('api', 'files', 'auto').map(
  (source) =>
    new Step(
      `restart the process with source ${source}`,
      null,
      () => true,
      (rig) => rig.restartProcess({ source }),
    ),
)

test("where containers' logs are read from files, whatever happens, and now and then over the API, all holds", async () => {
  const { cases, failure } = await checkCollector({
    seed: 1,
    numRuns: 120,
    engines: ['20.10', '26'],
    rig: { storesLogs: true, source: 'files' },
    command: fc.oneof({ weight: 12, arbitrary: anyCommand() }, { weight: 1, arbitrary: switched }),
  })
  expect(failure).toBeNull()
  expect(cases).toBe(120)
})
