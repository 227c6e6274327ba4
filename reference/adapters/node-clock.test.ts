import { getEventListeners } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { NodeClock } from './node-clock.ts'

const clock = new NodeClock()

test('a sleep that is aborted rejects with the reason, clears its timer and takes its listener away', async () => {
  const controller = new AbortController()
  const timers = activeTimers()
  const slept = expect(clock.sleep(60_000, controller)).rejects.toBe('enough')
  expect(activeTimers()).toBe(timers + 1)
  controller.abort('enough')
  await slept
  expect(activeTimers()).toBe(timers)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

test('a sleep under a signal that is aborted already rejects without a timer', async () => {
  const timers = activeTimers()
  await expect(clock.sleep(60_000, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
  expect(activeTimers()).toBe(timers)
})

test('a sleep that is over leaves no listener', async () => {
  const controller = new AbortController()
  const started = clock.monotonic()
  await clock.sleep(20, controller)
  expect(clock.monotonic() - started).toBeGreaterThanOrEqual(19)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

test('a sleep longer than a timer can be does not end at once', async () => {
  const controller = new AbortController()
  let over = false
  const slept = clock.sleep(2 ** 32, controller).then(
    () => (over = true),
    () => {},
  )
  await clock.sleep(30, { signal: new AbortController().signal })
  expect(over).toBe(false)
  controller.abort()
  await slept
})

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}

test('a sleep of less than nothing is over at once, and Node has nothing to warn of', async () => {
  const warnings: string[] = []
  const listener = (warning: Error): void => void warnings.push(warning.name)
  process.on('warning', listener)
  await clock.sleep(-5, { signal: new AbortController().signal })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listener)
  expect(warnings).toEqual([])
})

test('a timer that is longer than those of Node comes when it is due', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let came = 0
  const timer = new NodeClock().after(2 ** 31 + 1000, () => (came += 1))
  vi.advanceTimersByTime(2 ** 31 + 999)
  expect(came).toBe(0)
  vi.advanceTimersByTime(1)
  expect(came).toBe(1)
  timer[Symbol.dispose]()
})
