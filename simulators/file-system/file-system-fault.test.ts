import { describe, expect, test } from 'vitest'
import { World } from '../world.ts'

function machine(seed = 3): World {
  const world = new World({ seed })
  world.fileSystem.disk.mkdir('/d')
  return world
}

const bytes = (text: string): Uint8Array => Buffer.from(text)
const textOf = (world: World, path: string): string => Buffer.from(world.fileSystem.contents(path)).toString()

describe('faults', () => {
  for (const code of ['ENOSPC', 'EMFILE', 'EIO', 'EACCES'] as const) {
    test(`${code}: the operation fails and has no effect`, async () => {
      const world = machine()
      await world.run(async () => {
        const file = await world.fileSystem.open('/d/f', 'a+')
        world.fileSystem.disturb({ kind: 'error', code }, { operations: ['write'], path: /f$/, times: 1 })
        await expect(file.write([bytes('x')])).rejects.toMatchObject({ code })
        expect(textOf(world, '/d/f')).toBe('')
        await file.write([bytes('y')])
      })
      expect(textOf(world, '/d/f')).toBe('y')
    })
  }

  test('short: a write says how much it took, and took no more', async () => {
    const world = machine()
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      world.fileSystem.disturb({ kind: 'short' }, { times: 1 })
      const written = await file.write([bytes('0123456789')])
      expect(written).toBeGreaterThan(0)
      expect(written).toBeLessThan(10)
      expect(textOf(world, '/d/f')).toBe('0123456789'.slice(0, written))
    })
  })

  test('slow: it takes that much longer', async () => {
    const world = machine()
    using _slow = world.fileSystem.disturb({ kind: 'slow', delayMs: 5000 })
    await world.run(() => world.fileSystem.mkdir('/x'))
    expect(world.nowMs).toBeGreaterThan(5000)
  })

  test('hang: it does not end until the fault is taken away', async () => {
    const world = machine()
    const hang = world.fileSystem.disturb({ kind: 'hang' })
    let over = false
    const operation = world.fileSystem.mkdir('/x').then(() => (over = true))
    await world.advance(60_000)
    expect(over).toBe(false)
    hang[Symbol.dispose]()
    await world.run(() => operation)
  })

  test('a fault strikes only the operations, paths and times it was ordered for', async () => {
    const world = machine()
    world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['mkdir'], path: /x/, times: 2 })
    const outcomes: string[] = []
    await world.run(async () => {
      for (const path of ['/x', '/y', '/x', '/x']) {
        outcomes.push(
          await world.fileSystem.mkdir(path).then(
            () => 'done',
            (error: NodeJS.ErrnoException) => error.code!,
          ),
        )
      }
      await world.fileSystem.stat('/x')
    })
    expect(outcomes).toEqual(['EIO', 'done', 'EIO', 'done'])
  })

  test('short: a read gives less than is there', async () => {
    const world = machine()
    world.fileSystem.disk.put('/d/f', '0123456789')
    using _short = world.fileSystem.disturb({ kind: 'short' }, { operations: ['read'] })
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'r')
      const count = await file.read(new Uint8Array(10), 0)
      expect(count).toBeGreaterThan(0)
      expect(count).toBeLessThan(10)
      expect(await file.read(new Uint8Array(1), 9)).toBe(1)
    })
  })

  test('no-space: a write fills what is left, the next one fails, and there is room once the fault is gone', async () => {
    const world = machine()
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      const full = world.fileSystem.disturb({ kind: 'no-space', afterBytes: 5 })
      expect(await file.write([bytes('abc')])).toBe(3)
      expect(await file.write([bytes('def')])).toBe(2)
      await expect(file.write([bytes('f')])).rejects.toMatchObject({ code: 'ENOSPC' })
      expect(await file.read(new Uint8Array(9), 0)).toBe(5)
      full[Symbol.dispose]()
      expect(await file.write([bytes('f')])).toBe(1)
    })
    expect(textOf(world, '/d/f')).toBe('abcdef')
  })

  test('torn: a part of a write arrives, and nobody is told how much', async () => {
    const left = new Set<string>()
    for (let seed = 0; seed < 30; seed++) {
      const world = machine(seed)
      // oxlint-disable-next-line no-await-in-loop -- one world after the other
      await world.run(async () => {
        const file = await world.fileSystem.open('/d/f', 'a+')
        using _torn = world.fileSystem.disturb({ kind: 'torn' })
        await expect(file.write([bytes('abc')])).rejects.toMatchObject({ code: 'EIO' })
      })
      left.add(textOf(world, '/d/f'))
    }
    expect([...left].toSorted()).toEqual(['', 'a', 'ab'])
  })

  test('slow: a sync of a file or a directory can be what is slow', async () => {
    const world = machine()
    using _slow = world.fileSystem.disturb(
      { kind: 'slow', delayMs: 5000 },
      { operations: ['sync', 'syncDirectory'] },
    )
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      await file.write([bytes('x')])
      expect(world.nowMs).toBeLessThan(5)
      await file.sync()
      expect(world.nowMs).toBeGreaterThan(5000)
      await world.fileSystem.syncDirectory('/d')
      expect(world.nowMs).toBeGreaterThan(10_000)
    })
  })

  test('unlink: the name is gone, and who has the file open goes on with it', async () => {
    const world = machine()
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      await file.write([bytes('before ')])
      world.fileSystem.disturb({ kind: 'unlink' }, { path: /f$/, times: 1 })
      await file.write([bytes('after')])
      expect((await file.stat()).size).toBe(12)
      await expect(world.fileSystem.stat('/d/f')).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })

  test('rename: the file has another name, and who has it open goes on with it', async () => {
    const world = machine()
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      world.fileSystem.disturb({ kind: 'rename' }, { operations: ['write'], times: 1 })
      await file.write([bytes('text')])
      expect(await world.fileSystem.readdir('/d')).toEqual(['f.1'])
      expect(textOf(world, '/d/f.1')).toBe('text')
      const other = await world.fileSystem.open('/d/g', 'a+')
      world.fileSystem.disturb({ kind: 'rename', to: '/d/h' }, { path: /g$/, times: 1 })
      await other.sync()
      expect((await world.fileSystem.readdir('/d')).toSorted()).toEqual(['f.1', 'h'])
    })
  })

  test('truncate: what the file held is cut before the operation', async () => {
    const world = machine()
    world.fileSystem.disk.put('/d/f', '0123456789')
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      world.fileSystem.disturb({ kind: 'truncate', length: 4 }, { operations: ['read'], times: 1 })
      expect(await file.read(new Uint8Array(10), 2)).toBe(2)
      world.fileSystem.disturb({ kind: 'truncate' }, { operations: ['write'], times: 1 })
      await file.write([bytes('new')])
    })
    expect(textOf(world, '/d/f')).toBe('new')
  })

  test('crash: the process is dead from that operation on, and what was not synced is lost with power', async () => {
    const left = new Set<string>()
    for (let seed = 0; seed < 50; seed++) {
      const world = machine(seed)
      world.fileSystem.disk.put('/d/f', 'synced ')
      const { fileSystem } = world.ports()
      world.fileSystem.disturb({ kind: 'crash', crash: 'power' }, { operations: ['sync'] })
      let synced = false
      void (async () => {
        const file = await fileSystem.open('/d/f', 'a+')
        await file.write([bytes('written')])
        await file.sync()
        synced = true
      })()
      // oxlint-disable-next-line no-await-in-loop -- one world after the other
      await world.quiesce()
      expect([synced, world.ledger.size]).toEqual([false, 0])
      left.add(textOf(world, '/d/f'))
    }
    expect([...left].toSorted()).toEqual(['synced ', 'synced \0\0\0\0\0\0\0', 'synced written'])
  })

  test('a close that fails has closed: the descriptor is given back', async () => {
    const world = machine()
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      using _broken = world.fileSystem.disturb({ kind: 'error', code: 'EIO' })
      await expect(file.close()).rejects.toMatchObject({ code: 'EIO' })
    })
    expect(world.ledger.size).toBe(0)
  })

  test('each error befalls what it befalls in life', async () => {
    const world = machine()
    using everything = new DisposableStack()
    for (const code of ['EMFILE', 'EACCES', 'ENOSPC'] as const)
      everything.use(world.fileSystem.disturb({ kind: 'error', code }))
    await world.run(async () => {
      await expect(world.fileSystem.open('/d/f', 'w')).rejects.toMatchObject({ code: 'EMFILE' })
      await expect(world.fileSystem.stat('/d')).rejects.toMatchObject({ code: 'EACCES' })
    })
  })

  test('a fault with a chance strikes that often', async () => {
    const world = machine()
    world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['stat'], chance: 0.25 })
    const outcomes = await world.run(() =>
      Promise.allSettled(Array.from({ length: 200 }, () => world.fileSystem.stat('/d'))),
    )
    const struck = outcomes.filter(({ status }) => status === 'rejected').length
    expect(struck).toBeGreaterThan(30)
    expect(struck).toBeLessThan(70)
  })

  test('a fault that is disposed strikes no more', async () => {
    const world = machine()
    world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { operations: ['mkdir'] })[Symbol.dispose]()
    await world.run(() => world.fileSystem.mkdir('/x'))
  })
})
