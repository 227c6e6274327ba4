import { expect, test } from 'vitest'
import { faults, PERSONALITIES } from '../../simulators/index.ts'
import { EngineError, type LogStream } from '../ports/docker-engine.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'

const MINUTE = 60_000
const NEVER = new AbortController().signal

test('25 containers that the engine cannot describe hold up no other, and health names them', async () => {
  const bad = new Set<string>()
  const rig = new MonitorRig({
    interfere: (engine) => ({
      inspectContainer: async (id, options) => {
        if (bad.has(id)) throw new EngineError('unavailable', 'The engine answered 500')
        return await engine.inspectContainer(id, options)
      },
    }),
  })
  for (let n = 1; n <= 25; n++) bad.add(rig.add(`bad-${n}`, { behaviour: { kind: 'silent' } }).id)
  const good = rig.add('good')
  await rig.start()
  await rig.advance(5000)
  expect(rig.lines(good).length).toBeGreaterThan(40)
  await rig.advance(MINUTE)
  expect(rig.check('containers')).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^not read for more than a minute: bad-1, bad-2, .* and 5 more$/),
  })
  bad.clear()
  await rig.advance(MINUTE)
  expect(rig.check('containers').ok).toBe(true)
  await rig.stop()
})

test('a container whose log cannot be opened is named after a minute, and health is good once it is read', async () => {
  const rig = new MonitorRig()
  rig.add('web')
  const fault = rig.world.engine.disturbCalls({ kind: 'status', status: 500 }, { operation: 'logs' })
  await rig.start()
  await rig.advance(50_000)
  expect(rig.check('containers').ok).toBe(true)
  await rig.advance(15_000)
  expect(rig.check('containers').detail).toBe('not read for more than a minute: web')
  fault[Symbol.dispose]()
  await rig.advance(MINUTE)
  expect(rig.check('containers')).toEqual({ ok: true, detail: '1 followed' })
  await rig.stop()
})

test('a log whose streams break as soon as they are opened is told all along, also while one of them is open', async () => {
  const seen: boolean[] = []
  const breaking: LogStream = {
    read: async ({ signal }) => {
      seen.push(rig.check('containers').ok)
      await rig.world.clock.sleep(5, { signal })
      throw new EngineError('unavailable', 'broken')
    },
    destroy: () => {},
    closed: Promise.resolve(),
  }
  const rig = new MonitorRig({ interfere: () => ({ openLogs: async () => breaking }) })
  rig.add('web')
  await rig.start()
  await rig.advance(90_000)
  seen.length = 0
  await rig.advance(300_000)
  expect(seen.length).toBeGreaterThan(10)
  expect(seen).not.toContain(true)
})

test('a log whose streams break now and then was not unread for the time between', async () => {
  const rig = new MonitorRig()
  rig.add('web')
  await rig.start()
  for (let times = 0; times < 4; times++) {
    // oxlint-disable no-await-in-loop -- in order
    await rig.advance(200_000)
    rig.world.inject(faults.reset({ container: 'web', streams: 'open' }))
    await rig.advance(10)
    expect(rig.check('containers')).toMatchObject({ ok: true })
    // oxlint-enable no-await-in-loop
  }
})

test('a session that fails by a defect is begun again, counted, and told in health until it has run for a minute', async () => {
  const rig = new MonitorRig()
  const web = rig.add('web')
  await rig.start()
  await rig.advance(5000)
  rig.failOnce('web')
  await rig.advance(5000)
  expect(await rig.samples('log_capturer_task_failures_total')).toEqual([
    'log_capturer_task_failures_total{kind="container_follow"} 1',
  ])
  expect(rig.check('tasks')).toEqual({ ok: false, detail: 'container_follow web failed: a defect' })
  await rig.advance(2 * MINUTE)
  expect(rig.check('tasks').ok).toBe(true)
  rig.stopContainer('web')
  await rig.advance(5000)
  expect(rig.lines(web)).toEqual(rig.written(web))
  await rig.stop()
})

test('streams are counted, not slots: none is open while a log cannot be opened', async () => {
  const rig = new MonitorRig()
  rig.add('web')
  const fault = rig.world.engine.disturbCalls({ kind: 'held', head: false }, { operation: 'logs' })
  await rig.start()
  await rig.advance(5000)
  expect(await rig.samples('log_capturer_container_streams_active')).toEqual([
    'log_capturer_container_streams_active 0',
  ])
  expect(await rig.samples('log_capturer_container_last_rotation_timestamp{')).toEqual([])
  fault[Symbol.dispose]()
  await rig.advance(5000)
  expect(await rig.samples('log_capturer_container_streams_active')).toEqual([
    'log_capturer_container_streams_active 1',
  ])
  expect(await rig.samples('log_capturer_container_last_rotation_timestamp{')).toHaveLength(1)
  await rig.stop()
  expect(await rig.samples('log_capturer_container_streams_active')).toEqual([
    'log_capturer_container_streams_active 0',
  ])
})

test('a log that is opened after its deadline is given back, and read over the next opening', async () => {
  let late = true
  const rig = new MonitorRig({
    interfere: (engine) => ({
      // As one that does not listen to its signal.
      openLogs: async (id, options) => {
        if (!late || !options.follow) return await engine.openLogs(id, options)
        late = false
        const log = await engine.openLogs(id, { ...options, signal: NEVER })
        await rig.world.clock.sleep(45_000, { signal: NEVER })
        return log
      },
    }),
  })
  const web = rig.add('web')
  await rig.start()
  await rig.advance(MINUTE)
  expect(rig.world.ledger.count('log-stream')).toBe(1)
  rig.stopContainer('web')
  await rig.advance(5000)
  expect(rig.world.ledger.count('log-stream')).toBe(0)
  expect(rig.lines(web)).toEqual(rig.written(web))
  await rig.stop()
})

test.for([
  ['20.10', 1],
  ['26', 0],
] as const)(
  'what a follow of %s brings after a silence soon after its opening is held until a snapshot is read, later ones are not: %i',
  async ([engine, expected]) => {
    let snapshots = 0
    const rig = new MonitorRig({
      engine: { personality: PERSONALITIES[engine] },
      interfere: (docker) => ({
        openLogs: async (id, options) => {
          if (!options.follow) snapshots += 1
          return await docker.openLogs(id, options)
        },
      }),
    })
    const web = rig.add('web', { behaviour: { kind: 'silent' } })
    const snapshotsOf = async (silentMs: number): Promise<number> => {
      await rig.advance(silentMs)
      const before = snapshots
      web.writeNumberedLine()
      await rig.advance(10)
      return snapshots - before
    }
    await rig.start()
    for (let line = 0; line < 3; line++) await snapshotsOf(40)
    expect(await snapshotsOf(3000)).toBe(expected)
    await snapshotsOf(9000)
    expect(await snapshotsOf(3000)).toBe(0)
    expect(rig.lines(web)).toEqual(rig.written(web))
    await rig.stop()
  },
)

test('a stream that never brings anything within its turns is told by health, and one that is silent because nothing is written is not', async () => {
  const rig = new MonitorRig({ slots: 1 })
  rig.add('silent', { behaviour: { kind: 'silent' } })
  rig.add('silent-now', { behaviour: { kind: 'silent' } }).write('stdout', 'once\n')
  const web = rig.add('web')
  const idle = rig.world.inject(faults.idle({ container: 'web', forMs: 60_000 }))
  await rig.start()
  await rig.advance(3 * MINUTE)
  expect(rig.lines(web)).toEqual([])
  expect(rig.check('containers')).toEqual({ ok: false, detail: 'not read for more than a minute: web' })
  idle[Symbol.dispose]()
  await rig.advance(MINUTE)
  expect(rig.check('containers').ok).toBe(true)
  await rig.stop()
  expect(rig.lines(web)).toEqual(rig.written(web).slice(0, rig.lines(web).length))
  expect(rig.lines(web).length).toBeGreaterThan(2000)
})

/** How often four silent containers are looked at in ten minutes of stream time each. */
async function looksWith(slots: number): Promise<number> {
  let asked = 0
  const rig = new MonitorRig({
    slots,
    interfere: (engine) => ({
      openLogs: (id, options) => {
        if (options.tail === 1) asked += 1
        return engine.openLogs(id, options)
      },
    }),
  })
  for (const name of ['a', 'b', 'c', 'd'])
    rig.add(name, { behaviour: { kind: 'silent' } }).write('stdout', 'once\n')
  await rig.start()
  await rig.advance((4 / slots) * 10 * MINUTE)
  await rig.stop()
  return asked
}

test('a silent stream is looked at as often when its turns are short as when it has a slot for itself', async () => {
  const [alone, shared] = [await looksWith(4), await looksWith(1)]
  expect(shared).toBeGreaterThan(0.8 * alone)
  expect(shared).toBeLessThan(1.2 * alone)
})
