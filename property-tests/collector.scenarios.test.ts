import { expect, test } from 'vitest'
import { faults } from '../simulators/index.ts'
import { CollectorRig } from './collector/collector-rig.ts'
import { deliveryDay } from './collector/delivery-day.ts'
import { idleStream } from './collector/idle-stream.ts'
import { ordinaryDay } from './collector/ordinary-day.ts'

const RIG = { seed: 1, slots: 1, rotationIntervalMs: 300_000, engine: '26' } as const

test('an idle stream is rotated twice, and its first line comes at once', () => idleStream())

test('sinks that are switched off, away or failing, a rename and a short life lose and repeat nothing', async () => {
  expect(await deliveryDay()).toContain('a sink switched on again')
})

test('an ordinary day holds every invariant, and is the same day again, event for event', async () => {
  expect(await ordinaryDay()).toBe(await ordinaryDay())
})

test('a start that comes after a stop wins over it, also when the stop has aborted an earlier start', async () => {
  const rig = new CollectorRig(RIG)
  rig.beginStart()
  await rig.startDuringStop(0)
  expect(rig.isRunning).toBe(true)
  await rig.finish()
})

test('the rest of a stopped container’s log is read when the engine was shut down in the middle of it', async () => {
  const rig = new CollectorRig(RIG)
  rig.addContainer('both streams', { name: 'ended', atExit: { lines: 5 } })
  rig.engine.stop('ended')
  rig.world.inject(faults.blocked({ container: 'ended', afterBytes: 0, streams: 'next' }))
  await rig.start()
  await rig.advance(1000)
  await rig.shutEngineDown()
  await rig.advance(60_000)
  rig.engine.comeBack()
  await rig.advance(60_000)
  expect(rig.undelivered()).toEqual([])
  await rig.finish()
})

test('a log that rotation has left little of is followed, not opened again and again', async () => {
  const rig = new CollectorRig({ ...RIG, logRotation: { maxSizeBytes: 2000, maxFiles: 1 } })
  rig.addContainer('both streams', { name: 'web', behaviour: { kind: 'chatty', everyMs: 20 } })
  await rig.start()
  await rig.advance(5000)
  await rig.stop()
  await rig.advance(5000)
  const web = rig.engine.container('web')
  web.setBehaviour({ kind: 'silent' })
  await rig.start()
  await rig.advance(1000)
  const followed = web.logsFollowed
  await rig.advance(10_000)
  expect(web.logsFollowed).toBe(followed)
  await rig.finish()
})

test('a stop that comes while a stream is closed, to be opened again with a larger margin, fails no task', async () => {
  const rig = new CollectorRig({ ...RIG, seed: 1_944_894_228 })
  rig.addContainer('both streams', { name: 'blocked' })
  rig.addContainer('both streams', { name: 'other' })
  rig.world.inject(faults.hungClose({ container: 'blocked', streams: 'all' }))
  rig.world.inject(faults.blocked({ container: 'blocked', afterBytes: 60, streams: 'all' }))
  rig.disturbed()
  for (let line = 0; line < 400; line++)
    rig.engine.container('blocked').writeNumberedLine({ lineBytes: { min: 0, max: 0 } })
  await rig.start()
  await rig.advance(60_000)
  await rig.stop()
  await rig.finish()
})

for (const behaviour of [{ kind: 'chatty', everyMs: 500 }, { kind: 'silent' }] as const) {
  test(`after the clock was set back and more was written than a reopen asks for, the place in the log is found again: ${behaviour.kind}`, async () => {
    const rig = new CollectorRig({ ...RIG, rotationIntervalMs: 10_000 })
    rig.addContainer('both streams', { name: 'web', behaviour: { kind: 'chatty', everyMs: 500 } })
    await rig.start()
    await rig.advance(10_000)
    await rig.stop()
    rig.world.clock.stepWallTime(-3_600_000)
    const web = rig.engine.container('web')
    for (let line = 0; line < 400; line++) web.writeNumberedLine()
    web.setBehaviour(behaviour)
    await rig.restartProcess()
    await rig.advance(60_000)
    web.setBehaviour({ kind: 'silent' })
    await rig.advance(1000)
    expect(rig.undelivered()).toEqual([])
    await rig.finish()
  })
}
