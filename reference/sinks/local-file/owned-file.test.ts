import { describe, expect, test } from 'vitest'
import { World, type VirtualPorts } from '../../../simulators/index.ts'
import type { RotationConfig } from './config.ts'
import type { SinkMark } from '../../dispatch/sink.ts'
import { OwnedFile } from './owned-file.ts'
import { digest } from './place.ts'

const PATH = '/logs/web.log'

/** A file, what was told of it, and what it holds. */
class Rig {
  readonly world: World
  readonly told: string[] = []
  readonly rotated: string[] = []
  descriptors = 0
  readonly #rotate: RotationConfig
  ports!: VirtualPorts
  file!: OwnedFile

  constructor(rotate: Partial<RotationConfig> = {}, seed = 1) {
    this.world = new World({ seed })
    this.#rotate = { maxSize: null, maxAgeMs: null, maxFiles: 10, compress: 'none', ...rotate }
    this.begin()
  }

  /** Another process. */
  begin(): void {
    this.ports = this.world.ports()
    this.descriptors = 0
    this.file = new OwnedFile({
      path: PATH,
      clock: this.ports.clock,
      fileSystem: this.ports.fileSystem,
      logger: this.ports.logger,
      rotate: this.#rotate,
      events: {
        descriptors: (change) => (this.descriptors += change),
        disturbed: (kind) => this.told.push(kind),
        rotating: (path) => this.rotated.push(path),
      },
    })
  }

  async append(text: string, mark?: SinkMark): Promise<SinkMark> {
    return await this.world.run(() => this.file.append([Buffer.from(text)], mark))
  }

  async sync(): Promise<boolean> {
    return await this.world.run(() => this.file.sync())
  }

  async close(): Promise<void> {
    await this.world.run(() => this.file.close())
  }

  /** By name, what each file of the directory holds. */
  get files(): Record<string, string> {
    const { disk } = this.world.fileSystem
    return Object.fromEntries(disk.readdir('/logs').map((name) => [name, this.read(name)]))
  }

  read(name: string): string {
    return Buffer.from(this.world.fileSystem.contents(`/logs/${name}`)).toString()
  }

  rename(to: string): void {
    this.world.fileSystem.disk.rename(PATH, `/logs/${to}`)
  }

  write(text: string): void {
    const node = this.world.fileSystem.disk.stat(PATH)
    if (node.kind === 'file') node.write(Buffer.from(text), node.size)
  }
}

function openFiles({ world }: Rig): number {
  return world.ledger.list().filter(({ kind }) => kind === 'file').length
}

test('a file is gone where its directory is none any more', async () => {
  const rig = new Rig()
  await rig.append('a\n')
  await rig.world.advance(1000)
  const { fileSystem } = rig.ports
  const stat = fileSystem.stat.bind(fileSystem)
  fileSystem.stat = async () => {
    fileSystem.stat = stat
    throw Object.assign(new Error('a file instead of a directory'), { code: 'ENOTDIR' })
  }
  await rig.append('b\n')
  expect(rig.told).toEqual(['gone'])
})

describe('what it tells of itself', () => {
  test('it is open and known from the first write on, and closed with its descriptor given back', async () => {
    const rig = new Rig()
    const state = (): unknown => {
      const { isOpen, isKnown, dirty, unnamed } = rig.file
      return { isOpen, isKnown, dirty, unnamed, descriptors: rig.descriptors }
    }
    expect(state()).toEqual({ isOpen: false, isKnown: false, dirty: false, unnamed: false, descriptors: 0 })
    await rig.append('a\n')
    expect(state()).toEqual({ isOpen: true, isKnown: true, dirty: true, unnamed: true, descriptors: 1 })
    await rig.sync()
    expect(state()).toEqual({ isOpen: true, isKnown: true, dirty: false, unnamed: true, descriptors: 1 })
    await rig.close()
    await rig.close()
    expect(state()).toEqual({ isOpen: false, isKnown: true, dirty: false, unnamed: true, descriptors: 0 })
    rig.file.unnamed = false
    await rig.append('b\n')
    expect(state()).toEqual({ isOpen: true, isKnown: true, dirty: true, unnamed: false, descriptors: 1 })
    expect([rig.files, rig.told]).toEqual([{ 'web.log': 'a\nb\n' }, []])
  })

  test('a descriptor is given back also when the close fails', async () => {
    const rig = new Rig()
    await rig.append('a\n')
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['close'] })
    await expect(rig.close()).rejects.toThrow('EIO')
    expect([rig.descriptors, rig.file.isOpen]).toEqual([0, false])
  })

  test('a mark says where its records end, and which file that is', async () => {
    const rig = new Rig()
    const mark = await rig.append('a\n')
    const { inode, device } = await rig.world.run(() => rig.ports.fileSystem.stat(PATH))
    const tail = digest(Buffer.from('a\n'))
    expect(mark).toEqual({ length: 2, inode, device, tail, generation: 1 })
    expect(await rig.append('b\n', mark)).toMatchObject({ length: 4, tail: digest(Buffer.from('a\nb\n')) })
  })
})

describe('a sync', () => {
  test('that fails leaves it dirty; one that succeeds tells how long it took', async () => {
    const rig = new Rig()
    await rig.append('a\n')
    const trouble = rig.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['sync'] })
    await expect(rig.sync()).rejects.toThrow('EIO')
    expect([rig.file.dirty, rig.file.lastSyncMs]).toEqual([true, 0])
    trouble[Symbol.dispose]()
    rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 500 }, { operations: ['sync'] })
    expect(await rig.sync()).toBe(true)
    expect(rig.file.dirty).toBe(false)
    expect(rig.file.lastSyncMs).toBeGreaterThanOrEqual(500)
    expect(rig.file.lastSyncMs).toBeLessThan(600)
  })

  test('makes no file where there is none', async () => {
    const rig = new Rig()
    expect(await rig.sync()).toBe(true)
    expect([rig.world.fileSystem.disk.find('/logs'), rig.descriptors]).toEqual([null, 0])
  })

  test('makes durable what was written to a file that was closed, also when it was renamed since', async () => {
    for (let seed = 0; seed < 10; seed++)
      for (const name of ['web.log', 'web.log.1']) {
        const rig = new Rig({}, seed)
        rig.world.fileSystem.disk.put(`${PATH}-other`, 'x\n')
        // oxlint-disable no-await-in-loop -- one file after the other
        await rig.append('a\n')
        await rig.close()
        if (name !== 'web.log') rig.rename(name)
        expect(await rig.sync()).toBe(true)
        expect(openFiles(rig)).toBe(1)
        await rig.world.run(() => rig.ports.fileSystem.syncDirectory('/logs'))
        rig.world.crash({ kind: 'power' })
        expect(rig.read(name)).toBe('a\n')
        // oxlint-enable no-await-in-loop
      }
  })

  test('makes durable what was written to a file that is open, wherever it was moved', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const rig = new Rig({}, seed)
      rig.world.fileSystem.disk.put('/moved/other.log', '')
      // oxlint-disable no-await-in-loop -- one file after the other
      await rig.append('a\n')
      rig.rename('../moved/web.log')
      expect(await rig.sync()).toBe(true)
      for (const directory of ['/logs', '/moved'])
        await rig.world.run(() => rig.ports.fileSystem.syncDirectory(directory))
      rig.world.crash({ kind: 'power' })
      expect(rig.read('../moved/web.log')).toBe('a\n')
      // oxlint-enable no-await-in-loop
    }
  })

  test('opens no file beside it that has nothing of it', async () => {
    const rig = new Rig()
    await rig.append('a\n')
    await rig.sync()
    await rig.close()
    rig.rename('web.log.1')
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { operations: ['open'], path: /log\.1/ })
    expect(await rig.sync()).toBe(true)
    expect(rig.told).toEqual(['gone'])
  })
})

describe('another file under its name', () => {
  test('is noticed a second after it was last looked at, and when it is opened again', async () => {
    const rig = new Rig()
    await rig.world.advance(5000)
    let mark = await rig.append('a\n')
    rig.rename('web.log.1')
    await rig.world.advance(990)
    mark = await rig.append('b\n', mark)
    expect(rig.files).toEqual({ 'web.log.1': 'a\nb\n' })
    await rig.world.advance(10)
    mark = await rig.append('c\n', mark)
    expect([rig.files, rig.told]).toEqual([{ 'web.log': 'c\n', 'web.log.1': 'a\nb\n' }, ['gone']])
    await rig.close()
    rig.rename('web.log.2')
    mark = await rig.append('d\n', mark)
    expect(rig.files).toMatchObject({ 'web.log': 'd\n', 'web.log.2': 'c\n' })
    expect(rig.told).toEqual(['gone', 'gone'])
    expect(mark).toMatchObject({ length: 2 })
  })

  test('that it gets while it is opened is written to where it ends', async () => {
    const rig = new Rig()
    const mark = await rig.append('a\n')
    await rig.close()
    rig.world.fileSystem.disturb({ kind: 'rename' }, { operations: ['open'], path: /web\.log$/, times: 1 })
    const next = await rig.append('b\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'b\n', 'web.log.1': 'a\n' })
    const { inode } = await rig.world.run(() => rig.ports.fileSystem.stat(PATH))
    expect(next).toMatchObject({ length: 2, inode })
    expect(rig.told).toEqual([])
  })

  test('is made with its directory, but not in the place of what is no directory', async () => {
    const rig = new Rig()
    const mark = await rig.append('a\n')
    rig.world.fileSystem.disk.rename('/logs', '/moved')
    await rig.world.advance(1000)
    await rig.append('b\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'b\n' })
    rig.world.fileSystem.disk.rename('/logs', '/moved too')
    rig.world.fileSystem.disk.put('/logs', 'a file')
    await rig.world.advance(1000)
    await expect(rig.append('c\n', mark)).rejects.toThrow()
    expect(Buffer.from(rig.world.fileSystem.contents('/logs')).toString()).toBe('a file')
  })

  test('that cannot be looked at is an error, and nothing is made', async () => {
    const rig = new Rig()
    const trouble = rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { operations: ['stat'] })
    await expect(rig.append('a\n')).rejects.toThrow('EACCES')
    trouble[Symbol.dispose]()
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { operations: ['open'] })
    await expect(rig.append('a\n')).rejects.toThrow('EACCES')
    expect(rig.world.fileSystem.disk.find('/logs')).toBeNull()
  })

  test('is looked for at once by a reopen', async () => {
    const rig = new Rig()
    await rig.append('a\n')
    rig.rename('web.log.1')
    await rig.world.run(() => rig.file.reopen())
    expect(rig.files).toEqual({ 'web.log': '', 'web.log.1': 'a\n' })
  })
})

describe('what somebody else did to it', () => {
  test('since the last write is noticed by the next one, and its line is ended', async () => {
    const rig = new Rig()
    let mark = await rig.append('a\n')
    rig.write('x')
    mark = await rig.append('b\n', mark)
    expect([rig.read('web.log'), mark['length'], rig.told]).toEqual(['a\nx\nb\n', 6, ['foreign']])
    rig.world.fileSystem.disk.truncate(PATH, 1)
    mark = await rig.append('c\n', mark)
    expect([rig.read('web.log'), mark['length'], rig.told]).toEqual(['a\nc\n', 4, ['foreign', 'cut']])
    expect(await rig.sync()).toBe(true)
  })

  test('is told by a sync: false when acknowledged records were cut', async () => {
    const rig = new Rig()
    await rig.append('a\nb\n')
    rig.write('x\n')
    expect(await rig.sync()).toBe(true)
    rig.world.fileSystem.disk.truncate(PATH, 2)
    expect(await rig.sync()).toBe(false)
    expect(await rig.sync()).toBe(true)
    expect(rig.told).toEqual(['foreign', 'cut'])
    expect(await rig.append('c\n')).toMatchObject({ length: 4, tail: digest(Buffer.from('a\nc\n')) })
  })
})

describe('a write that failed', () => {
  test('is gone on with where it stopped, and tells nothing of somebody else', async () => {
    for (const [isRenamed, files] of [
      [false, { 'web.log': 'a\nbb\ncc\n' }],
      [true, { 'web.log': 'cc\n', 'web.log.1': 'a\nbb\n' }],
    ] as const) {
      const rig = new Rig()
      // oxlint-disable no-await-in-loop -- one file after the other
      const mark = await rig.append('a\n')
      const torn = rig.world.fileSystem.disturb({ kind: 'no-space', afterBytes: 3 })
      await expect(rig.append('bb\ncc\n', mark)).rejects.toThrow('ENOSPC')
      torn[Symbol.dispose]()
      if (isRenamed) rig.rename('web.log.1')
      await rig.world.advance(1000)
      await rig.append('bb\ncc\n', mark)
      expect([rig.files, rig.told]).toEqual([files, isRenamed ? ['gone'] : []])
      // oxlint-enable no-await-in-loop
    }
  })

  test('of what an earlier process had begun is looked for from the mark on', async () => {
    const rig = new Rig()
    const mark = await rig.append('a\n')
    await rig.append('b\n', mark)
    rig.world.crash({ kind: 'kill' })
    rig.begin()
    const full = rig.world.fileSystem.disturb({ kind: 'no-space', afterBytes: 1 })
    await expect(rig.append('b\nc\n', mark)).rejects.toThrow('ENOSPC')
    full[Symbol.dispose]()
    await rig.append('b\nc\n', mark)
    expect([rig.files, rig.told]).toEqual([{ 'web.log': 'a\nb\nc\n' }, []])
  })

  test('after others had cut the file is gone on with behind what they left, also with an equal record', async () => {
    const rig = new Rig()
    let mark = await rig.append('a\nb\n')
    rig.world.fileSystem.disk.truncate(PATH, 2)
    const full = rig.world.fileSystem.disturb({ kind: 'no-space' })
    await expect(rig.append('a\n', mark)).rejects.toThrow('ENOSPC')
    full[Symbol.dispose]()
    mark = await rig.append('a\n', mark)
    expect([rig.files, rig.told]).toEqual([{ 'web.log': 'a\na\n' }, ['cut']])
  })

  test('of what an earlier process had begun is looked for also where the file was renamed since', async () => {
    const rig = new Rig()
    const mark = await rig.append('a\n')
    await rig.append('b\n', mark)
    rig.world.crash({ kind: 'kill' })
    rig.begin()
    const full = rig.world.fileSystem.disturb({ kind: 'no-space' })
    await expect(rig.append('b\nc\n', mark)).rejects.toThrow('ENOSPC')
    full[Symbol.dispose]()
    rig.rename('web.log-1')
    await rig.world.advance(1000)
    await rig.append('b\nc\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'c\n', 'web.log-1': 'a\nb\n' })
  })

  test('is looked for where the file was copied to, or moved to, since', async () => {
    for (const others of [
      ({ world, files }: Rig) => {
        world.fileSystem.disk.put(`${PATH}-1`, files['web.log']!)
        world.fileSystem.disk.truncate(PATH, 0)
      },
      ({ world }: Rig) => {
        const fault = { kind: 'rename', to: `${PATH}-1` } as const
        world.fileSystem.disturb(fault, { operations: ['open'], path: /web\.log$/, times: 1 })
      },
    ]) {
      const rig = new Rig()
      // oxlint-disable no-await-in-loop -- one file after the other
      const mark = await rig.append('a\n')
      const torn = rig.world.fileSystem.disturb({ kind: 'no-space', afterBytes: 3 })
      await expect(rig.append('bb\ncc\n', mark)).rejects.toThrow('ENOSPC')
      torn[Symbol.dispose]()
      await rig.close()
      others(rig)
      await rig.append('bb\ncc\n', mark)
      expect(rig.files).toEqual({ 'web.log': 'cc\n', 'web.log-1': 'a\nbb\n' })
      // oxlint-enable no-await-in-loop
    }
  })

  test('after a rotation is looked for from the mark on, in all its files', async () => {
    const rig = new Rig({ maxSize: 4 })
    const mark = await rig.append('a\n')
    const full = rig.world.fileSystem.disturb({ kind: 'no-space', afterBytes: 7 })
    await expect(rig.append('b\nc\nd\ne\nf\n', mark)).rejects.toThrow('ENOSPC')
    expect(rig.file.isKnown).toBe(false)
    full[Symbol.dispose]()
    await rig.append('b\nc\nd\ne\nf\n', mark)
    expect(rig.files).toEqual({
      'web.log': 'e\nf\n',
      'web.log.000001': 'a\nb\n',
      'web.log.000002': 'c\nd\n',
    })
  })
})

describe('rotation', () => {
  test('by size: before a record that does not fit, each with the next number', async () => {
    const rig = new Rig({ maxSize: 6 })
    rig.world.fileSystem.disk.put(`${PATH}.000004.gz`, '')
    let mark = await rig.append('aa\nbb\n')
    expect(rig.rotated).toEqual([])
    mark = await rig.append('cc\n', mark)
    mark = await rig.append('dddd\nee\n', mark)
    expect(rig.files).toEqual({
      'web.log': 'ee\n',
      'web.log.000004.gz': '',
      'web.log.000005': 'aa\nbb\n',
      'web.log.000006': 'cc\n',
      'web.log.000007': 'dddd\n',
    })
    expect(rig.rotated).toEqual([5, 6, 7].map((n) => `${PATH}.00000${n}`))
    expect(mark).toMatchObject({ length: 3, generation: 8 })
    expect([rig.descriptors, rig.told]).toEqual([1, []])
  })

  test('gives no number twice, though somebody else removes or adds files', async () => {
    const rig = new Rig({ maxSize: 2 })
    let mark = await rig.append('a\nb\nc\n')
    for (const n of [1, 2]) rig.world.fileSystem.disk.unlink(`${PATH}.00000${n}`)
    mark = await rig.append('d\n', mark)
    rig.world.fileSystem.disk.put(`${PATH}.000009`, '')
    await rig.append('e\n', mark)
    expect(Object.keys(rig.files).toSorted()).toEqual([
      'web.log',
      'web.log.000003',
      'web.log.000009',
      'web.log.000010',
    ])
  })

  test('by size does not happen to an empty file, however long its first record', async () => {
    const rig = new Rig({ maxSize: 2 })
    await rig.append('aaa\n')
    expect([rig.files, rig.rotated]).toEqual([{ 'web.log': 'aaa\n' }, []])
  })

  test('by age: since it was begun, not since it was first looked at; an empty file stays', async () => {
    const rig = new Rig({ maxAgeMs: 60_000 })
    await rig.world.advance(50_000)
    let mark = await rig.append('a\n')
    await rig.world.advance(9900)
    mark = await rig.append('b\n', mark)
    expect(rig.rotated).toEqual([])
    await rig.world.advance(100)
    mark = await rig.append('c\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'c\n', 'web.log.000001': 'a\nb\n' })
    await rig.world.advance(59_900)
    mark = await rig.append('d\n', mark)
    expect(rig.rotated).toHaveLength(1)
    rig.world.fileSystem.disk.truncate(PATH, 0)
    await rig.world.advance(60_000)
    await rig.append('e\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'e\n', 'web.log.000001': 'a\nb\n' })
  })

  test('by age: of a file that others put away the age ends', async () => {
    const rig = new Rig({ maxAgeMs: 60_000 })
    let mark = await rig.append('a\n')
    await rig.world.advance(50_000)
    rig.rename('web.log-1')
    mark = await rig.append('b\n', mark)
    await rig.world.advance(20_000)
    await rig.append('c\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'b\nc\n', 'web.log-1': 'a\n' })
  })

  test('does not happen to a file that was cut meanwhile', async () => {
    const rig = new Rig({ maxSize: 4 })
    const mark = await rig.append('a\nb\n')
    rig.world.fileSystem.disk.truncate(PATH, 2)
    await rig.append('c\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'a\nc\n' })
  })

  test('does not happen to a file that somebody else has put there meanwhile', async () => {
    const rig = new Rig({ maxSize: 4 })
    const mark = await rig.append('a\nb\n')
    rig.rename('web.log-moved')
    rig.world.fileSystem.disk.put(PATH, 'x\n')
    await rig.append('c\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'x\nc\n', 'web.log-moved': 'a\nb\n' })
  })

  test('makes the file durable before its successor is begun', async () => {
    const rig = new Rig({ maxSize: 4 })
    const mark = await rig.append('a\nb\n')
    await rig.append('c\n', mark)
    await rig.world.run(() => rig.ports.fileSystem.syncDirectory('/logs'))
    rig.world.crash({ kind: 'power' })
    expect(rig.read('web.log.000001')).toBe('a\nb\n')
  })

  test('that renames the file and can begin no other is an error, and nothing is lost or repeated', async () => {
    const rig = new Rig({ maxSize: 4 })
    const mark = await rig.append('a\nb\n')
    const trouble = rig.world.fileSystem.disturb({ kind: 'error', code: 'EMFILE' }, { operations: ['open'] })
    await expect(rig.append('c\n', mark)).rejects.toThrow('EMFILE')
    trouble[Symbol.dispose]()
    await rig.append('c\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'c\n', 'web.log.000001': 'a\nb\n' })
    expect(rig.ports.logger.entries).toEqual([])
  })

  test('that fails is tried again after a minute, and until then the file takes everything', async () => {
    const rig = new Rig({ maxSize: 4 })
    let mark = await rig.append('a\nb\n')
    const trouble = rig.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['rename'] })
    mark = await rig.append('c\nd\ne\n', mark)
    trouble[Symbol.dispose]()
    await rig.world.advance(59_000)
    mark = await rig.append('f\ng\nh\n', mark)
    expect(rig.files).toEqual({ 'web.log': 'a\nb\nc\nd\ne\nf\ng\nh\n' })
    await rig.world.advance(1000)
    await rig.append('i\n', mark)
    expect(rig.read('web.log')).toBe('i\n')
  })
})

test('what a crash left is gone on with, and an unclear file is put aside', async () => {
  const rig = new Rig()
  const mark = await rig.append('a\n')
  await rig.append('b\n', mark)
  rig.world.crash({ kind: 'kill' })
  rig.begin()
  expect(await rig.append('b\nc\n', mark)).toMatchObject({ length: 6 })
  rig.world.crash({ kind: 'kill' })
  rig.begin()
  expect(await rig.append('b\n', mark)).toMatchObject({ length: 4 })
  expect(rig.file.dirty).toBe(true)
  expect(rig.files).toEqual({ 'web.log': 'a\nb\nc\n' })
  rig.world.crash({ kind: 'kill' })
  rig.world.fileSystem.disk.unlink(PATH)
  rig.world.fileSystem.disk.put(PATH, 'x\n')
  rig.begin()
  await rig.append('d\n', mark)
  expect(rig.files).toEqual({ 'web.log': 'd\n', 'web.log.000001': 'x\n' })
  expect(rig.told).toEqual(['cut', 'foreign'])
})
