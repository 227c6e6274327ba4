import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DeadlockError, EventFailure, InvariantViolation } from './world/world-errors.ts'
import { World } from './world.ts'

const { signal } = new AbortController()

/** Some traffic: containers that write, and a client that reads them. */
async function busyWorld(seed: number): Promise<World> {
  const world = new World({ seed })
  for (const name of ['a', 'b', 'c']) {
    world.engine.addContainer({ name, behaviour: { kind: 'chatty', everyMs: 100, jitter: 0.5 } })
  }
  const engine = world.engine.connect()
  await world.run(async () => {
    const [container] = await engine.listContainers({ signal })
    const stream = await engine.openLogs(container!.id, { signal, follow: true })
    for (let reads = 0; reads < 60; reads++) await stream.read({ signal })
    stream.destroy()
  })
  return world
}

async function takeMicroTasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve()
}

async function hashOf(delayMs: number, label: string): Promise<string> {
  const world = new World({ seed: 1 })
  world.schedule(delayMs, label, () => {})
  await world.quiesce()
  return world.traceHash
}

/** What an operation rejects with, which must be an error of this class. */
async function failureOf<E extends Error>(
  kind: abstract new (...values: never[]) => E,
  operation: Promise<unknown>,
): Promise<E> {
  const error: unknown = await operation.catch((reason: unknown) => reason)
  if (error instanceof kind) return error
  throw new Error(`Expected a ${kind.name}, got ${String(error)}`)
}

describe('determinism', () => {
  test('the same seed gives the same trace hash', async () => {
    const [first, second] = [await busyWorld(42), await busyWorld(42)]
    expect(first.eventCount).toBeGreaterThan(50)
    expect(second.traceHash).toBe(first.traceHash)
    expect(second.nowMs).toBe(first.nowMs)
  })

  test('another seed gives another trace hash', async () => {
    expect((await busyWorld(42)).traceHash).not.toBe((await busyWorld(43)).traceHash)
  })

  test('the seed decides the order of events at the same time', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 20; seed++) {
      const world = new World({ seed, recordTrace: true })
      for (const label of ['a', 'b', 'c']) world.schedule(10, label, () => {})
      await world.quiesce()
      orders.add(world.trace.map(({ label }) => label).join(''))
    }
    expect(orders.size).toBe(6)
  })

  test('the hash depends on times as well as on labels', async () => {
    const hashes = [await hashOf(1, 'a'), await hashOf(2, 'a'), await hashOf(1, 'b')]
    expect(new Set(hashes).size).toBe(3)
  })

  test('only the last events are kept unless all are asked for', async () => {
    for (const [recordTrace, kept] of [
      [false, 20],
      [true, 50],
    ] as const) {
      const world = new World({ seed: 1, recordTrace })
      for (let i = 0; i < 50; i++) world.schedule(i, `event ${i}`, () => {})
      await world.quiesce()
      expect(world.trace).toHaveLength(kept)
      expect(world.trace.at(-1)).toEqual({ atMs: 49, label: 'event 49' })
      expect(world.trace[0]!.label).toBe(`event ${50 - kept}`)
    }
  })
})

describe('events', () => {
  test('everything an event starts has run before the next one, micro-tasks and ticks alike', async () => {
    const world = new World({ seed: 1 })
    const seen: string[] = []
    world.schedule(1, 'first', () => {
      process.nextTick(() => {
        seen.push('tick')
        void takeMicroTasks(100).finally(() => seen.push('micro-tasks after the tick'))
      })
      void Promise.resolve().then(() => process.nextTick(() => seen.push('tick of a micro-task')))
      void takeMicroTasks(10).then(() =>
        process.nextTick(() => void takeMicroTasks(10).then(() => seen.push('tick of a late micro-task'))),
      )
    })
    world.schedule(1.001, 'second', () => seen.push('second'))
    await world.quiesce()
    expect(seen.at(-1)).toBe('second')
    expect(seen).toHaveLength(5)
  })

  test('a cancelled event does not happen', async () => {
    const world = new World({ seed: 1, recordTrace: true })
    world.schedule(1, 'cancelled', () => {}).cancel()
    await world.advance(10)
    expect(world.trace.map(({ label }) => label)).toEqual(['advance'])
  })

  test('advance lets exactly that much time pass', async () => {
    const world = new World({ seed: 1 })
    let early = false
    let late = false
    world.schedule(99, 'early', () => (early = true))
    world.schedule(101, 'late', () => (late = true))
    await world.advance(100)
    expect([world.nowMs, early, late]).toEqual([100, true, false])
  })

  test('run yields the value or the error of the operation', async () => {
    const world = new World({ seed: 1 })
    await expect(world.run(async () => 7)).resolves.toBe(7)
    await expect(world.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  test('quiesce does not wait for background events, and names what never rests', async () => {
    const world = new World({ seed: 1 })
    const again = (background: boolean, label: string): void => {
      world.schedule(10, label, () => again(background, label), { background })
    }
    again(true, 'workload')
    world.schedule(500, 'last', () => {})
    await world.quiesce()
    expect(world.nowMs).toBe(500)
    again(false, 'restless')
    await expect(world.quiesce({ withinMs: 1000 })).rejects.toThrow(/restless/)
  })

  test('a world that is running cannot be run again', async () => {
    const world = new World({ seed: 1 })
    const nested = world.run(async () => {
      await world.clock.sleep(1, { signal })
      await world.advance(1)
    })
    await expect(nested).rejects.toThrow(/running already/)
  })
})

describe('failures', () => {
  test('an error thrown in an event fails the run and names the event', async () => {
    const world = new World({ seed: 9 })
    world.schedule(5, 'faulty', () => {
      throw new Error('broken')
    })
    const failure = await failureOf(EventFailure, world.advance(10))
    expect(String(failure)).toMatch(/"faulty" threw: broken[^]*seed 9, virtual time 5\.000 ms/)
  })

  test('a deadlock names who waits for what, and where it was opened', async () => {
    const world = new World({ seed: 1 })
    const { id } = world.engine.addContainer({ name: 'mute' })
    const engine = world.engine.connect()
    const run = world.run(async () => {
      const stream = await engine.openLogs(id, { signal, follow: true })
      await stream.read({ signal })
    })
    const failure = await failureOf(DeadlockError, run)
    expect(failure.waits.map(({ kind }) => kind)).toEqual(['log-stream', 'read'])
    expect(String(failure)).toMatch(/read: read of mute, since .* ms, opened at .*world\.test\.ts:\d+/)
  })

  test('waiting for something outside the world is a deadlock too', async () => {
    const world = new World({ seed: 1 })
    await expect(world.run(() => new Promise(() => {}))).rejects.toThrow(/Open:\n {2}nothing/)
  })

  test('a violated invariant says which, when, with which seed, and what happened last', async () => {
    const world = new World({ seed: 77 })
    let level = 0
    for (let i = 1; i <= 30; i++) world.schedule(i, `step ${i}`, () => (level += 1))
    world.invariant('level < 10', () => (level < 10 ? undefined : `level is ${level}`))
    const failure = await failureOf(InvariantViolation, world.quiesce())
    expect(failure.moment).toMatchObject({ seed: 77, atMs: 10 })
    expect(failure.moment.lastEvents.at(-1)).toEqual({ atMs: 10, label: 'step 10' })
    expect(String(failure)).toContain('level < 10 does not hold: level is 10')
  })

  test('a violated invariant is reported once, and the world can go on', async () => {
    const world = new World({ seed: 1 })
    world.invariant('never', () => 'it is so')
    await expect(world.advance(1)).rejects.toThrow(InvariantViolation)
    await world.advance(1)
  })

  test('an invariant that was disposed is not checked, and a name can be used once', async () => {
    const world = new World({ seed: 1 })
    const invariant = world.invariant('never', () => 'it is so')
    expect(() => world.invariant('never', () => undefined)).toThrow(/there is one of that name/)
    invariant[Symbol.dispose]()
    await world.advance(1)
  })
})

describe('unhandled rejections', () => {
  let others: NodeJS.UnhandledRejectionListener[]

  beforeEach(() => {
    others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
  })

  afterEach(() => {
    for (const listener of others) process.on('unhandledRejection', listener)
  })

  test('an unhandled rejection fails the run', async () => {
    const world = new World({ seed: 1 })
    world.schedule(1, 'forgetful', () => void Promise.reject(new Error('forgotten')))
    await expect(world.advance(2)).rejects.toThrow(/rejection was not handled: forgotten/)
    expect(process.listenerCount('unhandledRejection')).toBe(0)
  })
})
