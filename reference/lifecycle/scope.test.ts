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

const nothing = async (): Promise<void> => {}

/** Lasts so long, whatever happens. */
const deaf = (rig: Rig, ms: number) => (): Promise<void> =>
  rig.world.clock.sleep(ms, { signal: new AbortController().signal })

test('a join waits for the tasks of all scopes within, also those that begin meanwhile, and says how long it took', async () => {
  const rig = new Rig()
  await rig.world.advance(5000)
  const inner = rig.scope.child('inner')
  rig.scope.spawn('outer', 'o', async () => {
    await deaf(rig, 300)()
    inner.spawn('inner', 'late', deaf(rig, 500))
  })
  inner.spawn('inner', 'i', deaf(rig, 100))
  expect(rig.scope.live).toBe(2)
  const report = await rig.world.run(() => rig.scope.join({ deadlineMs: 10_000 }))
  expect(report).toMatchObject({ ended: true, unfinished: [] })
  expect(report.elapsedMs).toBeGreaterThanOrEqual(800)
  expect(report.elapsedMs).toBeLessThan(1000)
  expect([rig.scope.live, rig.world.ledger.list()]).toEqual([0, []])
  await rig.close()
})

test('a join names what did not end by its deadline, in the scopes within too, and does not wait for it', async () => {
  const rig = new Rig()
  const inner = rig.scope.child('inner')
  rig.scope.spawn('reader', 'slow', deaf(rig, 5000))
  rig.scope.spawn('reader', 'quick', deaf(rig, 10))
  inner.spawn('writer', 'slow', deaf(rig, 5000))
  const report = await rig.world.run(() => rig.scope.close({ deadlineMs: 1000 }))
  expect(report.ended).toBe(false)
  expect(report.unfinished.map(({ kind, name, scope }) => [kind, name, scope])).toEqual([
    ['reader', 'slow', 'app'],
    ['writer', 'slow', 'app > inner'],
  ])
  expect(report.elapsedMs).toBe(1000)
  expect(rig.tasks.orphans().map(({ kind }) => kind)).toEqual(['reader', 'writer'])
  await rig.world.advance(5000)
  expect(rig.tasks.orphans()).toEqual([])
})

test('a scope that is aborted or closed takes no task, and says so', async () => {
  const rig = new Rig()
  const [aborted, closed] = [rig.scope.child('one'), rig.scope.child('two')]
  aborted.abort()
  await rig.world.run(() => closed.close({ deadlineMs: 10 }))
  expect(() => aborted.spawn('kind', 'name', nothing)).toThrow(
    'Cannot spawn in scope app > one: it is aborted',
  )
  expect(() => closed.child('three')).toThrow('Cannot open a child scope in scope app > two: it is closed')
  await rig.close()
  expect(() => rig.scope.keep('kind', 'name', nothing)).toThrow('Cannot spawn in scope app: it is closed')
})

test('an abort reaches the scopes within, the first reason stays, and no task that ends by it has failed', async () => {
  const rig = new Rig()
  const inner = rig.scope.child('inner')
  const sleep = (signal: AbortSignal): Promise<void> => rig.world.clock.sleep(60_000, { signal })
  const tasks = [rig.scope.spawn('a', 'a', sleep), inner.spawn('b', 'b', sleep), inner.keep('c', 'c', sleep)]
  const reason = new Error('enough')
  rig.scope.abort(reason)
  rig.scope.abort(new Error('too late'))
  inner.abort(new Error('too late'))
  for (const { done } of tasks)
    // oxlint-disable-next-line no-await-in-loop -- both
    await expect(done).rejects.toBe(reason)
  expect([rig.failures, rig.tasks.check().ok]).toEqual([[], true])
  const other = new Rig()
  other.scope.abort()
  expect(other.scope.signal.reason).toMatchObject({
    name: 'AbortError',
    message: 'Scope app was cancelled',
  })
})

test('a scope that is closed leaves the one around it, which is joined without it', async () => {
  const rig = new Rig()
  const inner = rig.scope.child('inner')
  inner.spawn('reader', 'slow', deaf(rig, 60_000))
  await rig.world.run(() => inner.close({ deadlineMs: 10 }))
  expect(rig.scope.live).toBe(0)
  expect(await rig.world.run(() => rig.scope.join({ deadlineMs: 10 }))).toMatchObject({ ended: true })
  rig.scope.spawn('reader', 'joined', deaf(rig, 100))
  expect(rig.tasks.orphans().map(({ name }) => name)).toEqual(['slow'])
  await rig.world.advance(60_000)
})

test('live tasks are counted by kind, with their age and where they belong; a kind that was seen stays, at none', async () => {
  const rig = new Rig()
  await rig.world.advance(1000)
  rig.scope.spawn('reader', 'a', deaf(rig, 100))
  await rig.world.advance(50)
  rig.scope.child('inner').spawn('reader', 'b', deaf(rig, 200))
  expect(rig.tasks.counts()).toEqual(new Map([['reader', 2]]))
  expect(rig.tasks.list()).toMatchObject([
    { name: 'a', scope: 'app', ageMs: 50, heartbeatMs: null },
    { name: 'b', scope: 'app > inner', ageMs: 0 },
  ])
  await rig.world.advance(500)
  expect(rig.tasks.counts()).toEqual(new Map([['reader', 0]]))
  await rig.close()
})

test('where a task was started is kept only where that is wanted, and stacks of errors are as before', async () => {
  const { world } = new Rig()
  const tasks = new TaskRegistry(world.clock, { recordLocations: false })
  const scope = new Scope('app', { clock: world.clock, tasks, onFailure: () => {} })
  scope.spawn('reader', 'a', () => world.clock.sleep(10, { signal: new AbortController().signal }))
  expect(tasks.list()).toMatchObject([{ startedAt: null }])
  await world.advance(100)
  const limit = Error.stackTraceLimit
  const rig = new Rig()
  const named = (): unknown => rig.scope.spawn('reader', 'a', deaf(rig, 10))
  named()
  // One that has no name.
  ;[0].forEach(() => rig.scope.spawn('reader', 'b', deaf(rig, 10)))
  expect(Error.stackTraceLimit).toBe(limit)
  for (const { startedAt } of rig.tasks.list()) expect(startedAt).toMatch(/^[^(]*scope\.test\.ts:\d+:\d+$/)
  await rig.world.advance(100)
})

test('a task that gives signs of life says when the last one was', async () => {
  const rig = new Rig()
  await rig.world.advance(1000)
  let beat: () => unknown = nothing
  const run = async (signal: AbortSignal, give: () => void): Promise<void> => {
    beat = give
    await rig.world.clock.sleep(60_000, { signal })
  }
  rig.scope.keep('worker', 'w', run, { heartbeatMs: 1000 })
  await rig.world.advance(700)
  expect(rig.tasks.list()).toMatchObject([{ heartbeatMs: 700 }])
  beat()
  expect(rig.tasks.list()).toMatchObject([{ heartbeatMs: 0 }])
  await rig.world.advance(3000)
  expect(rig.tasks.check().ok).toBe(true)
  await rig.world.advance(1)
  expect(rig.tasks.check()).toEqual({ ok: false, detail: 'worker w gave no sign of life for 3 s' })
  await rig.close()
  beat()
  expect(rig.tasks.size).toBe(0)
})

test('a task that is not run again and failed is not said to be waiting; several that are bad are all told', async () => {
  const rig = new Rig()
  await rig.world.advance(100_000)
  const late = new Error('late')
  for (const name of ['a', 'b']) rig.scope.spawn(name, name, () => Promise.reject(late)).done.catch(() => {})
  rig.scope.keep('worker', 'w', rig.failing(1, 0).run)
  await rig.world.advance(50)
  expect(rig.tasks.check().detail).toBe('a a failed: late; b b failed: late; worker w failed: a defect')
  await rig.close()
})

test('the tasks of a scope that ended while it was closed are not named', async () => {
  const rig = new Rig()
  const inner = rig.scope.child('inner')
  inner.spawn('reader', 'a', deaf(rig, 10))
  expect(inner.unfinished).toHaveLength(1)
  await rig.world.advance(20)
  expect(inner.unfinished).toEqual([])
  await rig.close()
})

test('a kept task is well again when a minute has passed since it failed, and not before', async () => {
  const rig = new Rig()
  await rig.world.advance(1000)
  let runs = 0
  rig.scope.keep('worker', 'w', async (signal) => {
    runs += 1
    if (runs === 1) throw new Error('a defect')
    await rig.world.clock.sleep(86_400_000, { signal })
  })
  await rig.world.advance(59_999)
  expect(rig.tasks.check().ok).toBe(false)
  await rig.world.advance(1)
  expect(rig.tasks.check().ok).toBe(true)
  await rig.close()
})
