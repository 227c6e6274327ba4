import { describe, expect, test } from 'vitest'
import { EngineError } from '../ports/docker-engine.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'

const MINUTE = 60_000
const NEVER = new AbortController().signal

describe('without events', () => {
  for (const [what, fault] of [
    ['whose headers do not come', { kind: 'held', head: false }],
    ['that are refused', { kind: 'status', status: 403 }],
  ] as const) {
    test(`containers are listed at once and then often, and health says that there are no events: events ${what}`, async () => {
      const rig = new MonitorRig()
      const web = rig.add('web')
      rig.world.engine.disturbCalls(fault, { operation: 'events' })
      await rig.start()
      await rig.advance(1000)
      expect(rig.lines(web).length).toBeGreaterThan(5)
      const late = rig.add('late')
      await rig.advance(31_000)
      expect(rig.lines(late).length).toBeGreaterThan(5)
      expect(rig.check('events')).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/30000 ms instead/),
      })
      expect(rig.check('engine').ok).toBe(true)
      rig.world.engine.calm()
      await rig.advance(MINUTE)
      expect(rig.check('events')).toEqual({ ok: true, detail: 'come' })
      await rig.stop()
    })
  }

  test('events that stood and broke are subscribed to again, with delays that begin anew each time they stood', async () => {
    const opened: number[] = []
    const rig = new MonitorRig({
      interfere: (engine) => ({
        openEvents: (options) => (opened.push(rig.world.nowMs), engine.openEvents(options)),
      }),
    })
    await rig.start()
    for (let round = 0; round < 20; round++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await rig.advance(5000)
      rig.world.engine.events.dropStreams()
    }
    await rig.advance(1000)
    expect(opened).toHaveLength(21)
    await rig.stop()
  })

  test('what was created between the first list and the subscription is found when that stands', async () => {
    const rig = new MonitorRig()
    rig.world.engine.disturbCalls({ kind: 'late', delayMs: 5000 }, { operation: 'events', times: 1 })
    await rig.start()
    await rig.advance(2000)
    rig.world.engine.events.loseNext(2)
    const web = rig.add('web')
    await rig.advance(4000)
    expect(rig.lines(web).length).toBeGreaterThan(5)
    await rig.stop()
  })

  test('lists that fail are asked for ever less often, and the delays begin anew once one was answered', async () => {
    let fails = false
    let asked = 0
    const rig = new MonitorRig({
      interfere: (engine) => ({
        listContainers: async (options) => {
          asked += 1
          if (fails) throw new EngineError('unavailable', 'The engine answered 500')
          return await engine.listContainers(options)
        },
      }),
    })
    await rig.start()
    const failures: number[] = []
    for (let round = 0; round < 3; round++) {
      // oxlint-disable no-await-in-loop -- one after the other
      await rig.advance(2 * MINUTE)
      fails = true
      asked = 0
      await rig.advance(2 * MINUTE)
      failures.push(asked)
      fails = false
      // oxlint-enable no-await-in-loop
    }
    for (const count of failures) expect(count).toBeGreaterThan(8)
    for (const count of failures) expect(count).toBeLessThan(22)
    await rig.stop()
  })

  test('events that break as soon as they are there are subscribed to ever less often; that is told all along, once', async () => {
    let opened = 0
    const healthy: boolean[] = []
    const read = async (): Promise<null> => {
      await rig.world.clock.sleep(100, { signal: NEVER })
      healthy.push(rig.check('events').ok)
      return null
    }
    const rig = new MonitorRig({
      interfere: (engine) => ({
        openEvents: async (options) => {
          opened += 1
          const events = await engine.openEvents(options)
          return { read, destroy: () => events.destroy(), closed: events.closed }
        },
      }),
    })
    await rig.start()
    await rig.advance(10 * MINUTE)
    expect(opened).toBeLessThan(60)
    expect(healthy.length).toBeGreaterThan(10)
    expect(healthy.slice(1)).not.toContain(true)
    expect(rig.complaints()).toEqual(['There are no events from the engine {}'])
    await rig.stop()
  })

  test('that break after they stood are told each time, and not any more once the next have stood', async () => {
    const rig = new MonitorRig()
    await rig.start()
    for (let round = 1; round <= 3; round++) {
      // oxlint-disable no-await-in-loop -- one after the other
      await rig.advance(5000)
      expect(rig.check('events').ok).toBe(true)
      rig.world.engine.events.dropStreams()
      await rig.advance(500)
      expect([rig.check('events').ok, rig.complaints().length]).toEqual([false, round])
      // oxlint-enable no-await-in-loop
    }
    await rig.stop()
  })

  test('a subscription that comes after its deadline is given back', async () => {
    let late = true
    const rig = new MonitorRig({
      interfere: (engine) => ({
        // As one that does not listen to its signal.
        openEvents: async (options) => {
          if (!late) return await engine.openEvents(options)
          late = false
          const events = await engine.openEvents({ signal: NEVER })
          await rig.world.clock.sleep(45_000, { signal: NEVER })
          return events
        },
      }),
    })
    await rig.start()
    await rig.advance(2 * MINUTE)
    expect(rig.world.ledger.count('event-stream')).toBe(1)
    await rig.stop()
    expect(rig.world.ledger.count('event-stream')).toBe(0)
  })
})

describe('health', () => {
  for (const call of ['info', 'listContainers', 'openEvents'] as const) {
    test(`health is bad while ${call} is refused, and good within a minute after`, async () => {
      const operation = { info: 'info', listContainers: 'list', openEvents: 'events' } as const
      const rig = new MonitorRig()
      rig.add('web', { behaviour: { kind: 'silent' } })
      await rig.start()
      await rig.advance(5000)
      expect(rig.collector.health().status).toBe('healthy')
      const fault = rig.world.engine.disturbCalls(
        { kind: 'status', status: 403 },
        { operation: operation[call] },
      )
      if (call === 'openEvents') rig.world.engine.events.dropStreams()
      for (let second = 0; second < 150; second++) {
        // oxlint-disable-next-line no-await-in-loop -- looks every second
        await rig.advance(1000)
        if (second > 60) expect(rig.collector.health().status).toBe('degraded')
        if (second > 60) expect(rig.check('engine').ok).toBe(call !== 'info')
      }
      fault[Symbol.dispose]()
      await rig.advance(MINUTE)
      expect(rig.collector.health()).toMatchObject({ status: 'healthy' })
      await rig.stop()
    })
  }
})
