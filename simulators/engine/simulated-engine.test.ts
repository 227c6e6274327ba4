import { describe, expect, test } from 'vitest'
import { World } from '../world.ts'
import { runAndRemove } from './run-and-remove.ts'
import type { ContainerOptions } from './simulated-container.ts'
import type { SimulatedEngine } from './simulated-engine.ts'
import { framesOf, never, readToEnd } from './test-support.ts'

function engineWith(options: Partial<ContainerOptions> = {}): { world: World; engine: SimulatedEngine } {
  const world = new World({ seed: 5 })
  world.engine.addContainer({ name: 'web', ...options })
  return { world, engine: world.engine }
}

const outputOf = (engine: SimulatedEngine): string => Buffer.from(engine.expectedOutput('web')).toString()

const stampsOf = (engine: SimulatedEngine): string[] => {
  const { active } = engine.container('web').log
  return Array.from({ length: active.messages }, (_, index) => {
    const at = active.offsetOf(index) + 8
    return Buffer.from(active.view(at, at + 30)).toString()
  })
}

describe('life of a container', () => {
  test('events come in the order of Docker', () => {
    const { engine } = engineWith({ started: false })
    const actions: string[] = []
    engine.events.subscribe(({ action, name }) => actions.push(`${action} ${name}`))
    engine.start('web')
    engine.pause('web')
    engine.unpause('web')
    engine.restart('web')
    engine.rename('web', 'app')
    engine.stop('app')
    engine.start('app')
    engine.remove('app')
    expect(actions).toEqual([
      'start web',
      'pause web',
      'unpause web',
      'kill web',
      'die web',
      'stop web',
      'start web',
      'restart web',
      'rename app',
      'kill app',
      'die app',
      'stop app',
      'start app',
      'kill app',
      'die app',
      'destroy app',
    ])
  })

  test('one that is run and removed is created, starts, ends and is gone at the times that were measured', async () => {
    const { world, engine } = engineWith()
    const events: [string, number][] = []
    engine.events.subscribe(({ action }) => events.push([action, world.nowMs]))
    await world.run(async () => {
      engine.addContainer(runAndRemove('job', { lastsMs: 20, lines: 3 }))
      await world.clock.sleep(1000, { signal: never })
    })
    expect(events).toEqual([
      ['create', 0],
      ['start', 150],
      ['die', 170],
      ['destroy', 180],
    ])
  })

  test('the log of one that is removed at its end is read to its end where it was opened before, and is not there afterwards', async () => {
    const { world, engine } = engineWith()
    const client = engine.connect()
    await world.run(async () => {
      const { id } = engine.addContainer(runAndRemove('job', { lastsMs: 20, lines: 3 }))
      await world.clock.sleep(155, { signal: never })
      const stream = await client.openLogs(id, { signal: never, follow: true })
      await world.clock.sleep(1000, { signal: never })
      expect(framesOf(await readToEnd(stream))).toHaveLength(3)
      await expect(client.openLogs(id, { signal: never, follow: true })).rejects.toMatchObject({
        code: 'not_found',
      })
    })
  })

  test('a process that is ended before its time and started again lasts its time once more', async () => {
    const { world, engine } = engineWith({ lastsMs: 100 })
    const ends: number[] = []
    engine.events.subscribe(({ action }) => action === 'die' && ends.push(world.nowMs))
    await world.run(async () => {
      await world.clock.sleep(60, { signal: never })
      engine.restart('web')
      await world.clock.sleep(1000, { signal: never })
    })
    expect(ends).toEqual([60, 160])
  })

  test('the log is closed before the die event', () => {
    const { engine } = engineWith({ behaviour: { kind: 'silent' } })
    const reply = engine.openLog(engine.container('web').id, { follow: true, tail: 0 })
    let stateAtDie: unknown
    engine.events.subscribe(({ action }) => action === 'die' && (stateAtDie = reply.state))
    engine.exit('web')
    expect(stateAtDie).toBe('ended')
  })

  test('ids are 64 hexadecimal characters, and containers are found by prefix and name', () => {
    const { engine } = engineWith()
    const { id } = engine.container('web')
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(engine.find(id.slice(0, 12))).toBe(engine.find('web'))
    expect(engine.find('nobody')).toBeUndefined()
  })

  test('a name can be used once', () => {
    expect(() => engineWith().engine.addContainer({ name: 'web' })).toThrow(/name is in use/)
  })

  test('a removed container is gone, and what it wrote is still known', () => {
    const { engine } = engineWith()
    engine.container('web').write('stdout', 'hello\n')
    const { id } = engine.container('web')
    engine.remove('web')
    expect(engine.find('web')).toBeUndefined()
    expect(outputOf(engine)).toBe('hello\n')
    expect(() => engine.openLog(id, { follow: false, tail: 1 })).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
  })

  test('a container being removed answers 409, one without a readable log 501', () => {
    const { engine } = engineWith({ logDriver: 'none' })
    const open = (): unknown => engine.openLog(engine.container('web').id, { follow: false, tail: 1 })
    expect(open).toThrow(expect.objectContaining({ code: 'not_supported' }))
    engine.beginRemoval('web')
    expect(open).toThrow(expect.objectContaining({ code: 'conflict' }))
  })

  test('follow on a container that is not running is a snapshot', () => {
    const { engine } = engineWith()
    engine.stop('web')
    const reply = engine.openLog(engine.container('web').id, { follow: true, tail: Infinity })
    expect([reply.follow, reply.state]).toEqual([false, 'ended'])
  })

  test('events can be lost on request', () => {
    const { engine } = engineWith()
    const actions: string[] = []
    engine.events.subscribe(({ action }) => actions.push(action))
    engine.events.loseNext(2)
    engine.stop('web')
    expect(actions).toEqual(['stop'])
    expect(engine.events.lost).toBe(2)
  })
})

describe('workloads', () => {
  test('chatty writes a numbered line each period', async () => {
    const { world, engine } = engineWith({ behaviour: { kind: 'chatty', everyMs: 1000 } })
    await world.advance(10_000)
    const lines = outputOf(engine).trimEnd().split('\n')
    expect(lines).toHaveLength(10)
    expect(lines.map((line) => line.split(' ', 2).join(' '))).toEqual(
      Array.from({ length: 10 }, (_, index) => `web ${index + 1}`),
    )
    expect(engine.container('web').lastNumber).toBe(10)
  })

  test('jitter spreads the periods and keeps their mean', async () => {
    const { world, engine } = engineWith({ behaviour: { kind: 'chatty', everyMs: 100, jitter: 0.9 } })
    const times: number[] = []
    engine.onStored(() => times.push(world.nowMs))
    await world.advance(100_000)
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(Math.min(...gaps)).toBeLessThan(20)
    expect(Math.max(...gaps)).toBeGreaterThan(180)
    expect(times.length / 1000).toBeCloseTo(1, 1)
  })

  test('bursty writes many lines at once', async () => {
    const { world, engine } = engineWith({ behaviour: { kind: 'bursty', everyMs: 5000, lines: 100 } })
    const times = new Set<number>()
    engine.onStored(() => times.add(world.nowMs))
    await world.advance(10_000)
    expect([engine.container('web').log.stored, times.size]).toEqual([200, 2])
  })

  test('silent writes nothing', async () => {
    const { world, engine } = engineWith({ behaviour: { kind: 'silent' } })
    await world.advance(1e6)
    expect(engine.container('web').log.stored).toBe(0)
  })

  test('a paused container is silent and goes on with its numbers', async () => {
    const { world, engine } = engineWith({ behaviour: { kind: 'chatty', everyMs: 100 } })
    await world.advance(1000)
    engine.pause('web')
    const { stored } = engine.container('web').log
    await world.advance(10_000)
    expect(engine.container('web').log.stored).toBe(stored)
    engine.unpause('web')
    await world.advance(1000)
    expect(engine.container('web').lastNumber).toBe(engine.container('web').log.stored)
    expect(engine.container('web').log.stored).toBeGreaterThan(stored)
  })

  test('behaviour can be changed while it runs', async () => {
    const { world, engine } = engineWith({ behaviour: { kind: 'silent' } })
    engine.container('web').setBehaviour({ kind: 'chatty', everyMs: 100 })
    await world.advance(1000)
    expect(engine.container('web').log.stored).toBe(10)
  })

  test('last words are written at the exit, the last one without its newline', () => {
    const { engine } = engineWith({ atExit: { lines: 3, unterminated: true } })
    engine.exit('web')
    expect(outputOf(engine)).toMatch(/^web 1 .*\nweb 2 .*\nweb 3 .*\n$/)
    expect(engine.container('web').log.stored).toBe(3)
  })

  test('both streams are used and long lines are stored in chunks', async () => {
    const { world, engine } = engineWith({
      behaviour: {
        kind: 'chatty',
        everyMs: 100,
        stream: 'both',
        lineBytes: { min: 20_000, max: 40_000 },
      },
    })
    await world.advance(2000)
    const container = engine.container('web')
    expect(container.log.stored).toBeGreaterThan(container.expected.lines)
    const file = container.log.active
    const streams = Array.from(
      { length: file.messages },
      (_, index) => file.view(file.offsetOf(index), file.length)[0],
    )
    expect(new Set(streams)).toEqual(new Set([1, 2]))
  })
})

describe('stamps', () => {
  test('messages of one instant have different stamps, in order', () => {
    const { engine } = engineWith()
    engine.container('web').write('stdout', 'a\nb\nc\n')
    const stamps = stampsOf(engine)
    expect(stamps[0]).toBe('2026-01-01T00:00:00.000000000Z')
    expect(new Set(stamps).size).toBe(3)
    expect(stamps.toSorted()).toEqual(stamps)
  })

  test('a chunk finished late carries the stamp of the first', async () => {
    const { world, engine } = engineWith()
    engine.container('web').write('stdout', 'x'.repeat(16_384))
    await world.advance(4000)
    engine.container('web').write('stdout', 'y\nnext\n')
    const stamps = stampsOf(engine)
    expect(stamps[1]).toBe(stamps[0])
    expect(stamps[2]!.slice(0, 21)).toBe('2026-01-01T00:00:04.0')
  })

  test('stamps go back when the wall clock is stepped back', () => {
    const { world, engine } = engineWith()
    engine.container('web').write('stdout', 'a\n')
    world.clock.stepWallTime(-1500)
    engine.container('web').write('stdout', 'b\n')
    expect(stampsOf(engine)[1]!.slice(0, 24)).toBe('2025-12-31T23:59:58.5000')
  })
})
