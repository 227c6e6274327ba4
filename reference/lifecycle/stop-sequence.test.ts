import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import type { TaskInfo } from './task-registry.ts'
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

const web: TaskInfo = {
  id: 1,
  kind: 'reader',
  name: 'web',
  scope: 'app',
  kept: false,
  state: 'running',
  ageMs: 0,
  failures: 0,
  heartbeatMs: null,
  startedAt: null,
}

test('a step that reports in time which tasks did not end is named with them, and others are none of its', async () => {
  const world = new World({ seed: 1 })
  await world.advance(12_345)
  const joins = (ended: boolean) => async (deadlineMs: number) => {
    await world.clock.sleep(deadlineMs, { signal: new AbortController().signal })
    return { ended, unfinished: [web, { ...web, name: 'db' }], elapsedMs: deadlineMs }
  }
  const steps = [
    { name: 'readers', atMostMs: 100, run: joins(false) },
    { name: 'workers', atMostMs: 100, run: joins(true) },
  ]
  const report = await world.run(() => runStopSequence(world.clock, 1000, steps))
  expect(report.missed).toEqual([{ step: 'readers', why: 'did not end: reader web, reader db' }])
  expect(report.elapsedMs).toBeGreaterThanOrEqual(200)
  expect(report.elapsedMs).toBeLessThan(250)
})

test('the whole keeps its deadline though every step hangs, and no step has less than nothing', async () => {
  const world = new World({ seed: 1 })
  await world.advance(12_345)
  const deadlines: number[] = []
  const run = async (deadlineMs: number): Promise<void> => {
    deadlines.push(deadlineMs)
    await hangs()
  }
  const steps = ['a', 'b', 'c'].map((name) => ({ name, atMostMs: 10_000, run }))
  const report = await world.run(() => runStopSequence(world.clock, 1000, steps))
  expect(report.elapsedMs).toBeLessThanOrEqual(1000)
  expect(report.elapsedMs).toBeGreaterThan(900)
  expect(deadlines[0]).toBeGreaterThan(900)
  expect(deadlines.slice(1)).toEqual([0, 0])
})
