import { describe, expect, test } from 'vitest'
import { World } from '../world.ts'
import type { SimulatedFileSystemOptions } from './simulated-file-system.ts'

function machine(fileSystem: SimulatedFileSystemOptions = {}): World {
  const world = new World({ seed: 3, fileSystem })
  world.fileSystem.disk.mkdir('/d')
  return world
}

const bytes = (text: string): Uint8Array => Buffer.from(text)
const textOf = (world: World, path: string): string => Buffer.from(world.fileSystem.contents(path)).toString()

describe('files', () => {
  test('what is written can be read, at any position, in virtual time', async () => {
    const world = machine()
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      expect(await file.write([bytes('hello '), bytes('world')])).toBe(11)
      const buffer = new Uint8Array(5)
      expect(await file.read(buffer, 6)).toBe(5)
      expect(Buffer.from(buffer).toString()).toBe('world')
      expect(await file.read(buffer, 11)).toBe(0)
      await file.truncate(5)
      expect(await file.write([bytes('!')])).toBe(1)
      expect((await file.stat()).size).toBe(6)
      await file.sync()
      await file.close()
    })
    expect(textOf(world, '/d/f')).toBe('hello!')
    expect(world.nowMs).toBeGreaterThan(0)
  })

  test('flags mean what the port says', async () => {
    const world = machine()
    const { fileSystem } = world
    await world.run(async () => {
      await expect(fileSystem.open('/d/f', 'r')).rejects.toMatchObject({ code: 'ENOENT' })
      await expect(fileSystem.open('/d/f', 'r+')).rejects.toMatchObject({ code: 'ENOENT' })
      for (const [flags, expected] of [
        ['wx', 'one'],
        ['a+', 'oneone'],
        ['r+', 'oneone'],
        ['w', 'one'],
      ] as const) {
        const file = await fileSystem.open('/d/f', flags)
        await file.write([bytes('o')])
        await file.write([bytes('ne')])
        await file.close()
        expect(textOf(world, '/d/f')).toBe(expected)
      }
      await expect(fileSystem.open('/d/f', 'wx')).rejects.toMatchObject({ code: 'EEXIST' })
    })
  })

  test('rename replaces, keeps the inode, and unlink and readdir agree', async () => {
    const world = machine()
    const { fileSystem } = world
    await world.run(async () => {
      fileSystem.disk.put('/d/a', 'a')
      fileSystem.disk.put('/d/b', 'b')
      const { inode } = await fileSystem.stat('/d/a')
      await fileSystem.rename('/d/a', '/d/b')
      expect((await fileSystem.stat('/d/b')).inode).toBe(inode)
      expect(await fileSystem.readdir('/d')).toEqual(['b'])
      await fileSystem.unlink('/d/b')
      await expect(fileSystem.stat('/d/b')).rejects.toMatchObject({ code: 'ENOENT' })
      await fileSystem.mkdir('/d/e/f')
      await fileSystem.mkdir('/d/e/f')
      await fileSystem.syncDirectory('/d/e')
      await expect(fileSystem.syncDirectory('/none')).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })

  test('a descriptor is in the ledger until it is closed, and closing twice is nothing', async () => {
    const world = machine()
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'w')
      expect(world.ledger.list().map(({ description }) => description)).toEqual(['/d/f'])
      await file.close()
      await file.close()
      await expect(file.write([bytes('late')])).rejects.toMatchObject({ code: 'EBADF' })
    })
    expect(world.ledger.size).toBe(0)
  })

  test('nothing takes effect before the operation completes', async () => {
    const world = machine()
    const open = world.fileSystem.open('/d/f', 'w')
    expect(world.fileSystem.disk.find('/d/f')).toBeNull()
    expect(world.ledger.list().map(({ description }) => description)).toEqual(['open /d/f'])
    await world.run(() => open)
    expect(world.fileSystem.disk.find('/d/f')).not.toBeNull()
  })

  test('operations started together complete in an order of the seed', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 10; seed++) {
      const world = new World({ seed })
      const order: string[] = []
      const operations = ['/a', '/b'].map((path) => world.fileSystem.mkdir(path).then(() => order.push(path)))
      await world.run(() => Promise.all(operations))
      orders.add(order.join())
    }
    expect(orders.size).toBe(2)
  })

  test('every write is told with its place', async () => {
    const world = machine()
    const told: [string, number, string][] = []
    world.fileSystem.onAppend((path, offset, written) =>
      told.push([path, offset, Buffer.from(written).toString()]),
    )
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/f', 'a+')
      await file.write([bytes('one'), bytes('two')])
      await file.write([bytes('three')])
      await file.close()
    })
    expect(told).toEqual([
      ['/d/f', 0, 'onetwo'],
      ['/d/f', 6, 'three'],
    ])
  })

  test('beyond the descriptor limit opening fails with EMFILE', async () => {
    const world = machine({ descriptorLimit: 2 })
    await world.run(async () => {
      const file = await world.fileSystem.open('/d/a', 'w')
      await world.fileSystem.open('/d/b', 'w')
      await expect(world.fileSystem.open('/d/c', 'w')).rejects.toMatchObject({ code: 'EMFILE' })
      await file.close()
      await world.fileSystem.open('/d/c', 'w')
    })
  })
})
