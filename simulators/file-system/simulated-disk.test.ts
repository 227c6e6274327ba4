import { describe, expect, test } from 'vitest'
import { SeededRandom } from '../world/seeded-random.ts'
import { World } from '../world.ts'
import { SimulatedDisk } from './simulated-disk.ts'

/** What is on the disk: every path, and the contents of files. */
function listing(disk: SimulatedDisk, path = '/'): string[] {
  const node = disk.stat(path)
  if (node.kind === 'file') return [`${path}=${Buffer.from(node.contents).toString()}`]
  const below = disk.readdir(path).map((name) => (path === '/' ? `/${name}` : `${path}/${name}`))
  return [...(path === '/' ? [] : [path]), ...below.toSorted().flatMap((each) => listing(disk, each))]
}

/** The disk after many power cuts that differ only by their seed. */
function everyOutcome(prepare: (disk: SimulatedDisk) => void): string[] {
  const outcomes = new Set<string>()
  for (let seed = 0; seed < 300; seed++) {
    const disk = new SimulatedDisk()
    prepare(disk)
    disk.losePower(new SeededRandom(seed))
    outcomes.add(listing(disk).join(' '))
  }
  return [...outcomes].toSorted()
}

/** The inodes that /f, which is 3, may have after it was put there, something was done and power was cut. */
function inodesAfter(something: (disk: SimulatedDisk) => void): Set<number | undefined> {
  const inodes = new Set<number | undefined>()
  for (let seed = 0; seed < 50; seed++) {
    const disk = new SimulatedDisk()
    disk.put('/f', 'text')
    something(disk)
    disk.losePower(new SeededRandom(seed))
    inodes.add(disk.find('/f')?.inode)
  }
  return inodes
}

describe('after a power cut', () => {
  test('what was put there is there', () => {
    expect(everyOutcome((disk) => disk.put('/a/b', 'text'))).toEqual(['/a /a/b=text'])
  })

  test('a file whose directory was not synced is there or not, though it was synced itself', () => {
    const left = everyOutcome((disk) => {
      const node = disk.open('/f', 'w')
      if (node.kind === 'file') node.write(Buffer.from('synced'), 0)
      if (node.kind === 'file') node.sync()
    })
    expect(left).toEqual(['', '/f=synced'])
  })

  test('a directory that its parent was not synced for is lost with all that is in it', () => {
    const left = everyOutcome((disk) => {
      disk.mkdir('/d')
      disk.open('/d/f', 'w')
      disk.syncDirectory('/d')
    })
    expect(left).toEqual(['', '/d /d/f='])
  })

  test('a rename over a file has happened or has not: never neither, never both', () => {
    const left = everyOutcome((disk) => {
      disk.put('/new', 'new')
      disk.put('/old', 'old')
      disk.rename('/new', '/old')
    })
    expect(left).toEqual(['/new=new /old=old', '/old=new'])
  })

  test('a rename does not put the contents on the disk', () => {
    const left = everyOutcome((disk) => {
      disk.put('/f', 'old')
      const node = disk.open('/new', 'w')
      if (node.kind === 'file') node.write(Buffer.from('new'), 0)
      disk.rename('/new', '/f')
      disk.syncDirectory('/')
    })
    expect(left).toEqual(['/f=', '/f=\0\0\0', '/f=new'])
  })

  test('an unlink that was not synced may be undone, with the same inode', () => {
    const left = everyOutcome((disk) => {
      disk.put('/f', 'text')
      disk.unlink('/f')
    })
    expect(left).toEqual(['', '/f=text'])
    expect(inodesAfter((disk) => disk.unlink('/f'))).toEqual(new Set([undefined, 3]))
  })

  test('changes of one directory survive in their order', () => {
    const left = everyOutcome((disk) => {
      for (const name of ['/a', '/b', '/c']) disk.open(name, 'w')
    })
    expect(left).toEqual(['', '/a=', '/a= /b=', '/a= /b= /c='])
  })

  test('changes of the same names are undone from the last to the first', () => {
    const left = everyOutcome((disk) => {
      disk.put('/a', 'old')
      disk.rename('/a', '/b')
      disk.open('/a', 'w')
      disk.rename('/b', '/a')
    })
    expect(left).toEqual(['/a= /b=old', '/a=old', '/b=old'])
  })

  test('directories are independent', () => {
    const left = everyOutcome((disk) => {
      disk.mkdir('/x')
      disk.mkdir('/y')
      disk.syncDirectory('/')
      disk.open('/x/first', 'w')
      disk.open('/y/second', 'w')
    })
    expect(left).toEqual(['/x /x/first= /y', '/x /x/first= /y /y/second=', '/x /y', '/x /y /y/second='])
  })

  test('a rename to another directory has happened in both or in none', () => {
    const left = everyOutcome((disk) => {
      disk.put('/x/f', 'text')
      disk.put('/y/g', '')
      disk.rename('/x/f', '/y/f')
    })
    expect(left).toEqual(['/x /x/f=text /y /y/g=', '/x /y /y/f=text /y/g='])
  })

  test('what survived stays: a second power cut takes nothing more', () => {
    for (let seed = 0; seed < 50; seed++) {
      const disk = new SimulatedDisk()
      for (const name of ['/a', '/b', '/c']) {
        const node = disk.open(name, 'w')
        if (node.kind === 'file') node.write(Buffer.alloc(2000, name), 0)
      }
      const random = new SeededRandom(seed)
      disk.losePower(random)
      const before = listing(disk)
      disk.open('/later', 'w')
      disk.losePower(random)
      expect(listing(disk).filter((line) => !line.startsWith('/later'))).toEqual(before)
    }
  })
})

test('where inodes are reused, a new file gets that of one which has neither a name nor anybody who has it open', async () => {
  const world = new World({ seed: 1, fileSystem: { reusesInodes: true } })
  const { disk } = world.fileSystem
  const files = world.ports().fileSystem
  disk.put('/a', 'one')
  const first = disk.stat('/a').inode
  const handle = await world.run(() => files.open('/a', 'r'))
  disk.unlink('/a')
  disk.put('/b', 'two')
  expect(disk.stat('/b').inode).not.toBe(first)
  await world.run(() => handle.close())
  disk.put('/c', 'three')
  expect(disk.stat('/c').inode).toBe(first)
})
