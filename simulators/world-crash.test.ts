import { describe, expect, test } from 'vitest'
import type { CrashKind } from './file-system/crash-kind.ts'
import { World } from './world.ts'

const { signal } = new AbortController()
const bytes = (text: string): Uint8Array => Buffer.from(text)

function machine(seed = 1): World {
  const world = new World({ seed })
  world.engine.addContainer({ name: 'web' })
  world.fileSystem.disk.put('/d/old', 'old')
  return world
}

/** Notes when a promise settles, however it does. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const watched = { settled: false }
  const settle = (): void => void (watched.settled = true)
  promise.then(settle, settle)
  return watched
}

for (const kind of ['kill', 'power'] as const) {
  describe(`after a crash, ${kind},`, () => {
    test('nothing the process waited for ever comes, and the world is quiet', async () => {
      const world = machine()
      const { clock, engine, fileSystem, stdout } = world.ports()
      const logs = await world.run(() => engine.openLogs(world.engine.container('web').id, FOLLOW))
      const file = await world.run(() => fileSystem.open('/d/f', 'a+'))
      const waits = [
        clock.sleep(10, { signal }),
        engine.info({ signal }),
        logs.read({ signal }),
        logs.closed,
        file.write([bytes('x')]),
        fileSystem.open('/d/g', 'w'),
        stdout([bytes('x')]),
      ].map(watch)
      world.crash({ kind })
      expect(world.scheduled).toEqual([])
      world.engine.container('web').writeNumberedLine()
      world.engine.goAway()
      engine.close()
      await world.quiesce()
      expect(waits.filter(({ settled }) => settled)).toEqual([])
    })

    test('everything it held is given back', async () => {
      const world = machine()
      const { clock, engine, fileSystem, http } = world.ports()
      const address = { host: '127.0.0.1', port: 8001 }
      await world.run(() => http.listen(address, []))
      await world.run(() => engine.openLogs(world.engine.container('web').id, FOLLOW))
      await world.run(() => engine.openEvents({ signal }))
      await world.run(() => fileSystem.open('/d/f', 'w'))
      watch(clock.sleep(10, { signal }))
      expect(world.ledger.size).toBe(5)
      world.crash({ kind })
      expect(world.ledger.list()).toEqual([])
      await expect(world.http.request(address, 'GET', '/')).rejects.toThrow('ECONNREFUSED')
      await world.run(() => world.ports().http.listen(address, []))
    })

    test('the engine has seen its readers go', async () => {
      const world = machine()
      const { engine } = world.ports()
      const web = world.engine.container('web')
      await world.run(() => engine.openLogs(web.id, FOLLOW))
      await world.run(() => engine.openEvents({ signal }))
      world.crash({ kind })
      expect(web.wires.size).toBe(0)
      for (let event = 0; event < 150; event++) world.engine.restart('web')
      expect(world.engine.events.lost).toBe(0)
    })

    test('what the dead ask for is not begun', async () => {
      const world = machine()
      const { clock, engine, fileSystem, http, stdout } = world.ports()
      const file = await world.run(() => fileSystem.open('/d/old', 'a+'))
      world.crash({ kind })
      const late = [
        clock.sleep(0, { signal }),
        engine.listContainers({ signal }),
        engine.openEvents({ signal }),
        fileSystem.unlink('/d/old'),
        http.listen({ host: '127.0.0.1', port: 8001 }, []),
        stdout([bytes('x')]),
      ].map(watch)
      await expect(file.write([bytes('x')])).rejects.toMatchObject({ code: 'EBADF' })
      await world.quiesce()
      expect(late.filter(({ settled }) => settled)).toEqual([])
      expect([world.ledger.size, textOf(world, '/d/old')]).toEqual([0, 'old'])
    })
  })
}

test('what reached the kernel survives a kill, synced or not', async () => {
  const world = machine()
  const { fileSystem } = world.ports()
  await world.run(async () => {
    const file = await fileSystem.open('/d/f', 'a+')
    await file.write([bytes('unsynced')])
    await fileSystem.rename('/d/f', '/d/g')
  })
  world.crash({ kind: 'kill' })
  expect(textOf(world, '/d/g')).toBe('unsynced')
})

test('an operation under way at a crash has taken effect or not, as the seed decides; a large write may have ended at a page', async () => {
  const sizes = new Set<number>()
  for (let seed = 0; seed < 100; seed++) {
    const world = machine(seed)
    // oxlint-disable-next-line no-await-in-loop -- one world after the other
    const file = await world.run(() => world.ports().fileSystem.open('/d/old', 'a+'))
    watch(file.write([new Uint8Array(10_000)]))
    world.crash({ kind: 'kill' })
    sizes.add(world.fileSystem.contents('/d/old').byteLength)
  }
  expect([...sizes].toSorted((a, b) => a - b)).toEqual([3, 4096, 8192, 10_003])
})

test('an operation under way that would have failed does not take effect at a crash', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const world = machine(seed)
    world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['unlink'] })
    watch(world.ports().fileSystem.unlink('/d/old'))
    world.crash({ kind: 'kill' })
    expect(textOf(world, '/d/old')).toBe('old')
  }
})

test('a power cut takes what was not synced, a kill only ends the process', async () => {
  const lost: Record<CrashKind, number> = { kill: 0, power: 0 }
  for (const kind of ['kill', 'power'] as const) {
    for (let seed = 0; seed < 50; seed++) {
      const world = machine(seed)
      // oxlint-disable-next-line no-await-in-loop -- one world after the other
      await world.run(() => world.ports().fileSystem.open('/d/new', 'w'))
      world.crash({ kind })
      if (world.fileSystem.disk.find('/d/new') === null) lost[kind] += 1
    }
  }
  expect(lost.kill).toBe(0)
  expect(lost.power).toBeGreaterThan(10)
})

test('a test that looks on goes on after a kill, and its open files with it', async () => {
  const world = machine()
  world.ports()
  const sleep = world.clock.sleep(10, { signal })
  const file = await world.run(() => world.fileSystem.open('/d/old', 'r'))
  world.crash({ kind: 'kill' })
  await world.run(() => sleep)
  expect(await world.run(() => file.read(new Uint8Array(9), 0))).toBe(3)
  world.crash({ kind: 'power' })
  await expect(file.read(new Uint8Array(9), 0)).rejects.toMatchObject({ code: 'EBADF' })
})

test('a crash from within a write ends the process at that write', async () => {
  const world = machine()
  using _crash = world.fileSystem.onAppend(() => world.crash({ kind: 'kill' }))
  const file = await world.run(() => world.ports().fileSystem.open('/d/f', 'a+'))
  const write = watch(file.write([bytes('last words')]))
  await world.quiesce()
  expect([write.settled, textOf(world, '/d/f'), world.ledger.size]).toEqual([false, 'last words', 0])
})

test('a world can be stopped between any two events', async () => {
  const world = machine()
  const info = watch(world.ports().engine.info({ signal }))
  await world.step(1)
  expect([world.eventCount, info.settled]).toEqual([1, false])
  await world.step(1)
  expect([world.eventCount, info.settled]).toEqual([2, true])
  await world.step(1)
  expect(world.eventCount).toBe(2)
})

const FOLLOW = { follow: true, signal } as const
const textOf = (world: World, path: string): string => Buffer.from(world.fileSystem.contents(path)).toString()
