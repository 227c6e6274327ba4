import { expect, test, vi } from 'vitest'
import { isAlive } from '../../scenarios/probes/is-alive.ts'
import { ProcessPool } from './process-pool.ts'

type Pool = ProcessPool<{ readonly say: string }, { readonly said: string; readonly pid: number }>

function pool(processes: number, timeoutMs = 60_000): Pool {
  const module = new URL('./echo-process.test-helper.ts', import.meta.url)
  return new ProcessPool(module, { processes, timeoutMs })
}

test('each job has its own answer, and no more processes are there than wanted', async () => {
  using two = pool(2)
  const words = ['a', 'b', 'c', 'd', 'e']
  const answers = await Promise.all(words.map((say) => two.ask({ say })))
  expect(answers.map(({ said }) => said)).toEqual(words)
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2)
})

test('a job that fails, leaves a rejection to nobody, or whose process ends or takes too long, is an error, and others go on', async () => {
  using one = pool(1)
  await expect(one.ask({ say: 'fail' })).rejects.toThrow('no such job')
  await expect(one.ask({ say: 'reject' })).rejects.toThrow('its process ended with status 1')
  await expect(one.ask({ say: 'end' })).rejects.toThrow('its process ended with status 3')
  expect(await one.ask({ say: 'a' })).toMatchObject({ said: 'a' })
  using impatient = pool(1, 2000)
  await expect(impatient.ask({ say: 'hang' })).rejects.toThrow('it was not over after 2000 ms')
  expect(await impatient.ask({ say: 'a' })).toMatchObject({ said: 'a' })
})

test('its processes end with it', async () => {
  const one = pool(1)
  const { pid } = await one.ask({ say: 'a' })
  one[Symbol.dispose]()
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false))
})
