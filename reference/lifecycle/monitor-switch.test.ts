import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { MonitorSwitch, type Monitor } from './monitor-switch.ts'
import { Scope, type JoinReport } from './scope.ts'
import { TaskRegistry } from './task-registry.ts'

/** One task, which ends when it is told to, if the test wants that. */
class FakeMonitor implements Monitor {
  endsWhenTold = true
  startMs = 0
  readonly #world: World
  #scope: Scope | null = null

  constructor(world: World) {
    this.#world = world
  }

  async start(scope: Scope, signal: AbortSignal): Promise<void> {
    this.#scope = scope
    scope.spawn('reader', 'web', async (own) => {
      while (!this.endsWhenTold || !own.aborted)
        await this.#world.clock.sleep(100, { signal: new AbortController().signal })
    })
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

function rig(release: () => Promise<void> = async () => {}): {
  world: World
  monitor: FakeMonitor
  off: MonitorSwitch
  tasks: TaskRegistry
  start: (signal?: AbortSignal) => Promise<void>
} {
  const world = new World({ seed: 1, recordLocations: false })
  const { clock, logger } = world.ports()
  const monitor = new FakeMonitor(world)
  const tasks = new TaskRegistry(clock)
  const own = new Scope('collector', { clock, tasks, onFailure: () => {} })
  const names = { name: 'fake', component: 'fake_monitor', step: 'fakes' }
  const off = new MonitorSwitch(monitor, { clock, logger, ...names, stopDeadlineMs: 1000, release })
  const start = (signal = new AbortController().signal): Promise<void> => off.start(own.child('fake'), signal)
  return { world, monitor, off, tasks, start }
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
