import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { Scope } from './scope.ts'
import { TaskRegistry } from './task-registry.ts'

class Rig {
  readonly world = new World({ seed: 1 })
  readonly tasks = new TaskRegistry(this.world.clock)
  readonly failures: string[] = []
  readonly scope = new Scope('app', {
    clock: this.world.clock,
    tasks: this.tasks,
    onFailure: ({ kind, name }) => this.failures.push(`${kind} ${name}`),
  })

  /** A task that fails each time after `livesMs`, for the first `failures` times, and then lives on. */
  failing(
    failures: number,
    livesMs: number,
  ): { runsAtMs: number[]; run: (signal: AbortSignal) => Promise<void> } {
    const runsAtMs: number[] = []
    const run = async (signal: AbortSignal): Promise<void> => {
      runsAtMs.push(this.world.nowMs)
      await this.world.clock.sleep(runsAtMs.length > failures ? 86_400_000 : livesMs, { signal })
      throw new TypeError('a defect')
    }
    return { runsAtMs, run }
  }

  async close(): Promise<void> {
    await this.world.run(() => this.scope.close({ deadlineMs: 1000 }))
  }
}

test('a kept task that fails is run again after a delay that doubles, and each failure is reported', async () => {
  const rig = new Rig()
  const { runsAtMs, run } = rig.failing(3, 0)
  rig.scope.keep('worker', 'w', run)
  await rig.world.advance(10_000)
  expect(runsAtMs).toEqual([0, 100, 300, 700])
  expect(rig.failures).toEqual(['worker w', 'worker w', 'worker w'])
  expect(rig.tasks.list().map(({ startedAt }) => startedAt)).toEqual([
    expect.stringMatching(/scope\.test\.ts/),
  ])
  await rig.close()
})

test('a kept task that fails at once for ever is run every thirty seconds and not more often', async () => {
  const rig = new Rig()
  const { runsAtMs, run } = rig.failing(Infinity, 0)
  rig.scope.keep('worker', 'w', run)
  await rig.world.advance(600_000)
  const last = runsAtMs.slice(-3)
  expect([last[1]! - last[0]!, last[2]! - last[1]!]).toEqual([30_000, 30_000])
  await rig.close()
})

test('after a kept task ran for a minute its delays begin anew', async () => {
  const rig = new Rig()
  const { runsAtMs, run } = rig.failing(Infinity, 60_000)
  rig.scope.keep('worker', 'w', run)
  await rig.world.advance(400_000)
  expect(runsAtMs.slice(0, 4)).toEqual([0, 60_100, 120_200, 180_300])
  await rig.close()
})

test('health names a kept task that failed within the last minute, and is good again after a minute without failure', async () => {
  const rig = new Rig()
  rig.scope.keep('worker', 'w', rig.failing(4, 0).run)
  await rig.world.advance(1000)
  expect(rig.tasks.check()).toEqual({ ok: false, detail: 'worker w failed: a defect' })
  await rig.world.advance(61_000)
  expect(rig.tasks.check().ok).toBe(true)
  await rig.close()
})

test('health is bad for as long as its scope lives when a task failed that is not run again', async () => {
  const rig = new Rig()
  const own = rig.scope.child('own')
  own.spawn('worker', 'w', rig.failing(Infinity, 0).run).done.catch(() => {})
  await rig.world.advance(3_600_000)
  expect(rig.tasks.check()).toEqual({ ok: false, detail: 'worker w failed: a defect' })
  await rig.world.run(() => own.close({ deadlineMs: 1000 }))
  expect(rig.tasks.check().ok).toBe(true)
  await rig.close()
})

test('a kept task yields its result, and ends at once when its scope is cancelled, in a delay too', async () => {
  const rig = new Rig()
  expect(await rig.world.run(() => rig.scope.keep('worker', 'w', () => Promise.resolve(7)).done)).toBe(7)
  rig.scope.keep('worker', 'w', rig.failing(Infinity, 0).run)
  await rig.world.advance(45_000)
  await rig.close()
  expect(rig.tasks.size).toBe(0)
})

test('a task says what it is, how it is and how often it failed; one that is temporary leaves with its end', async () => {
  const rig = new Rig()
  rig.scope.keep('worker', 'w', rig.failing(2, 0).run)
  const { done } = rig.scope.spawn('call', 'c', (signal) => rig.world.clock.sleep(150, { signal }))
  await rig.world.advance(120)
  expect(rig.tasks.list()).toMatchObject([
    { kind: 'worker', kept: true, state: 'waiting to be run again', failures: 2, heartbeatMs: null },
    { kind: 'call', kept: false, state: 'running', failures: 0 },
  ])
  await rig.world.advance(1000)
  await done
  expect(rig.tasks.list()).toMatchObject([{ kind: 'worker', state: 'running', failures: 2 }])
  await rig.close()
  expect(rig.tasks.size).toBe(0)
})

test('a task that promised signs of life and gives none is told in health, until it gives one', async () => {
  const rig = new Rig()
  let pauseMs = 1000
  const run = async (signal: AbortSignal, beat: () => void): Promise<void> => {
    for (;;) {
      beat()
      // eslint-disable-next-line no-await-in-loop -- a periodic task
      await rig.world.clock.sleep(pauseMs, { signal })
    }
  }
  rig.scope.keep('worker', 'w', run, { heartbeatMs: 1000 })
  await rig.world.advance(10_000)
  expect(rig.tasks.check()).toEqual({ ok: true, detail: '1 running' })
  pauseMs = 60_000
  await rig.world.advance(31_000)
  expect(rig.tasks.check()).toEqual({
    ok: false,
    detail: expect.stringMatching(/^worker w gave no sign of life for \d+ s$/),
  })
  pauseMs = 1000
  await rig.world.advance(31_000)
  expect(rig.tasks.check().ok).toBe(true)
  await rig.close()
})
