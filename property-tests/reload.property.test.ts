import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FAMILIES } from './collector/command.ts'
import { anyCommand } from './collector/commands.ts'
import { checkCollector } from './collector.property.ts'
import { reloadCommand } from './reload/reload-command.ts'

test('whatever is reloaded, whenever, with faults: every line is delivered once, and a stop leaves nothing behind', async () => {
  const reached = new Set<string>()
  const { failure } = await checkCollector({
    seed: SEED,
    numRuns: RUNS,
    shrink: false,
    engines: ['20.10', '26', '29'],
    rig: { workers: 4, isLong: false },
    families: FAMILIES,
    command: fc.oneof({ weight: 3, arbitrary: reloadCommand }, { weight: 5, arbitrary: anyCommand() }),
    onMark: (mark) => reached.add(mark),
  })
  if (failure !== null) expect.fail(failure)
  for (const result of ['applied', 'unchanged', 'refused']) expect(reached).toContain(`a reload ${result}`)
})

/** Pinned, so that a change and not chance decides whether the tests pass. */
const SEED = 20_261_126
const RUNS = 22
