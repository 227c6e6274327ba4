import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { runStopSequence, type StopStep } from './stop-sequence.ts'

const hangs = (): Promise<void> => new Promise(() => {})

test('a step that hangs is named, and the next ones run', async () => {
  const world = new World({ seed: 1 })
  const ran: string[] = []
  const steps: StopStep[] = [
    { name: 'one', atMostMs: 100, run: hangs },
    { name: 'two', atMostMs: 100, run: async () => void ran.push('two') },
    {
      name: 'three',
      atMostMs: 100,
      run: async () => {
        throw new Error('broken')
      },
    },
    { name: 'four', atMostMs: 100, run: async () => void ran.push('four') },
  ]
  const report = await world.run(() => runStopSequence(world.clock, 1000, steps))
  expect(ran).toEqual(['two', 'four'])
  expect(report.missed).toEqual([
    { step: 'one', why: 'took longer than 100 ms' },
    { step: 'three', why: 'Error: broken' },
  ])
})

test('what is reserved for later steps cannot be used up by earlier ones, and the whole keeps its deadline', async () => {
  const world = new World({ seed: 1 })
  const deadlines: number[] = []
  const steps: StopStep[] = [
    { name: 'readers', atMostMs: 6000, run: hangs },
    { name: 'queue', atMostMs: 5000, run: hangs },
    { name: 'workers', atMostMs: 1000, run: hangs },
    {
      name: 'positions',
      atMostMs: 2000,
      reservedMs: 1000,
      run: (deadlineMs) => {
        deadlines.push(deadlineMs)
        return hangs()
      },
    },
    {
      name: 'sink',
      atMostMs: 1000,
      reservedMs: 500,
      run: async (deadlineMs) => void deadlines.push(deadlineMs),
    },
  ]
  const report = await world.run(() => runStopSequence(world.clock, 9500, steps))
  expect(deadlines[0]).toBeGreaterThanOrEqual(1000)
  expect(deadlines[1]).toBeGreaterThanOrEqual(500)
  expect(report.elapsedMs).toBeLessThanOrEqual(9500)
  expect(report.missed.map(({ step }) => step)).toEqual(['readers', 'queue', 'workers', 'positions'])
})
