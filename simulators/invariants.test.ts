import { describe, expect, test } from 'vitest'
import type { LogStream } from '../reference/ports/index.ts'
import {
  filesWithinLimit,
  leftBehind,
  noOrphanedTasks,
  readsEndInTime,
  sinkHoldsPrefix,
  streamsRotateInTime,
  streamsWithinCapacity,
  waitsAreBounded,
} from './invariants.ts'
import { emptiedLog } from './faults/containers/stored-log-faults.ts'
import { World } from './world.ts'

const { signal } = new AbortController()

function worldWith(...names: string[]): World {
  const world = new World({ seed: 2 })
  for (const name of names) {
    world.engine.addContainer({ name, behaviour: { kind: 'chatty', everyMs: 1000 } })
  }
  return world
}

async function open(world: World, name: string): Promise<LogStream> {
  const { id } = world.engine.container(name)
  return await world.run(() => world.engine.connect().openLogs(id, { signal, follow: true }))
}

function sinkWorld(): { world: World; path: string; write: (text: string) => Promise<unknown> } {
  const world = new World({ seed: 1 })
  const container = world.engine.addContainer({ name: 'a' })
  container.write('stdout', 'one\ntwo\n')
  const path = `/a-${container.id.slice(0, 12)}.log`
  const write = (text: string): Promise<unknown> =>
    world.run(async () => {
      const file = await world.fileSystem.open(path, 'a+')
      await file.write([Buffer.from(text)])
      await file.close()
    })
  return { world, path, write }
}

describe('I1, I2: open resources', () => {
  test('streams up to the capacity are right, one more is not', async () => {
    const world = worldWith('a')
    streamsWithinCapacity(world, { capacity: 2 })
    await open(world, 'a')
    await open(world, 'a')
    await expect(open(world, 'a')).rejects.toThrow(/I1 .*3 streams are open, capacity 2/)
  })

  test('files up to the limit are right, one more is not', async () => {
    const world = new World({ seed: 1 })
    filesWithinLimit(world, { limit: () => 1 })
    await world.run(() => world.fileSystem.open('/a', 'w'))
    await expect(world.run(() => world.fileSystem.open('/b', 'w'))).rejects.toThrow(/I2 /)
  })
})

describe('I3: orphaned tasks', () => {
  test('an orphan is found within a second', async () => {
    const world = worldWith('a')
    const orphans: { kind: string; name: string; scope: string }[] = []
    noOrphanedTasks(world, { orphans: () => orphans })
    await world.advance(5000)
    orphans.push({ kind: 'reader', name: 'x', scope: 'app' })
    await expect(world.advance(2100)).rejects.toThrow(/I3 .*orphaned: reader x of app/)
  })
})

describe('I4, I5: ages', () => {
  test('a read that ends in time is right, one that does not is found', async () => {
    const world = new World({ seed: 1 })
    world.engine.addContainer({ name: 'mute' })
    readsEndInTime(world, { readTimeoutMs: 30_000 })
    const stream = await open(world, 'mute')
    const controller = new AbortController()
    const read = stream.read(controller).catch(() => {})
    await world.run(() => world.clock.sleep(30_000, { signal }))
    controller.abort()
    await world.run(() => read)
    void stream.read({ signal })
    await expect(world.advance(30_002)).rejects.toThrow(/I4 .*read of mute/)
  })

  test('a stream that is not rotated is found', async () => {
    const world = worldWith('a')
    streamsRotateInTime(world, { intervalMs: 300_000, closeTimeoutMs: 5000 })
    const stream = await open(world, 'a')
    await world.advance(304_000)
    stream.destroy()
    await open(world, 'a')
    await world.advance(304_000)
    await expect(world.advance(2000)).rejects.toThrow(/I5 .*log-stream of a/)
  })
})

describe('I6: waiting', () => {
  const bound = { slots: 1, slotTurnMs: 5000, openTimeoutMs: 30_000, allowanceMs: 0 }

  test('a container that is never read is found within twice the bound', async () => {
    const world = worldWith('a', 'b')
    waitsAreBounded(world, bound)
    const stream = await open(world, 'a')
    const readOn = async (): Promise<void> => {
      for (;;) await stream.read({ signal })
    }
    void readOn()
    await expect(world.advance(140_000)).rejects.toThrow(/I6 .*b has unread lines.*70000 ms/)
  })

  test('one that gets its turn is not, nor is one that is not followed', async () => {
    const world = worldWith('a', 'b')
    waitsAreBounded(world, { ...bound, isFollowed: ({ name }) => name === 'a' })
    for (let turn = 0; turn < 10; turn++) {
      const stream = await open(world, 'a')
      await world.advance(60_000)
      stream.destroy()
    }
  })

  test('one whose stream is just opened again when that is asked is not', async () => {
    const world = worldWith('a')
    waitsAreBounded(world, { ...bound, slotTurnMs: 10_000, openTimeoutMs: 0 })
    for (let turn = 0; turn < 10; turn++) {
      const stream = await open(world, 'a')
      await world.advance(9999)
      stream.destroy()
      await world.advance(2)
    }
  })

  test('one whose unread lines are gone is not', async () => {
    const world = new World({ seed: 1 })
    const container = world.engine.addContainer({ name: 'a' })
    waitsAreBounded(world, bound)
    container.write('stdout', 'lost\n')
    world.inject(emptiedLog({ container: 'a' }))
    await world.advance(140_000)
  })

  test('time in which the engine was away does not count', async () => {
    const world = worldWith('a')
    waitsAreBounded(world, bound)
    world.engine.goAway()
    await world.advance(200_000)
    world.engine.comeBack()
    await world.advance(30_000)
    await open(world, 'a')
    await world.advance(60_000)
  })

  test('it is no longer checked once it is disposed', async () => {
    const world = worldWith('a')
    waitsAreBounded(world, bound)[Symbol.dispose]()
    await world.advance(200_000)
  })
})

describe('I7: a sink holds a prefix', () => {
  test('a prefix is right at any byte, and complete only with all of it', async () => {
    const { world, write } = sinkWorld()
    const sink = sinkHoldsPrefix(world)
    expect(sink.incomplete()).toEqual(['a: the sink holds 0 bytes, line 0 of 2 is missing'])
    await write('one\nt')
    expect(sink.incomplete()).toEqual(['a: the sink holds 5 bytes, line 1 of 2 is missing'])
    await write('wo\n')
    expect(sink.incomplete()).toEqual([])
  })

  for (const [what, text] of [
    ['a missing line', 'two\n'],
    ['a repeated line', 'one\none\n'],
    ['a line that was never written', 'one\ntwo\nthree\n'],
  ] as const) {
    test(`${what} is found as it is written`, async () => {
      const { world, write, path } = sinkWorld()
      sinkHoldsPrefix(world)
      await expect(write(text)).rejects.toThrow(
        new RegExp(`I7 [^]*${path} differs from the output of a at byte \\d+`),
      )
    })
  }

  test('a line of which a removal took the rest may be ended, one of a container that is there may not', async () => {
    const { world, write } = sinkWorld()
    sinkHoldsPrefix(world)
    world.engine.remove('a')
    await write('one\nt\n')
    const present = sinkWorld()
    sinkHoldsPrefix(present.world)
    await expect(present.write('one\nt\n')).rejects.toThrow(/I7 /)
  })

  test('other files are nobody’s sink', async () => {
    const { world } = sinkWorld()
    sinkHoldsPrefix(world)
    await world.run(async () => {
      const file = await world.fileSystem.open('/positions.json', 'w')
      await file.write([Buffer.from('{}')])
    })
  })
})

describe('I8: after the stop', () => {
  test('what is still open or runs is named', async () => {
    const world = worldWith('a')
    expect(leftBehind(world)).toEqual([])
    const stream = await open(world, 'a')
    const tasks = { list: () => [{ kind: 'reader', name: 'a' }] }
    expect(leftBehind(world, tasks)).toEqual([
      expect.stringMatching(/^log-stream: log-stream of a, since .* opened at/),
      'task: reader a',
    ])
    stream.destroy()
    expect(leftBehind(world)).toEqual([])
  })
})
