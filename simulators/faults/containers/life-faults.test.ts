import { expect } from 'vitest'
import { never } from '../../engine/test-support.ts'
import { demonstrate, type FaultRig } from '../fault.test-helper.ts'
import * as faults from './life-faults.ts'

const web = { container: 'web' }

demonstrate(
  faults,
  {
    start: async (rig) => await expectEvents(rig, () => rig.inject(faults.start(web)), ['start']),

    stop: async (rig) => {
      rig.world.engine.start('web')
      await expectEvents(rig, () => rig.inject(faults.stop(web)), ['kill', 'die', 'stop'])
      expect(rig.web.exitCode).toBe(128 + 15)
    },

    kill: async (rig) => {
      rig.world.engine.start('web')
      await expectEvents(rig, () => rig.inject(faults.kill(web)), ['kill', 'die'])
      expect(rig.web.exitCode).toBe(128 + 9)
    },

    restart: async (rig) => {
      rig.world.engine.start('web')
      const expected = ['kill', 'die', 'stop', 'start', 'restart']
      await expectEvents(rig, () => rig.inject(faults.restart(web)), expected)
    },

    remove: async (rig) => {
      rig.world.engine.start('web')
      const stream = await rig.openLog()
      rig.web.write('stdout', 'last\n')
      await expectEvents(rig, () => rig.inject(faults.remove(web)), ['kill', 'die', 'destroy'])
      expect(await rig.readLines(stream)).toEqual(['last\n'])
      await expect(rig.openLog()).rejects.toMatchObject({ code: 'not_found' })
    },

    exit: async (rig) => {
      rig.world.engine.start('web')
      await expectEvents(rig, () => rig.inject(faults.exit({ ...web, exitCode: 7 })), ['die'])
      expect(rig.web.exitCode).toBe(7)
    },

    pause: async (rig) => {
      rig.world.engine.start('web')
      rig.web.setBehaviour({ kind: 'chatty', everyMs: 100 })
      const fault = rig.inject(faults.pause(web))
      await rig.world.clock.sleep(10_000, { signal: never })
      expect([rig.web.state, rig.web.lastNumber]).toEqual(['paused', 0])
      fault[Symbol.dispose]()
      await rig.world.clock.sleep(10_000, { signal: never })
      expect(rig.web.lastNumber).toBeGreaterThan(90)
    },

    unpause: async (rig) => {
      rig.world.engine.start('web')
      rig.inject(faults.pause(web))
      await expectEvents(rig, () => rig.inject(faults.unpause(web)), ['unpause'])
    },

    rename: async (rig) => {
      rig.world.engine.start('web')
      const stream = await rig.openLog()
      await expectEvents(rig, () => rig.inject(faults.rename({ ...web, to: 'site' })), ['rename'])
      rig.web.write('stdout', 'same\n')
      expect(await rig.readLines(stream)).toEqual(['same\n'])
      expect(rig.world.engine.find('web')).toBeUndefined()
    },

    shortLife: async (rig) => {
      await expectEvents(rig, () => rig.inject(faults.shortLife({ ...web, exitCode: 3 })), ['start', 'die'])
      expect(rig.web.finishedAt! - rig.web.startedAt!).toBeCloseTo(50, 3)
      expect(rig.web.exitCode).toBe(3)
    },

    restartLoop: async (rig) => {
      const events = await rig.client.openEvents({ signal: never })
      const loop = rig.inject(faults.restartLoop({ ...web, lifeMs: 30, pauseMs: 20 }))
      await rig.world.clock.sleep(1001, { signal: never })
      loop[Symbol.dispose]()
      await rig.world.clock.sleep(1000, { signal: never })
      const starts: number[] = []
      for (let event = 0; event < 41; event++)
        starts.push((await events.read({ signal: never }))!.action === 'start' ? 1 : 0)
      expect(starts.filter((start) => start === 1)).toHaveLength(21)
      expect(
        await Promise.race([events.read({ signal: never }), rig.world.clock.sleep(5000, { signal: never })]),
      ).toBeUndefined()
    },
  },
  { started: false },
)

async function expectEvents(
  rig: FaultRig,
  cause: () => Disposable,
  expected: readonly string[],
): Promise<void> {
  const events = await rig.client.openEvents({ signal: never })
  cause()
  const seen: string[] = []
  while (seen.length < expected.length) seen.push((await events.read({ signal: never }))!.action)
  expect(seen).toEqual(expected)
  events.destroy()
}
