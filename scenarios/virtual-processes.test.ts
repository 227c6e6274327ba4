import { expect, test } from 'vitest'
import { UsageError } from '../reference/usage-error.ts'
import { PHASES } from './phases/phases.ts'
import { runInProcesses } from './virtual-processes.ts'

const { signal } = new AbortController()

test('a defect that nobody knows is one sentence that names those there are', async () => {
  const request = { phase: PHASES[0]!, compress: 1000, seed: 1, defect: 'B999', signal }
  const running = runInProcesses([request], () => {})
  await expect(running).rejects.toThrow(UsageError)
  await expect(running).rejects.toThrow(/^Cannot put defect "B999" back: known are B7, B8, [^\n]*$/)
})
