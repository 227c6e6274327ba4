import { expect, test } from 'vitest'
import { passed } from '../criteria/verdict.ts'
import { selectPhases } from '../phases/select-phases.ts'
import { runPhase } from '../run-phase.ts'
import type { RunResult } from '../report/run-result.ts'
import { openVirtualEngine } from './virtual.ts'

async function run(name: string, seed: number): Promise<RunResult> {
  const [phase] = selectPhases([name])
  const options = {
    compress: 20,
    seed,
    signal: new AbortController().signal,
    progress: { step: () => undefined, clock: () => undefined },
  }
  return await runPhase(openVirtualEngine(), phase!, options)
}

test.each(['idle-stream', 'regression'])('the reference collector passes %s, compressed', async (name) => {
  const result = await run(name, 1)
  const notPassed = result.criteria.filter((criterion) => criterion.pass !== true)
  // In this world the engine has neither descriptors nor tasks.
  expect(notPassed.map(({ id, pass }) => [id, pass])).toEqual([
    ['engine-descriptors', null],
    ['engine-tasks', null],
  ])
  expect(passed(result.criteria)).toBe(true)
  expect(result.lines.emitted).toBeGreaterThan(0)
})

test('the same seed is the same run, another seed another', async () => {
  const [first, again, other] = [
    await run('idle-stream', 7),
    await run('idle-stream', 7),
    await run('idle-stream', 8),
  ]
  expect(again.traceHash).toBe(first.traceHash)
  expect(other.traceHash).not.toBe(first.traceHash)
})

test('a run that is given up rejects with the reason', async () => {
  const [phase] = selectPhases(['idle-stream'])
  const reason = new Error('given up')
  const progress = { step: () => undefined, clock: () => undefined }
  const options = { compress: 20, seed: 1, signal: AbortSignal.abort(reason), progress }
  await expect(openVirtualEngine().run(phase!, options)).rejects.toBe(reason)
})
