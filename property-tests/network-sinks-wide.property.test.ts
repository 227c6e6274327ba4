import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NetworkSinkRig, SERVICE_KINDS } from './network-sinks/network-sink-rig.ts'
import { holdsEachLineOnce } from './network-sinks/network-sinks.property.ts'

test.each(SERVICE_KINDS)(
  '%s holds each line once, in many cases',
  async (kind) => {
    await fc.assert(holdsEachLineOnce(kind), { numRuns: 25, seed: 1 })
  },
  300_000,
)

test('100 containers at 20 lines a second through Loki, restarted every 10 s: under 10 requests a second, each line held once', async () => {
  const rig = new NetworkSinkRig({
    seed: 1,
    kind: 'loki',
    containers: 100,
    linesPerSecond: 20,
    batchDelayMs: 1000,
  })
  await rig.start()
  const startedMs = rig.world.nowMs
  for (let restart = 0; restart < 3; restart++) {
    // eslint-disable-next-line no-await-in-loop -- time passes
    await rig.world.advance(9000)
    using _away = rig.inject({ kind: 'refused' }, {})
    // eslint-disable-next-line no-await-in-loop
    await rig.world.advance(1000)
  }
  const perSecond = (rig.service.requests() * 1000) / (rig.world.nowMs - startedMs)
  await rig.finish()
  const held = rig.world.engine.everyContainer.reduce((sum, one) => sum + rig.service.linesOf(one).length, 0)
  expect(held).toBeGreaterThan(100 * 20 * 25)
  expect(perSecond).toBeLessThan(10)
  expect(perSecond).toBeGreaterThan(0)
}, 300_000)
