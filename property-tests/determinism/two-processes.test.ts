import { expect, test } from 'vitest'
import { checkTwoProcesses } from './two-processes.ts'

test('cases happen the same way in two processes that run at the same time, whatever memory, time zone and language they have', async () => {
  const { cases, difference } = await checkTwoProcesses([1, 2])
  expect(difference).toBeNull()
  expect(cases).toBeGreaterThan(SEEDS_CASES)
})

test('a collector that draws its delays from the real chance does not, and the first event that differs is named', async () => {
  const { difference } = await checkTwoProcesses([1], {
    execArgv: ['--import', './property-tests/defects/register.ts'],
    env: { WATERTIGHT_DEFECT: 'B310' },
  })
  expect(difference).toMatch(
    /Case \d+ happens otherwise in another process\. World \d+ of \d+, with seed \d+, /,
  )
  expect(difference).toMatch(/went another way at event \d+:\n +first run: .* ms .*\n +second run: .* ms /)
})

const SEEDS_CASES = 20
