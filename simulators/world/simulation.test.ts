import { expect, test } from 'vitest'
import { Simulation } from './simulation.ts'

const never = new AbortController().signal

/** Two tasks that sleep as long as the seed says, many times. */
async function race(seed: number): Promise<{ order: string; hash: string }> {
  const simulation = new Simulation({ seed })
  let order = ''
  const task = async (name: string): Promise<void> => {
    const random = simulation.random.fork(name)
    for (let turn = 0; turn < 20; turn++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await simulation.clock.sleep(random.integer(1, 3), { signal: never })
      order += name
    }
  }
  await simulation.run(() => Promise.all([task('a'), task('b')]))
  return { order, hash: simulation.traceHash }
}

test('a simulation needs no machine', async () => {
  const { order } = await race(1)
  expect(order).toHaveLength(40)
})

test('the same seed gives the same order and the same trace, another seed another', async () => {
  const first = await race(1)
  expect(await race(1)).toEqual(first)
  expect(await race(2)).not.toEqual(first)
})

test('waiting for what is no event of it is a deadlock', async () => {
  const simulation = new Simulation({ seed: 1 })
  await expect(simulation.run(() => new Promise(() => {}))).rejects.toThrow('Nothing can run')
})
