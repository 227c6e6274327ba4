import { expect } from 'vitest'
import type { EventStream } from '../../../reference/ports/index.ts'
import { never, readUntilIdle } from '../../engine/test-support.ts'
import { demonstrate, failureOf, type FaultRig } from '../fault.test-helper.ts'
import * as faults from './engine-faults.ts'

demonstrate(faults, {
  refused: async (rig) => {
    const stream = await rig.openLog()
    const fault = rig.inject(faults.refused())
    expect(String(await failureOf(rig.client.listContainers({ signal: never })))).toContain('ECONNREFUSED')
    rig.web.write('stdout', 'here\n')
    expect(await rig.readLines(stream)).toEqual(['here\n'])
    fault[Symbol.dispose]()
    expect(await rig.client.listContainers({ signal: never })).toHaveLength(1)
  },

  goAway: async (rig) => {
    const stream = await rig.openLog()
    using _away = rig.inject(faults.goAway({ containers: 'end' }))
    expect(await failureOf(stream.read({ signal: never }))).toMatchObject({ code: 'unavailable' })
    expect(String(await failureOf(rig.client.info({ signal: never })))).toContain('ECONNREFUSED')
    expect(rig.web.running).toBe(false)
  },

  restartEngine: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.restartEngine({ downMs: 3000 }))
    expect(await failureOf(stream.read({ signal: never }))).toMatchObject({ code: 'unavailable' })
    await rig.world.clock.sleep(2900, { signal: never })
    expect(String(await failureOf(rig.client.info({ signal: never })))).toContain('ECONNREFUSED')
    await rig.world.clock.sleep(200, { signal: never })
    expect(await rig.client.info({ signal: never })).toMatchObject({ apiVersion: '1.45' })
    expect(rig.web.running).toBe(true)
  },

  upgradeEngine: async (rig) => {
    rig.inject(faults.upgradeEngine({ to: '20.10', downMs: 3000 }))
    await rig.world.clock.sleep(3100, { signal: never })
    expect(await rig.client.info({ signal: never })).toMatchObject({
      version: '20.10.24',
      apiVersion: '1.41',
    })
  },

  hang: async (rig) => {
    const stream = await rig.openLog()
    const fault = rig.inject(faults.hang())
    rig.web.write('stdout', 'here\n')
    const answered = rig.durationOf(rig.client.info({ signal: never }))
    const read = rig.durationOf(stream.read({ signal: never }))
    await rig.world.clock.sleep(90_000, { signal: never })
    fault[Symbol.dispose]()
    expect(Math.min(await answered, await read)).toBeGreaterThanOrEqual(90_000)
  },

  comeBack: async (rig) => {
    rig.world.inject(faults.hang())
    rig.world.inject(faults.goAway())
    rig.inject(faults.comeBack())
    expect(await rig.client.info({ signal: never })).toMatchObject({ kind: 'docker' })
  },

  eventStreamDropped: async (rig) => {
    const [events, log] = [await rig.client.openEvents({ signal: never }), await rig.openLog()]
    rig.inject(faults.eventStreamDropped())
    expect(await failureOf(events.read({ signal: never }))).toMatchObject({ code: 'unavailable' })
    rig.web.write('stdout', 'here\n')
    expect(await rig.readLines(log)).toEqual(['here\n'])
  },

  eventsLost: async (rig) => {
    const events = await rig.client.openEvents({ signal: never })
    rig.inject(faults.eventsLost({ count: 2 }))
    rig.world.engine.stop('web')
    expect(await actions(events, 1)).toEqual(['stop'])
  },

  eventLost: async (rig) => {
    const events = await rig.client.openEvents({ signal: never })
    rig.inject(faults.eventLost({ of: 'late', event: 'start' }))
    rig.world.engine.restart('web')
    rig.world.engine.addContainer({ name: 'late' })
    rig.world.engine.restart('late')
    const ofRestart = ['kill', 'die', 'stop', 'start', 'restart']
    expect(await actions(events, 11)).toEqual([...ofRestart, 'create', ...ofRestart])
  },

  clockStep: async (rig) => {
    const stream = await rig.openLog()
    rig.web.write('stdout', 'before\n')
    rig.inject(faults.clockStep({ byMs: 3_600_000 }))
    rig.web.write('stdout', 'after\n')
    const stamps = await stampsOf(rig, stream)
    expect(Date.parse(stamps[0]!) - Date.parse(stamps[1]!)).toBeGreaterThan(3_590_000)
  },
})

async function actions(events: EventStream, count: number): Promise<string[]> {
  const seen: string[] = []
  while (seen.length < count) seen.push((await events.read({ signal: never }))!.action)
  return seen
}

async function stampsOf(rig: FaultRig, stream: Awaited<ReturnType<FaultRig['openLog']>>): Promise<string[]> {
  const text = Buffer.from(await readUntilIdle(rig.world, stream)).toString('latin1')
  return [...text.matchAll(/(\d{4}-\S+Z) /g)].map(([, stamp]) => stamp!)
}
