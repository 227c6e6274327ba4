import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCollector } from './collector.property.ts'
import { Step, type Command } from './collector/command.ts'
import { anyCommand } from './collector/commands.ts'
import { anyCommandOrCrash } from './collector/crash-command.ts'
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

const held = { storesLogs: true, source: 'files' } as const
const withSwitches = (command: fc.Arbitrary<Command>): fc.Arbitrary<Command> =>
  fc.oneof({ weight: 12, arbitrary: command }, { weight: 1, arbitrary: switched })

test("where containers' logs are read from files, whatever happens, and now and then over the API, all holds", async () => {
  const engines = ['20.10', '26'] as const
  const { cases, failure } = await checkCollector({
    seed: 1,
    numRuns: 8,
    engines,
    rig: held,
    command: withSwitches(anyCommand()),
  })
  expect(failure).toBeNull()
  expect(cases).toBe(8)
})

test('the same where the collector is crashed in the middle of it', async () => {
  const engines = ['20.10', '26'] as const
  const { failure } = await checkCollector({
    seed: 2,
    numRuns: 6,
    engines,
    rig: held,
    command: withSwitches(anyCommandOrCrash()),
  })
  expect(failure).toBeNull()
})
