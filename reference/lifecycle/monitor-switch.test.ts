import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { MonitorRefusal, MonitorSwitch, type Monitor } from './monitor-switch.ts'
import { Scope, type JoinReport } from './scope.ts'
import { TaskRegistry } from './task-registry.ts'

/** One task, which ends when it is told to, if the test wants that. */
class FakeMonitor implements Monitor {
  endsWhenTold = true
  startMs = 0
  fails: Error | null = null
  /** How many tasks each run has. */
  readers = 1
  readonly scopes: string[] = []
  readonly #world: World
  #scope: Scope | null = null

  constructor(world: World) {
    this.#world = world
  }

  async start(scope: Scope, signal: AbortSignal): Promise<void> {
    this.#scope = scope
    this.scopes.push(scope.name)
    for (let reader = 1; reader <= this.readers; reader++)
      scope.spawn('reader', reader === 1 ? 'web' : `web ${reader}`, async (own) => {
        while (!this.endsWhenTold || !own.aborted)
          await this.#world.clock.sleep(100, { signal: new AbortController().signal })
      })
    if (this.fails !== null) throw this.fails
    if (this.startMs > 0) await this.#world.clock.sleep(this.startMs, { signal })
  }

  async stop(options: { deadlineMs: number }): Promise<JoinReport | null> {
    const report = (await this.#scope?.close(options)) ?? null
    this.#scope = null
    return report
  }

  checks(): Record<string, { ok: boolean; detail: string }> {
    return { own: { ok: true, detail: 'well' } }
  }
}

function rig(
  release: () => Promise<void> = async () => {},
  isEnabled: () => boolean = () => true,
): {
  world: World
  monitor: FakeMonitor
  off: MonitorSwitch
  tasks: TaskRegistry
  /** Level, fields without the error, sentence. */
  logged: [string, object, string][]
  start: (signal?: AbortSignal) => Promise<void>
} {
  const world = new World({ seed: 1, recordLocations: false })
  const { clock } = world.ports()
  const logged: [string, object, string][] = []
  const log =
    (level: string) =>
    (fields: object, sentence: string): void =>
      void logged.push([level, fields, sentence])
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const monitor = new FakeMonitor(world)
  const tasks = new TaskRegistry(clock)
  const own = new Scope('collector', { clock, tasks, onFailure: () => {} })
  const names = { name: 'fake', component: 'fake_monitor', step: 'fakes' }
  const off = new MonitorSwitch(monitor, {
    clock,
    logger,
    ...names,
    stopDeadlineMs: 1000,
    release,
    isEnabled,
  })
  const start = (signal = new AbortController().signal): Promise<void> => off.start(own.child('fake'), signal)
  return { world, monitor, off, tasks, logged, start }
}

test('what did not end by the deadline is named, and the monitor is not started before it has', async () => {
  const { world, monitor, off, start } = rig()
  await world.run(() => start())
  monitor.endsWhenTold = false
  const state = { name: 'fake', state: 'stopped', unfinished: ['reader web'] }
  expect(await world.run(() => off.switchOff())).toEqual(state)
  expect(world.nowMs).toBeGreaterThanOrEqual(1000)
  expect(off.checks()).toEqual({
    fake_monitor: {
      ok: false,
      detail: 'stopped by request for 1 s: it reads nothing; did not end: reader web',
    },
  })
  await expect(world.run(() => off.switchOn())).rejects.toThrow(
    'Cannot start the fake monitor: of its last run reader web did not end yet',
  )
  monitor.endsWhenTold = true
  await world.advance(200)
  expect(await world.run(() => off.switchOn())).toEqual({ name: 'fake', state: 'running', unfinished: [] })
  expect(off.checks()).toEqual({ own: { ok: true, detail: 'well' } })
})

test('a stop by request while the collector starts is no failure of that, a cancelled start is', async () => {
  for (const cancelled of [false, true]) {
    const { world, monitor, off, tasks, start } = rig()
    monitor.startMs = 5000
    const controller = new AbortController()
    const reason = new Error('enough')
    const begin = async (): Promise<string> => {
      const started = start(controller.signal).then(
        () => 'started',
        (error: unknown) => String(error),
      )
      await world.clock.sleep(100, { signal: new AbortController().signal })
      if (cancelled) controller.abort(reason)
      else await off.switchOff()
      return await started
    }
    expect(await world.run(begin)).toBe(cancelled ? 'Error: enough' : 'started')
    await world.advance(1000)
    expect(off.current.state).toBe('stopped')
    expect(tasks.size).toBe(0)
  }
})

test.each([
  ['hangs', () => new Promise<never>(() => {})],
  ['fails', () => Promise.reject(new Error('EIO'))],
])('a close of what it had open that %s holds up neither the stop nor the next start', async (_, release) => {
  const { world, off, start } = rig(release)
  await world.run(() => start())
  expect((await world.run(() => off.switchOff())).state).toBe('stopped')
  expect(world.nowMs).toBeLessThan(1000)
  expect((await world.run(() => off.switchOn())).state).toBe('running')
})

test('while the collector does not run nothing is started, and a stop has nothing to do', async () => {
  const { world, off, start } = rig()
  const refused = 'Cannot start the fake monitor: the collector does not run'
  await expect(off.switchOn()).rejects.toThrow(refused)
  await world.run(() => start())
  const [step] = off.stopSteps()
  expect(await world.run(() => step!.run(1000))).toMatchObject({ ended: true })
  await expect(off.switchOn()).rejects.toThrow(refused)
  expect((await off.switchOff()).state).toBe('stopped')
  expect(off.checks()).toEqual({ own: { ok: true, detail: 'well' } })
})

test('what is switched by request is logged, once for each switch that changes something', async () => {
  const { world, off, logged, start } = rig()
  await world.run(() => start())
  await world.run(() => off.switchOn())
  expect(logged).toEqual([])
  await world.run(() => off.switchOff())
  await world.run(() => off.switchOff())
  await world.run(() => off.switchOn())
  await world.run(() => off.switchOn())
  expect(logged).toEqual([
    ['info', { monitor: 'fake', unfinished: [] }, 'A monitor was stopped by request: it reads nothing'],
    ['info', { monitor: 'fake' }, 'A monitor was started by request'],
  ])
})

test('of many that did not end five are named, and the stop that left them is a warning', async () => {
  const { world, monitor, off, logged, start } = rig()
  monitor.readers = 7
  await world.run(() => start())
  monitor.endsWhenTold = false
  await world.run(() => off.switchOff())
  await world.advance(59_000)
  const five = 'reader web, reader web 2, reader web 3, reader web 4, reader web 5'
  expect(off.checks()['fake_monitor']?.detail).toBe(
    `stopped by request for 60 s: it reads nothing; did not end: ${five}`,
  )
  expect(logged).toMatchObject([
    ['warn', { unfinished: { length: 7 } }, expect.stringContaining('stopped by request')],
  ])
  const refusal = await world.run(() => off.switchOn().catch((error: unknown) => error))
  expect(refusal).toBeInstanceOf(MonitorRefusal)
  expect(refusal).toMatchObject({
    name: 'MonitorRefusal',
    message: `Cannot start the fake monitor: of its last run ${five} did not end yet`,
    cause: expect.any(Error),
  })
  monitor.endsWhenTold = true
  await world.advance(1000)
  expect(off.checks()['fake_monitor']?.detail).toBe('stopped by request for 61 s: it reads nothing')
})

test('each run has a scope of its own, and one that fails leaves no task, and is a failure of the collector', async () => {
  const { world, monitor, off, tasks, start } = rig()
  const reason = new Error('no engine')
  monitor.fails = reason
  await expect(world.run(() => start())).rejects.toBe(reason)
  expect([off.current, tasks.size]).toEqual([{ name: 'fake', state: 'stopped', unfinished: [] }, 0])
  await expect(world.run(() => off.switchOn())).rejects.toThrow('Cannot start the fake monitor: no engine')
  monitor.fails = null
  await world.run(() => off.switchOn())
  expect(monitor.scopes).toEqual(['run 1', 'run 2', 'run 3'])
})

test('what it has open is closed when it is stopped by request, and not when the collector stops', async () => {
  let closed = 0
  const { world, off, start } = rig(async () => void (closed += 1))
  await world.run(() => start())
  await world.run(() => off.switchOff())
  expect(closed).toBe(1)
  await world.run(() => off.switchOn())
  await world.run(() => off.stopSteps()[0]!.run(1000))
  expect(closed).toBe(1)
})

test('a close of what it had open that hangs or fails is logged, with which monitor it was', async () => {
  for (const release of [() => new Promise<never>(() => {}), () => Promise.reject(new Error('EIO'))]) {
    const { world, off, logged, start } = rig(release)
    // oxlint-disable-next-line no-await-in-loop -- one world after the other
    await world.run(() => start())
    // oxlint-disable-next-line no-await-in-loop
    await world.run(() => off.switchOff())
    expect(logged[0]).toMatchObject([
      'warn',
      {
        monitor: 'fake',
        err: { message: expect.stringMatching(/EIO|closing what the fake monitor had open/) },
      },
      'A monitor that was stopped could not close everything',
    ])
  }
})

test('the stop of a collector whose monitor was never started, or is stopped already, has ended at once', async () => {
  const { world, off, start } = rig()
  const nothing = { ended: true, unfinished: [], elapsedMs: 0 }
  expect(await world.run(() => off.stopSteps()[0]!.run(1000))).toEqual(nothing)
  expect(off.current).toEqual({ name: 'fake', state: 'stopped', unfinished: [] })
  await world.run(() => start())
  await world.run(() => off.switchOff())
  expect(await world.run(() => off.stopSteps()[0]!.run(1000))).toEqual(nothing)
})

test('one that is not enabled is not started, says nothing of itself, and has nothing to stop', async () => {
  let enabled = false
  const { world, monitor, off, start } = rig(undefined, () => enabled)
  await world.run(() => start())
  expect([monitor.scopes, off.checks(), off.current.state]).toEqual([[], {}, 'stopped'])
  await world.run(() => off.resume())
  expect(monitor.scopes).toEqual([])
  expect(off.stopSteps()).toEqual([])
  enabled = true
  // The collector is over.
  await world.run(() => off.resume())
  expect(monitor.scopes).toEqual([])
})

test('by other settings it runs anew, unless it was stopped by request or the collector was', async () => {
  let enabled = true
  const { world, monitor, off, start } = rig(undefined, () => enabled)
  await world.run(() => start())
  const runs = async (): Promise<number> => {
    await world.run(() => off.resume())
    return monitor.scopes.length
  }
  expect([await runs(), off.current.state]).toEqual([2, 'running'])
  enabled = false
  expect([await runs(), off.current.state]).toEqual([2, 'stopped'])
  enabled = true
  expect([await runs(), off.current.state]).toEqual([3, 'running'])
  await world.run(() => off.switchOff())
  await world.advance(7000)
  expect(off.checks()['fake_monitor']?.detail).toMatch(/^stopped by request for 7 s/)
  expect([await runs(), off.current.state]).toEqual([3, 'stopped'])
  await world.run(() => off.switchOn())
  const [step] = off.stopSteps()
  await world.run(async () => await step!.run(1000))
  expect([await runs(), off.current.state]).toEqual([4, 'stopped'])
})

test('one that has tasks left is not ended by a stop that comes when it has stopped already', async () => {
  const { world, monitor, off, start } = rig()
  await world.run(() => start())
  monitor.endsWhenTold = false
  await world.run(() => off.switchOff())
  const [step] = off.stopSteps()
  const report = await world.run(async () => await step!.run(1000))
  expect(report).toMatchObject({ ended: false, unfinished: [{ kind: 'reader', name: 'web' }] })
  monitor.endsWhenTold = true
  await world.advance(200)
})

test('for other settings it is stopped, which fails, with names, where something did not end', async () => {
  const { world, monitor, off, start } = rig()
  await world.run(() => start())
  await world.run(() => off.pause())
  expect(off.current.state).toBe('stopped')
  monitor.readers = 7
  await world.run(() => off.resume())
  monitor.endsWhenTold = false
  await expect(world.run(() => off.pause())).rejects.toThrow(
    /^The fake monitor did not stop: reader web, reader web 2, reader web 3, reader web 4, reader web 5$/,
  )
  monitor.endsWhenTold = true
  await world.advance(200)
})

test('without further options it is enabled, and has nothing to close', async () => {
  const world = new World({ seed: 1, recordLocations: false })
  const { clock, logger } = world.ports()
  const tasks = new TaskRegistry(clock)
  const scope = new Scope('collector', { clock, tasks, onFailure: () => {} })
  const names = { name: 'fake', component: 'fake_monitor', step: 'fakes' }
  const off = new MonitorSwitch(new FakeMonitor(world), { clock, logger, ...names, stopDeadlineMs: 1000 })
  await world.run(() => off.start(scope, new AbortController().signal))
  expect([off.isEnabled, off.current.state]).toEqual([true, 'running'])
  await world.run(() => off.switchOff())
  expect(logger.entries.map(({ level }) => level)).toEqual(['info'])
})
