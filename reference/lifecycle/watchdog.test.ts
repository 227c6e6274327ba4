import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { SilenceError, Watchdog } from './watchdog.ts'

function rig(): { world: World; parent: AbortController; watchdog: Watchdog } {
  const world = new World({ seed: 1 })
  const parent = new AbortController()
  return { world, parent, watchdog: new Watchdog(world.clock, 1000, parent.signal) }
}

test('a silence ends with its time, counted from the last sign of life', async () => {
  const { world, watchdog } = rig()
  await world.advance(900)
  watchdog.feed()
  await world.advance(900)
  watchdog.feed()
  await world.advance(999)
  expect([watchdog.signal.aborted, watchdog.expired]).toEqual([false, false])
  await world.advance(1)
  expect(watchdog.expired).toBe(true)
  expect(watchdog.signal.reason).toEqual(new SilenceError('Nothing happened for 1000 ms'))
})

test('whoever cancels from outside is the reason, and that is no silence', async () => {
  const { world, parent, watchdog } = rig()
  const reason = new Error('enough')
  parent.abort(reason)
  expect([watchdog.signal.reason, watchdog.expired]).toEqual([reason, false])
  await world.advance(1)
  expect(world.ledger.list()).toEqual([])
})

test('armed again it watches with its new time, by a new signal', async () => {
  const { world, watchdog } = rig()
  await world.advance(1000)
  const old = watchdog.signal
  watchdog.rearm(5000)
  expect([old.aborted, watchdog.signal.aborted, watchdog.expired]).toEqual([true, false, false])
  await world.advance(4990)
  expect(watchdog.expired).toBe(false)
  await world.advance(20)
  expect(watchdog.signal.reason).toMatchObject({
    name: 'SilenceError',
    message: 'Nothing happened for 5000 ms',
  })
})

test('armed again before its time it leaves no timer of the old one, and disposed none at all', async () => {
  const { world, watchdog } = rig()
  const old = watchdog.signal
  watchdog.rearm(2000)
  await world.advance(1)
  expect([old.aborted, world.ledger.list().length]).toEqual([true, 1])
  watchdog[Symbol.dispose]()
  await world.advance(1)
  expect([watchdog.signal.aborted, watchdog.expired, world.ledger.list()]).toEqual([true, false, []])
})
