import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { World } from '../world.ts'

test('a sleep ends after its time and no real time passes', async () => {
  const world = new World({ seed: 1, startAt: 1000 })
  const { signal } = new AbortController()
  const started = performance.now()
  await world.run(() => world.clock.sleep(24 * 3_600_000, { signal }))
  expect(world.clock.monotonic()).toBe(24 * 3_600_000)
  expect(world.clock.now()).toBe(1000 + 24 * 3_600_000)
  expect(performance.now() - started).toBeLessThan(1000)
})

test('a sleep leaves no listener and no timer, however it ends', async () => {
  const world = new World({ seed: 1 })
  const controller = new AbortController()
  await world.run(() => world.clock.sleep(10, controller))
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  const sleep = world.clock.sleep(10, controller)
  expect(world.ledger.count('timer')).toBe(1)
  controller.abort(new Error('enough'))
  await expect(sleep).rejects.toThrow('enough')
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  expect([world.ledger.size, world.scheduled.length]).toEqual([0, 0])
  await expect(world.clock.sleep(10, controller)).rejects.toThrow('enough')
})

test('a step of the wall clock changes neither durations nor monotonic time', async () => {
  const world = new World({ seed: 1, startAt: 1_000_000 })
  const { signal } = new AbortController()
  const sleep = world.clock.sleep(100, { signal })
  world.clock.stepWallTime(-5000)
  expect(world.clock.now()).toBe(995_000)
  await world.run(() => sleep)
  expect(world.clock.monotonic()).toBe(100)
})

test('a sleep of nothing ends, but not before its caller went on', async () => {
  const world = new World({ seed: 1 })
  const { signal } = new AbortController()
  let over = false
  const sleep = world.clock.sleep(-5, { signal }).then(() => (over = true))
  expect(over).toBe(false)
  await world.run(() => sleep)
  expect(world.nowMs).toBe(0)
})
