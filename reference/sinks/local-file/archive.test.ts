import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { World, type VirtualPorts } from '../../../simulators/index.ts'
import { TaskRegistry } from '../../lifecycle/task-registry.ts'
import { Archive } from './archive.ts'
import type { RotationConfig } from './config.ts'

const DAY_MS = 24 * 3600 * 1000
const FAILED = 'Rotated files could not be compressed or removed; it is tried again'

function pathOf(name: string): string {
  return `/logs/${name}`
}

class Rig {
  readonly world: World
  readonly ports: VirtualPorts
  readonly tasks: TaskRegistry
  archive!: Archive
  readonly #config: RotationConfig

  constructor(config: Partial<RotationConfig> = {}, seed = 1) {
    this.#config = { maxSize: 1000, maxAgeMs: null, maxFiles: 2, compress: 'none', ...config }
    this.world = new World({ seed })
    this.ports = this.world.ports()
    this.tasks = new TaskRegistry(this.world.clock)
    this.begin()
  }

  /** Another process. */
  begin(): void {
    const { ports, tasks } = this
    this.archive = new Archive({ ...ports, tasks, directory: '/logs', config: this.#config })
  }

  put(...names: readonly string[]): void {
    for (const name of names) this.world.fileSystem.disk.put(`/logs/${name}`, name)
  }

  /** A sync in which all files of these names were durable but those that failed. */
  sync(known: readonly string[] = [], failed: readonly string[] = []): void {
    this.archive.syncing(known.map(pathOf))(new Set(failed.map(pathOf)))
  }

  /** Positions are saved, and the work that follows is done. */
  async save(times = 1): Promise<void> {
    for (let n = 0; n < times; n++) {
      this.archive.saved()
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await this.world.advance(1000)
    }
  }

  async names(directory = '/logs'): Promise<string[]> {
    return (await this.world.run(() => this.ports.fileSystem.readdir(directory))).toSorted()
  }

  unpacked(name: string): string {
    return gunzipSync(this.world.fileSystem.contents(`/logs/${name}`)).toString()
  }

  get warnings(): unknown[] {
    return this.ports.logger.entries.map(({ level, message }) => [level, message])
  }
}

test('what was rotated is kept until positions were saved twice after a sync that took it along', async () => {
  const rig = new Rig({ maxFiles: 1 })
  await rig.world.advance(DAY_MS)
  rig.put('a.log.000001', 'a.log.000002')
  rig.archive.add('/logs/a.log.000001')
  rig.archive.add('/logs/a.log.000002')
  await rig.save(3)
  expect(await rig.names()).toHaveLength(2)
  rig.sync()
  await rig.save()
  expect(await rig.names()).toHaveLength(2)
  await rig.save()
  expect(await rig.names()).toEqual(['a.log.000002'])
})

test('what is rotated during a sync waits for the next one', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put('a.log.000001', 'a.log.000002')
  const synced = rig.archive.syncing([])
  rig.archive.add('/logs/a.log.000001')
  synced(new Set())
  await rig.save(2)
  expect(await rig.names()).toHaveLength(2)
  rig.sync()
  await rig.save(2)
  expect(await rig.names()).toEqual(['a.log.000002'])
})

test('what is not durable is kept, whether it or the file it belongs to could not be synced', async () => {
  for (const failed of ['a.log.000001', 'a.log']) {
    const rig = new Rig({ maxFiles: 1 })
    rig.put('a.log.000001', 'a.log.000002', 'b.log.000001', 'b.log.000002')
    rig.archive.add('/logs/a.log.000001')
    rig.archive.add('/logs/b.log.000001')
    rig.sync([], [failed])
    // oxlint-disable no-await-in-loop -- one world after the other
    await rig.save(2)
    expect(await rig.names()).toEqual(['a.log.000001', 'a.log.000002', 'b.log.000002'])
    // oxlint-enable no-await-in-loop
  }
})

test('files of an earlier process are kept until the end of their file is known and saved, or for a day', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put('a.log.000001', 'a.log.000002', 'b.log.000001', 'b.log.000002')
  await rig.save(2)
  expect(await rig.names()).toHaveLength(4)
  rig.sync(['a.log'])
  await rig.save(2)
  expect(await rig.names()).toEqual(['a.log.000002', 'b.log.000001', 'b.log.000002'])
  await rig.world.advance(DAY_MS - rig.world.nowMs - 1)
  await rig.save(0)
  rig.archive.saved()
  await rig.world.advance(1)
  expect(await rig.names()).toHaveLength(3)
  await rig.save()
  expect(await rig.names()).toEqual(['a.log.000002', 'b.log.000002'])
})

test('the day is counted from when the process began', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put('a.log.000001', 'a.log.000002')
  await rig.world.advance(DAY_MS)
  rig.begin()
  await rig.save(2)
  expect(await rig.names()).toHaveLength(2)
})

test('of each file the newest are kept, compressed or not, with no more than one for a number', async () => {
  const rig = new Rig()
  rig.put(
    'a.log.000009',
    'a.log.000010',
    'a.log.000010.gz',
    'a.log.000011.gz',
    'a.log',
    'b.log.000001',
    'other',
  )
  await rig.world.advance(DAY_MS)
  await rig.save()
  const kept = ['a.log', 'a.log.000010', 'a.log.000010.gz', 'a.log.000011.gz', 'b.log.000001', 'other']
  expect(await rig.names()).toEqual(kept)
})

test('what is kept is compressed, in pieces, and durable before the file goes', async () => {
  const rig = new Rig({ compress: 'gzip' })
  const content = 'a line\n'.repeat(100_000)
  rig.world.fileSystem.disk.put('/logs/a.log.000001', content)
  rig.put('a.log.000002.gz', 'b.log.000003')
  rig.world.fileSystem.disk.put('/logs/c.log.000001', '')
  await rig.world.advance(DAY_MS)
  await rig.save()
  expect(await rig.names()).toEqual([
    'a.log.000001.gz',
    'a.log.000002.gz',
    'b.log.000003.gz',
    'c.log.000001.gz',
  ])
  expect(rig.unpacked('a.log.000001.gz')).toBe(content)
  expect(rig.unpacked('b.log.000003.gz')).toBe('b.log.000003')
  expect(rig.unpacked('c.log.000001.gz')).toBe('')
  rig.world.crash({ kind: 'power' })
  expect(rig.unpacked('a.log.000001.gz')).toBe(content)
})

test('whenever the power fails, a file or its compressed form is there, whole', async () => {
  for (let seed = 0; seed < 30; seed++) {
    const rig = new Rig({ compress: 'gzip' }, seed)
    rig.put('a.log.000001')
    // oxlint-disable no-await-in-loop -- one world after the other
    await rig.world.advance(DAY_MS)
    rig.archive.saved()
    await rig.world.advance(10 + seed)
    // oxlint-enable no-await-in-loop
    rig.world.crash({ kind: 'power' })
    const names = rig.world.fileSystem.disk.readdir('/logs')
    if (!names.includes('a.log.000001')) expect(rig.unpacked('a.log.000001.gz')).toBe('a.log.000001')
  }
})

test('a compression that fails leaves the file, and nothing open', async () => {
  for (const operation of ['open', 'read', 'write', 'sync', 'rename'] as const) {
    const rig = new Rig({ compress: 'gzip' })
    rig.put('a.log.000001')
    // oxlint-disable no-await-in-loop -- one world after the other
    await rig.world.advance(DAY_MS)
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: [operation] })
    await rig.save()
    // oxlint-enable no-await-in-loop
    expect(rig.warnings).toEqual([['warn', FAILED]])
    expect(rig.world.fileSystem.disk.readdir('/logs')).toContain('a.log.000001')
    expect(rig.world.ledger.list().filter(({ kind }) => kind === 'file')).toEqual([])
  }
})

test('what an earlier process did not finish is removed, and nothing is looked at before the first save', async () => {
  const rig = new Rig()
  rig.put('a.log.000001.gz.new', 'a.log.000001.gz', 'a.log')
  await rig.world.advance(DAY_MS)
  expect([await rig.names(), rig.tasks.size]).toEqual([
    ['a.log', 'a.log.000001.gz', 'a.log.000001.gz.new'],
    0,
  ])
  await rig.save()
  expect(await rig.names()).toEqual(['a.log', 'a.log.000001.gz'])
  expect(rig.tasks.list().map(({ kind, name, scope }) => [kind, name, scope])).toEqual([
    ['local_file_archive', 'rotated files', 'local_file'],
  ])
})

test('directories below are looked after from the first file on that is rotated in them', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put('sub/a.log.000001', 'sub/a.log.000002')
  await rig.world.advance(DAY_MS)
  await rig.save()
  expect(await rig.names('/logs/sub')).toHaveLength(2)
  rig.archive.add('/logs/sub/a.log.000002')
  await rig.save()
  expect(await rig.names('/logs/sub')).toEqual(['a.log.000002'])
})

test('what cannot be done is said, and tried again a minute later', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put('a.log.000001', 'a.log.000002')
  await rig.world.advance(DAY_MS)
  const trouble = rig.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['readdir'] })
  await rig.save()
  const failure = {
    level: 'warn',
    message: FAILED,
    fields: { err: expect.objectContaining({ code: 'EIO' }) },
  }
  expect(rig.ports.logger.entries).toMatchObject([failure, failure])
  trouble[Symbol.dispose]()
  await rig.save()
  expect(await rig.names()).toHaveLength(2)
  await rig.world.advance(60_000)
  expect(await rig.names()).toEqual(['a.log.000002'])
  expect(rig.warnings).toHaveLength(2)
})

test('a file that cannot be removed is tried again a minute later', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put('a.log.000001', 'a.log.000002')
  await rig.world.advance(DAY_MS)
  const fault = { kind: 'error', code: 'EIO' } as const
  const trouble = rig.world.fileSystem.disturb(fault, { operations: ['unlink'] })
  await rig.save()
  expect([await rig.names(), rig.warnings]).toEqual([['a.log.000001', 'a.log.000002'], [['warn', FAILED]]])
  trouble[Symbol.dispose]()
  await rig.save()
  await rig.world.advance(60_000)
  expect(await rig.names()).toEqual(['a.log.000002'])
})

test('a file that somebody else removes meanwhile is no failure', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put('a.log.000001', 'a.log.000002')
  const unlink = rig.ports.fileSystem.unlink.bind(rig.ports.fileSystem)
  rig.ports.fileSystem.unlink = async (path) => {
    await unlink(path)
    await unlink(path)
  }
  await rig.world.advance(DAY_MS)
  await rig.save()
  expect([await rig.names(), rig.warnings]).toEqual([['a.log.000002'], []])
})

test('a close ends the work, and a save begins it again', async () => {
  const rig = new Rig({ compress: 'gzip' })
  rig.put('a.log.000001')
  await rig.world.advance(DAY_MS)
  rig.archive.saved()
  await rig.world.advance(5)
  expect(rig.tasks.size).toBe(1)
  await rig.world.run(() => rig.archive.close())
  expect([rig.tasks.size, rig.warnings]).toEqual([0, []])
  await rig.world.run(() => rig.archive.close())
  expect(await rig.names()).toContain('a.log.000001')
  await rig.save()
  expect(await rig.names()).toEqual(['a.log.000001.gz'])
})

test('after a close nothing more is removed', async () => {
  const rig = new Rig({ maxFiles: 1 })
  rig.put(...Array.from({ length: 100 }, (_, n) => `a.log.${`${n}`.padStart(6, '0')}`))
  await rig.world.advance(DAY_MS)
  rig.archive.saved()
  while ((await rig.names()).length === 100);
  await rig.world.run(() => rig.archive.close())
  expect((await rig.names()).length).toBeGreaterThan(50)
})

test('work that ends by a defect is said to be over', async () => {
  const rig = new Rig()
  rig.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: ['readdir'] })
  const defect = new Error('a defect')
  rig.ports.clock.sleep = () => Promise.reject(defect)
  await rig.save()
  expect(rig.ports.logger.entries.at(-1)).toMatchObject({
    level: 'error',
    message: 'Rotated files are no longer looked after',
    fields: { task: 'rotated files', err: defect },
  })
})
