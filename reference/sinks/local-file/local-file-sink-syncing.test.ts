import { describe, expect, test } from 'vitest'
import type { Source } from '../../dispatch/block.ts'
import type { NotDurable, SinkMark } from '../../dispatch/sink.ts'
import type { FileOperation } from '../../../simulators/file-system/file-system-fault.ts'
import { PATH, Rig, source, other } from './local-file-sink-rig.test-helper.ts'

const NEVER = new AbortController().signal
const EIO = { kind: 'error', code: 'EIO' } as const
const pushed: Source = { ...source, id: '1'.repeat(64), kind: 'push', name: 'sub/1.log' }
const beside: Source = { ...pushed, id: '2'.repeat(64), name: 'sub/2.log' }

/** Paths that something is done with from now on. */
function watch(rig: Rig): string[] {
  const paths: string[] = []
  rig.world.fileSystem.beforeLook = (path) => void paths.push(path)
  return paths
}

/** Of a rotated file; that of the file itself is behind them all. */
function numberOf(name: string): number {
  return Number(/\.log\.(\d+)$/.exec(name)?.[1] ?? Infinity)
}

async function write(rig: Rig, text: string, owner: Source): Promise<void> {
  expect(await rig.world.run(() => rig.answer(text, undefined, owner))).toMatchObject({ kind: 'stored' })
}

async function forget(rig: Rig, owner = source): Promise<void> {
  await rig.world.run(() => rig.sink.forget(owner))
}

/** Positions are saved, and the work that follows is done. @returns how many files there are then */
async function commit(rig: Rig): Promise<number> {
  rig.sink.saved()
  await rig.world.advance(100)
  return rig.world.fileSystem.disk.readdir('/logs').length
}

function openFiles(rig: Rig): number {
  return rig.world.ledger.list().filter(({ kind }) => kind === 'file').length
}

test('its name is that of its position', () => {
  expect(new Rig().sink.name).toBe('local_file')
})

describe('a source that is gone', () => {
  test('is forgotten once its file and its name are durable', async () => {
    const rig = new Rig()
    await write(rig, 'a\n', source)
    await forget(rig)
    expect(openFiles(rig)).toBe(0)
    expect((await rig.sync()).size).toBe(0)
    const done = watch(rig)
    await rig.world.run(() => rig.sink.reopen())
    await rig.sync()
    await forget(rig)
    expect(done).toEqual([])
    rig.world.crash({ kind: 'power' })
    expect(rig.contents).toBe('a\n')
  })

  test('of which nothing is to be synced is forgotten at once', async () => {
    const rig = new Rig()
    await write(rig, 'a\n', source)
    await rig.sync()
    const trouble = rig.world.fileSystem.disturb(EIO, { operations: ['sync'] })
    await forget(rig)
    trouble[Symbol.dispose]()
    const done = watch(rig)
    await rig.world.run(() => rig.sink.reopen())
    expect(done).toEqual([])
  })

  test('whose file cannot be synced is kept, and tried again with each sync', async () => {
    const rig = new Rig()
    await write(rig, 'a\n', source)
    await rig.sync()
    await write(rig, 'b\n', source)
    const trouble = rig.world.fileSystem.disturb(EIO, { operations: ['sync'] })
    await forget(rig)
    expect([...(await rig.sync())]).toEqual([[source.id, `Cannot sync ${PATH}: EIO: sync '${PATH}'`]])
    trouble[Symbol.dispose]()
    expect((await rig.sync()).size).toBe(0)
    expect(openFiles(rig)).toBe(0)
    rig.world.crash({ kind: 'power' })
    expect(rig.contents).toBe('a\nb\n')
  })

  test('has its file synced at once', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const rig = new Rig(seed)
      // oxlint-disable no-await-in-loop -- one world after the other
      await write(rig, 'a\n', source)
      await rig.sync()
      await write(rig, 'b\n', source)
      await forget(rig)
      // oxlint-enable no-await-in-loop
      rig.world.crash({ kind: 'power' })
      expect(rig.contents).toBe('a\nb\n')
    }
  })

  test('and is reopened, or forgotten, while it is written to, is waited for', async () => {
    for (const meanwhile of ['reopen', 'forget'] as const) {
      const rig = new Rig()
      using _ = rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 500 }, { operations: ['write'] })
      const writing = rig.answer('a\n')
      // oxlint-disable no-await-in-loop -- one world after the other
      await rig.world.advance(100)
      await rig.world.run(() => rig.sink[meanwhile](source))
      expect(await writing).toMatchObject({ kind: 'stored' })
      // oxlint-enable no-await-in-loop
    }
  })

  test('and comes back before that is written to as if it had not been gone', async () => {
    const rig = new Rig()
    await write(rig, 'a\n', source)
    await forget(rig)
    await write(rig, 'b\n', source)
    await rig.sync()
    expect(openFiles(rig)).toBe(1)
    const done = watch(rig)
    await rig.world.run(() => rig.sink.reopen())
    expect(done).toEqual([PATH])
  })
})

describe('names', () => {
  test('of files in directories below are durable with a sync, also when an earlier process made the directory', async () => {
    for (let seed = 0; seed < 15; seed++) {
      const rig = new Rig(seed)
      // oxlint-disable no-await-in-loop -- one world after the other
      await write(rig, 'a\n', pushed)
      rig.world.crash({ kind: 'kill' })
      rig.begin()
      await write(rig, 'a\n', pushed)
      await write(rig, 'b\n', beside)
      expect((await rig.sync()).size).toBe(0)
      rig.world.crash({ kind: 'power' })
      expect([rig.read('/logs/sub/1.log'), rig.read('/logs/sub/2.log')]).toEqual(['a\n', 'b\n'])
      // oxlint-enable no-await-in-loop
    }
  })

  test('of a directory are durable also when the process that made it was killed before it could sync that', async () => {
    for (let seed = 0; seed < 15; seed++) {
      const rig = new Rig(seed)
      const scope = { operations: ['syncDirectory'], path: /^\/logs$/, times: 1 } as const
      rig.world.fileSystem.disturb({ kind: 'crash', crash: 'kill' }, scope)
      void rig.answer('a\n', undefined, pushed)
      // oxlint-disable no-await-in-loop -- one world after the other
      await rig.world.advance(100)
      rig.world.crash({ kind: 'kill' })
      rig.begin()
      await write(rig, 'a\n', pushed)
      await rig.sync()
      // oxlint-enable no-await-in-loop
      rig.world.crash({ kind: 'power' })
      expect(rig.read('/logs/sub/1.log')).toBe('a\n')
    }
  })

  test('are synced once for each directory, and only where a file was made since', async () => {
    const rig = new Rig()
    await write(rig, 'a\n', source)
    await write(rig, 'a\n', pushed)
    await rig.sync()
    const done = watch(rig)
    const syncs = (): string[] => done.splice(0).filter((each) => !each.endsWith('.log'))
    await rig.sync()
    expect(syncs()).toEqual([])
    await write(rig, 'b\n', beside)
    done.length = 0
    await rig.sync()
    expect(syncs()).toEqual(['/logs/sub'])
    await write(rig, 'a\n', pushed)
    await rig.sync()
    expect(syncs()).toEqual([])
  })

  test('that cannot be synced are told of the files that need them, until they are', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put('/logs/sub/1.log', '')
    await write(rig, 'a\n', source)
    await write(rig, 'a\n', pushed)
    await write(rig, 'a\n', beside)
    const disturb = (): Disposable =>
      rig.world.fileSystem.disturb(EIO, { operations: ['syncDirectory'], path: /sub$/ })
    const trouble = disturb()
    const first = await rig.sync()
    expect([...first.keys()]).toEqual([pushed.id, beside.id])
    trouble[Symbol.dispose]()
    expect((await rig.sync()).size).toBe(0)
    const third = { ...pushed, id: '3'.repeat(64), name: 'sub/3.log' }
    await write(rig, 'a\n', third)
    disturb()
    const second = await rig.sync()
    expect([...second.keys()]).toEqual([third.id])
    expect(second.get(third.id)).toMatch(/^Cannot sync \/logs\/sub: EIO/)
    expect([...(await rig.sync()).keys()]).toEqual([third.id])
  })

  const SEEDS = 4

  describe.each([null, 12])('of files that are rotated at %s bytes', (maxSize) => {
    const lines = ['one\n', 'two\n', 'three\n', 'four\n']

    /** Writes lines to a file that is not there, each again until it is stored and durable. @param before operations that do as they are asked, before one that fails */
    async function writeLines(before: number, seed = 1): Promise<{ rig: Rig; operations: number }> {
      const rig = new Rig(seed, { maxSize })
      await write(rig, 'a\n', source)
      await rig.sync()
      const done = watch(rig)
      rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 0 }, { times: before })
      rig.world.fileSystem.disturb(EIO, { times: 1 })
      let mark: SinkMark | undefined
      const isStored = async (line: string): Promise<boolean> => {
        const answer = await rig.world.run(() => rig.answer(line, mark, other))
        if (answer.kind === 'stored') [mark] = answer.marks
        return answer.kind === 'stored'
      }
      for (const line of lines) {
        expect((await isStored(line)) || (await isStored(line))).toBe(true)
        expect((await rig.sync()).size === 0 || (await rig.sync()).size === 0).toBe(true)
      }
      return { rig, operations: done.length }
    }

    test('are durable with a sync, whichever one operation failed before', async () => {
      const { operations } = await writeLines(Infinity)
      for (let place = 0; place < SEEDS * operations; place++) {
        const before = Math.floor(place / SEEDS)
        // What a power cut takes of what is not durable is drawn.
        const { rig } = await writeLines(before, place % SEEDS)
        rig.world.crash({ kind: 'power' })
        const names = rig.world.fileSystem.disk.readdir('/logs').filter((name) => name.startsWith('other'))
        const inOrder = names.toSorted((a, b) => numberOf(a) - numberOf(b))
        const stored = inOrder.map((name) => rig.read(`/logs/${name}`)).join('')
        expect({ before, stored }).toEqual({ before, stored: lines.join('') })
      }
    })
  })

  test('in a directory that is not there any more are nothing to be synced', async () => {
    const rig = new Rig()
    await write(rig, 'a\n', source)
    const { fileSystem } = rig.ports
    fileSystem.syncDirectory = async () => {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    }
    expect((await rig.sync()).size).toBe(0)
  })

  test('are not missed by a source of which nothing could be written', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put('/logs/other', '')
    const operations: FileOperation[] = ['mkdir', 'syncDirectory']
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { operations })
    expect(await rig.world.run(() => rig.answer('a\n'))).toMatchObject({ kind: 'again' })
    expect((await rig.sync()).size).toBe(0)
  })
})

describe('a sync that takes long', () => {
  test('is waited for as long as twice what the last one took', async () => {
    const rig = new Rig()
    for (const [delayMs, size] of [
      [900, 0],
      [1700, 0],
      [3300, 0],
      [6800, 1],
    ] as const) {
      using _ = rig.world.fileSystem.disturb({ kind: 'slow', delayMs }, { operations: ['sync'] })
      // oxlint-disable no-await-in-loop -- one after the other
      await write(rig, 'a\n', source)
      expect((await rig.sync()).size).toBe(size)
      // oxlint-enable no-await-in-loop
    }
  })

  test('and was cancelled is waited for by the next one, which makes all durable', async () => {
    const rig = new Rig()
    await write(rig, 'a\n', source)
    const slow = rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 500 }, { operations: ['sync'] })
    const cancelled = new AbortController()
    const first = rig.sink.sync(cancelled).catch((error: unknown) => error)
    await rig.world.advance(100)
    cancelled.abort('stopped')
    expect(await first).toBe('stopped')
    slow[Symbol.dispose]()
    expect((await rig.sync()).size).toBe(0)
    rig.world.crash({ kind: 'power' })
    expect(rig.contents).toBe('a\n')
  })
})

test('two syncs at once are both done', async () => {
  const rig = new Rig()
  await write(rig, 'a\n', source)
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 200 }, { operations: ['sync'] })
  const sync = (): Promise<NotDurable> => rig.sink.sync({ signal: NEVER })
  const failed = await rig.world.run(() => Promise.all([sync(), sync()]))
  expect(failed.map(({ size }) => size)).toEqual([0, 0])
})

test('a sync ends after those of the same file that were cancelled and still go on', async () => {
  const rig = new Rig()
  await write(rig, 'a\n', source)
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 500 }, { operations: ['sync'] })
  const cancelled = new AbortController()
  const syncs = [rig.sink.sync(cancelled)]
  await rig.world.advance(10)
  const writing = rig.answer('b\n')
  syncs.push(rig.sink.sync(cancelled))
  await rig.world.advance(10)
  cancelled.abort('stopped')
  await Promise.allSettled(syncs)
  await rig.world.advance(600)
  await writing
  await rig.sync()
  expect(rig.world.nowMs).toBeGreaterThan(1000)
})

test('a write that is cancelled is no failure of the file', async () => {
  const rig = new Rig()
  const { promise, reject } = Promise.withResolvers<never>()
  rig.ports.fileSystem.mkdir = () => promise
  const cancelled = new AbortController()
  const part = { source, blocks: [], mark: undefined }
  const writing = rig.sink.write({ parts: [part], records: 0, bytes: 0 }, cancelled)
  cancelled.abort('stopped')
  reject(new Error('EIO'))
  await expect(rig.world.run(() => writing)).rejects.toBe('stopped')
  expect(rig.sink.checks()['local_file']?.ok).toBe(true)
})

describe('what was rotated', () => {
  test('since the last sync is left alone', async () => {
    for (const limit of [{ maxSize: 4 }, { maxAgeMs: 1 }]) {
      const rig = new Rig(1, { ...limit, maxFiles: 1 })
      // oxlint-disable no-await-in-loop -- one world after the other
      let mark = await rig.write(['a\nb\n'])
      for (let n = 0; n < 2; n++) {
        await rig.sync()
        await commit(rig)
      }
      for (const text of ['c\nd\n', 'e\nf\n']) {
        await rig.world.advance(10)
        mark = await rig.write([text], mark)
      }
      expect(await commit(rig)).toBe(3)
      await rig.sync()
      await commit(rig)
      expect(await commit(rig)).toBe(2)
      await rig.world.run(() => rig.sink.close())
      // oxlint-enable no-await-in-loop
    }
  })

  test('stays where nothing is rotated any more', async () => {
    const rig = new Rig(1, { maxFiles: 1 })
    for (const n of [1, 2]) rig.world.fileSystem.disk.put(`${PATH}.00000${n}`, 'x\n')
    await write(rig, 'a\n', source)
    for (let n = 0; n < 3; n++) {
      // oxlint-disable no-await-in-loop -- one after the other
      await rig.sync()
      expect(await commit(rig)).toBe(3)
      // oxlint-enable no-await-in-loop
    }
  })

  test('is also a file that is put aside because nobody knows what it holds', async () => {
    const rig = new Rig()
    const mark = await rig.write(['a\n'])
    rig.world.crash({ kind: 'kill' })
    rig.world.fileSystem.disk.unlink(PATH)
    rig.world.fileSystem.disk.put(PATH, 'x\n')
    rig.begin()
    await rig.write(['b\n'], mark)
    expect([rig.contents, rig.read(`${PATH}.000001`)]).toEqual(['b\n', 'x\n'])
  })

  test('is left alone while its file cannot be synced', async () => {
    for (const isBroken of [true, false]) {
      const rig = new Rig(1, { maxSize: 4, maxFiles: 1 })
      // oxlint-disable no-await-in-loop -- one world after the other
      await rig.write(['a\nb\n', 'c\nd\n', 'e\n'])
      if (isBroken) rig.world.fileSystem.disturb(EIO, { operations: ['sync'] })
      for (let n = 0; n < 3; n++) {
        await rig.sync()
        rig.sink.saved()
        await rig.world.advance(100)
      }
      expect(rig.world.fileSystem.disk.readdir('/logs')).toHaveLength(isBroken ? 3 : 2)
      await rig.world.run(() => rig.sink.close())
      // oxlint-enable no-await-in-loop
    }
  })

  test('by an earlier process is left alone until the end of its file is known', async () => {
    const rig = new Rig(1, { maxSize: 100, maxFiles: 1 })
    for (const n of [1, 2]) rig.world.fileSystem.disk.put(`${PATH}.00000${n}`, 'x\n')
    const commitTwice = async (): Promise<number> => {
      await rig.sync()
      await commit(rig)
      await rig.sync()
      return await commit(rig)
    }
    const full = rig.world.fileSystem.disturb({ kind: 'no-space' })
    expect(await rig.world.run(() => rig.answer('a\n'))).toMatchObject({ kind: 'again' })
    expect(await commitTwice()).toBe(3)
    full[Symbol.dispose]()
    await write(rig, 'a\n', other)
    expect(await commitTwice()).toBe(4)
    await write(rig, 'a\n', source)
    expect(await commitTwice()).toBe(3)
    await rig.world.run(() => rig.sink.close())
  })
})
