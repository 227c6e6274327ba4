import { expect, test } from 'vitest'
import { faults } from '../simulators/index.ts'
import { CollectorRig } from './collector/collector-rig.ts'

const RIG = { seed: 1, slots: 3, rotationIntervalMs: 300_000, engine: '26' } as const
const BUSY = { kind: 'chatty', everyMs: 100 } as const
const CALM = { kind: 'chatty', everyMs: 3000 } as const

test('positions are saved while two files are written to faster than they are synced', async () => {
  const rig = new CollectorRig({ ...RIG, syncMs: 100 })
  rig.addContainer('both streams', { name: 'one', behaviour: BUSY })
  rig.addContainer('both streams', { name: 'two', behaviour: BUSY })
  await rig.start()
  await rig.advance(60_000)
  await rig.finish()
})

test('a stop while positions are being saved saves them', async () => {
  const rig = new CollectorRig({ ...RIG, syncMs: 8 })
  rig.addContainer('both streams', { name: 'web', behaviour: BUSY })
  await rig.start()
  await rig.advance(1000 - rig.world.nowMs + 2)
  await rig.finish()
})

test('a file that hangs does not hold up another, with two workers', async () => {
  const rig = new CollectorRig({ ...RIG, workers: 2 })
  rig.addContainer('both streams', { name: 'hung', behaviour: CALM })
  rig.addContainer('both streams', { name: 'well', behaviour: CALM })
  await rig.start()
  rig.disturbDisk({ kind: 'hang' }, { container: 'hung' })
  await rig.advance(300_000)
  await rig.finish()
})

test('health is not good while the disk is full', async () => {
  const rig = new CollectorRig(RIG)
  rig.addContainer('both streams', { name: 'web', behaviour: CALM })
  await rig.start()
  rig.disturbDisk({ kind: 'no-space' })
  await rig.advance(600_000)
  await rig.finish()
})

test('standard output that nobody reads repeats nothing and does not hold up the files', async () => {
  const rig = new CollectorRig({ ...RIG, sinks: ['files', 'stdout'] })
  rig.addContainer('both streams', { name: 'web', behaviour: CALM })
  await rig.start()
  await rig.advance(10_000)
  rig.pauseStdout()
  await rig.advance(120_000)
  rig.resumeStdout()
  await rig.advance(10_000)
  await rig.finish()
})

test('an engine that lists nothing for a moment costs no position', async () => {
  const rig = new CollectorRig(RIG)
  rig.addContainer('both streams', { name: 'web', behaviour: CALM })
  await rig.start()
  await rig.advance(30_000)
  rig.findsLate(rig.world.inject(faults.emptyList({ times: 1 })))
  await rig.restartProcess()
  await rig.advance(120_000)
  await rig.finish()
})

test('a run whose start was not told, and shorter than the time between two lists, is read', async () => {
  const rig = new CollectorRig(RIG)
  rig.addContainer('both streams', { name: 'job', started: false, atExit: { lines: 3 } })
  await rig.start()
  await rig.advance(10_000)
  rig.loseEvents(1)
  rig.engine.start('job')
  await rig.advance(2000)
  rig.engine.exit('job')
  await rig.advance(120_000)
  expect(rig.undelivered()).toEqual([])
  await rig.finish()
})

test('without events containers are found by listing them', async () => {
  const rig = new CollectorRig(RIG)
  rig.findsLate(rig.world.inject(faults.eventsRefused()))
  rig.addContainer('both streams', { name: 'web', behaviour: CALM })
  await rig.start()
  await rig.advance(600_000)
  await rig.finish()
})

test('a container that cannot be inspected does not keep another from being attached', async () => {
  const rig = new CollectorRig({ ...RIG, maxConcurrent: 1 })
  rig.addContainer('both streams', { name: 'odd', behaviour: CALM })
  rig.disturbed('odd')
  rig.world.inject(faults.inspectFails({ container: 'odd' }))
  await rig.start()
  rig.addContainer('both streams', { name: 'well', behaviour: CALM })
  await rig.advance(600_000)
  await rig.finish()
})
