import { expect, test } from 'vitest'
import { runTarget } from './fuzz/run-target.ts'

const targets = new URL('fuzz/broken-targets.test-helper.ts', import.meta.url)
const range = { seed: 1, from: 0, inputs: 500 }
const limits = { inputMs: 3000, heapMiB: 64, growthMiB: 400 }

test.each([
  ['right', null],
  ['throws', { at: 0, why: expect.stringMatching(/Invalid array length/) }],
  ['hangs', { at: 0, why: 'It does not end within 3000 ms' }],
  ['grows', { at: expect.any(Number), why: expect.stringMatching(/The process has grown by \d+ MiB/) }],
])('a parser that %s is told as one', async (name, end) => {
  expect(await runTarget(name, range, { limits, targets })).toEqual(end)
})

test('the time it takes to load is none of the first input', async () => {
  const slow = new URL('fuzz/slow-targets.test-helper.ts', import.meta.url)
  expect(await runTarget('right', range, { limits: { ...limits, inputMs: 1000 }, targets: slow })).toBeNull()
})
