import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { World } from '../../../simulators/index.ts'
import type { Source } from '../../dispatch/block.ts'
import type { SinkMark } from '../../dispatch/sink.ts'
import { other, PATH, Rig, source } from './local-file-sink-rig.test-helper.ts'
import { DISTURBANCES, type Disturbance } from './owned-file.ts'

const { signal } = new AbortController()

describe('after a kill -9', () => {
  test('what was written and not committed is skipped, in however small batches it comes again', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nb\nc\n')
    const mark = await rig.write(['a\n', 'b\n', 'c\n', 'd\n'])
    expect([rig.contents, mark?.['length'], rig.warnings]).toEqual(['a\nb\nc\nd\n', 8, 0])
  })

  test('a torn last record is completed', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nbb')
    await rig.write(['a\nbbb\n', 'c\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\nbbb\nc\n', 0])
  })

  test('a last line that is not the beginning of what comes is kept, and ended', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nbb')
    await rig.write(['a\nbxx\n', 'c\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\nbb\nbxx\nc\n', 1])
  })

  test('a line of somebody else that is shorter than the next record is kept', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\n--- marker ---\n')
    await rig.write(['a\na line longer than the marker\n'])
    expect(rig.contents).toBe('a\n--- marker ---\na line longer than the marker\n')
  })

  test('lines of somebody else are kept, and told', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nb\nhello\nthere\n')
    await rig.write(['a\nb\nc\n', 'd\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\nb\nhello\nthere\nc\nd\n', 1])
  })
})

describe('after a power cut', () => {
  test('NULs where a record was not written are cut, with what lies behind them, and it is written again', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nb\0\0\0\0\nd\ne\n')
    const mark = await rig.write(['a\nbbb\n', 'cc\nd\n', 'e\n'])
    expect([rig.contents, mark?.['length']]).toEqual(['a\nbbb\ncc\nd\ne\n', 13])
    expect(rig.warnings).toBe(1)
  })

  test('NULs at the end are cut with the line they lie in, though the lines before them never come again', async () => {
    for (const hole of ['bb\0\0\0', '\0\0', '\0'.repeat(200_000)]) {
      const rig = new Rig()
      rig.world.fileSystem.disk.put(PATH, `a\nlost\n${hole}`)
      await rig.write(['a\nnew\n', 'newer\n'])
      expect([rig.contents, rig.warnings]).toEqual(['a\nlost\nnew\nnewer\n', 1])
    }
  })

  test('NULs that the container wrote stay', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\n\0\0\n')
    await rig.write(['a\n\0\0\nb\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\n\0\0\nb\n', 0])
  })

  test('whatever was left of what was not synced, the file holds every line once', async () => {
    const lines = Array.from({ length: 300 }, (_, n) => `line ${n} ${'x'.repeat(n)}\n`)
    for (let seed = 0; seed < 15; seed++) {
      const rig = new Rig(seed)
      const synced = await rig.write(lines.slice(0, 50))
      await rig.sync()
      await rig.write(lines.slice(50, 250), synced)
      rig.world.crash({ kind: 'power' })
      rig.begin()
      await rig.write([lines.slice(50, 150).join(''), ...lines.slice(150)], synced)
      expect(rig.contents).toBe(lines.join(''))
    }
  })

  test('a file that an earlier process created, and did not get to sync the directory for, is there once the sink was synced', async () => {
    for (let seed = 0; seed < 15; seed++) {
      const rig = new Rig(seed)
      await rig.write(['a\n'])
      rig.world.crash({ kind: 'kill' })
      rig.begin()
      const mark = await rig.write(['a\n', 'b\n'])
      await rig.sync()
      rig.world.crash({ kind: 'power' })
      expect([rig.contents, mark?.['length']]).toEqual(['a\nb\n', 4])
    }
  })

  test('a directory that could not be synced is synced the next time', async () => {
    for (let seed = 0; seed < 15; seed++) {
      const rig = new Rig(seed)
      await rig.write(['a\n'])
      const broken = rig.world.fileSystem.disturb(
        { kind: 'error', code: 'EIO' },
        { operations: ['syncDirectory'] },
      )
      expect([...(await rig.sync()).keys()]).toEqual([source.id])
      broken[Symbol.dispose]()
      await rig.sync()
      rig.world.crash({ kind: 'power' })
      expect(rig.contents).toBe('a\n')
    }
  })
})

describe('when somebody else', () => {
  const disturbances: readonly [string, (rig: Rig) => void, string, Disturbance][] = [
    ['renames the file', ({ world }) => world.fileSystem.disk.rename(PATH, `${PATH}.1`), 'b\n', 'gone'],
    ['removes the file', ({ world }) => world.fileSystem.disk.unlink(PATH), 'b\n', 'gone'],
    ['cuts the file', ({ world }) => world.fileSystem.disk.truncate(PATH, 0), 'b\n', 'cut'],
    ['renames the directory', ({ world }) => world.fileSystem.disk.rename('/logs', '/gone'), 'b\n', 'gone'],
    ['appends a line without an end', ({ world }) => append(world, 'hello'), 'a\nhello\nb\n', 'foreign'],
    ['puts another file there', replace, 'other\nb\n', 'replaced'],
  ]
  for (const [what, disturb, left, kind] of disturbances) {
    test(`${what}, that is noticed within a second, told once, and positions go on being saved`, async () => {
      const rig = new Rig()
      const mark = await rig.write(['a\n'])
      disturb(rig)
      await rig.world.advance(1000)
      const next = await rig.write(['b\n'], mark)
      expect([rig.contents, rig.warnings, (await rig.sync()).size]).toEqual([left, 1, 0])
      expect(rig.ports.logger.entries.at(-1)).toMatchObject({
        fields: { path: PATH, kind },
        message: DISTURBANCES[kind],
      })
      expect(await rig.metrics.text()).toContain(
        `log_capturer_local_file_disturbances_total{kind="${kind}"} 1`,
      )
      rig.world.crash({ kind: 'kill' })
      rig.begin()
      await rig.write(['c\n'], next)
      expect(rig.contents).toBe(`${left}c\n`)
    })
  }

  test('copies and cuts the file just before a kill -9, nothing is repeated', async () => {
    const rig = new Rig()
    const mark = await rig.write(['a\nb\n'])
    await rig.write(['c\n', 'd\n'], mark)
    rig.world.fileSystem.disk.put(`${PATH}.1`, rig.contents)
    rig.world.fileSystem.disk.truncate(PATH, 0)
    await rig.write(['e\n'], { length: 8 })
    rig.world.crash({ kind: 'kill' })
    rig.begin()
    await rig.write(['c\nd\n', 'e\nf\n'], mark)
    expect([rig.read(`${PATH}.1`), rig.contents]).toEqual(['a\nb\nc\nd\n', 'e\nf\n'])
  })

  test('cuts the file within the second, the mark that points beyond its end is not durable', async () => {
    const rig = new Rig()
    await rig.write(['a\nb\n'])
    rig.world.fileSystem.disk.truncate(PATH, 0)
    expect([...(await rig.sync())]).toEqual([[source.id, `${PATH} was cut by somebody else`]])
    expect((await rig.write(['c\n']))?.['length']).toBe(2)
    expect((await rig.sync()).size).toBe(0)
  })
})

describe('syncing', () => {
  test('ends while two files are written to without a pause and the disk is slow', async () => {
    const rig = new Rig()
    using _ = rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 8 }, { operations: ['sync'] })
    const writing = new AbortController()
    const write = async (owner: Source): Promise<void> => {
      let mark: SinkMark | undefined
      while (!writing.signal.aborted) {
        const answer = await rig.answer('x\n', mark, owner)
        if (answer.kind === 'stored') mark = answer.marks[0]
      }
    }
    const writers = [source, other].map((owner) => write(owner))
    await rig.world.advance(50)
    await rig.sync()
    writing.abort()
    await rig.world.run(() => Promise.all(writers))
    expect(rig.world.nowMs).toBeLessThan(150)
  })

  test('a file that hangs holds up neither the others nor the next sync', async () => {
    const rig = new Rig()
    const hung = rig.world.fileSystem.disturb({ kind: 'hang' }, { operations: ['sync'], path: /web/ })
    await rig.world.run(async () => {
      await Promise.all([rig.answer('a\n'), rig.answer('a\n', undefined, other)])
    })
    expect([...(await rig.sync())]).toEqual([
      [source.id, expect.stringMatching(`^Cannot sync ${PATH}: .*the sync`)],
    ])
    expect(rig.world.nowMs).toBeGreaterThanOrEqual(1000)
    expect(rig.world.nowMs).toBeLessThan(1100)
    expect([...(await rig.sync())]).toEqual([[source.id, `Cannot sync ${PATH}: an earlier sync is not done`]])
    expect(rig.world.nowMs).toBeLessThan(1100)
    hung[Symbol.dispose]()
    await rig.world.quiesce()
    expect((await rig.sync()).size).toBe(0)
  })

  test('one that was cancelled does not keep the next one from making all durable', async () => {
    const rig = new Rig()
    await rig.write(['a\n'])
    rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 8 }, { operations: ['sync'] })
    const cancelled = new AbortController()
    const first = rig.sink.sync(cancelled).catch(() => 'cancelled')
    await rig.world.advance(2)
    cancelled.abort()
    expect(await first).toBe('cancelled')
    expect((await rig.sync()).size).toBe(0)
  })
})

describe('descriptors', () => {
  test('of a source that is gone do not come back with the next sync', async () => {
    const rig = new Rig()
    await rig.write(['a\n'])
    await rig.world.run(() => rig.sink.forget(source))
    await rig.sync()
    expect(rig.world.ledger.list().filter(({ kind }) => kind === 'file')).toEqual([])
  })

  test('opened while everything is being closed are closed too, and the gauge is right', async () => {
    const rig = new Rig()
    await rig.world.run(async () => {
      const writing = rig.answer('a\n')
      await rig.world.clock.sleep(1.2, { signal })
      await rig.sink.close()
      await writing
    })
    await rig.world.quiesce()
    expect(rig.world.ledger.list().filter(({ kind }) => kind === 'file')).toEqual([])
    expect(await rig.metrics.text()).toContain('log_capturer_local_file_open_files 0')
  })
})

test('files are written to with no more open than is configured, and only what is dirty is synced', async () => {
  const rig = new Rig()
  const owners = [1, 2, 3].map((n): Source => ({ ...source, id: `${n}`.repeat(64), name: 's' }))
  for (const owner of owners) await rig.world.run(() => rig.answer('a\n', undefined, owner))
  expect(await rig.metrics.text()).toContain('log_capturer_local_file_open_files 2')
  await rig.sync()
  let syncs = 0
  const { fileSystem } = rig.ports
  const syncDirectory = fileSystem.syncDirectory.bind(fileSystem)
  fileSystem.syncDirectory = (path) => {
    syncs += 1
    return syncDirectory(path)
  }
  const before = rig.world.nowMs
  await rig.sync()
  expect([syncs, rig.world.nowMs - before]).toEqual([0, 0])
})

test('with several that cannot be written to, health names one and counts the others; a source that is gone does not count', async () => {
  const rig = new Rig()
  rig.world.fileSystem.disturb({ kind: 'no-space' })
  expect(rig.sink.checks()).toEqual({ local_file: { ok: true, detail: 'written to' } })
  for (const owner of [source, other]) await rig.world.run(() => rig.answer('a\n', undefined, owner))
  const why = `Cannot write ${PATH}: ENOSPC: write '${PATH}'`
  expect(rig.sink.checks()).toEqual({ local_file: { ok: false, detail: `${why} (and 1 more)` } })
  await rig.world.run(() => rig.sink.forget(other))
  expect(rig.sink.checks()).toEqual({ local_file: { ok: false, detail: why } })
})

test('a file that cannot be written to is told by its path and code, in the answer and in health', async () => {
  const rig = new Rig()
  const full = rig.world.fileSystem.disturb({ kind: 'no-space' })
  const why = `Cannot write ${PATH}: ENOSPC: write '${PATH}'`
  expect(await rig.world.run(() => rig.answer('a\n'))).toEqual({ kind: 'again', why })
  expect(rig.sink.checks()).toEqual({ local_file: { ok: false, detail: why } })
  full[Symbol.dispose]()
  await rig.write(['a\n'])
  expect([rig.contents, rig.sink.checks()['local_file']?.ok]).toEqual(['a\n', true])
})

describe('rotation', () => {
  test('begins a new file between records, compresses the old ones, and keeps so many of them', async () => {
    const rig = new Rig(1, { maxSize: 8, maxFiles: 2, compress: 'gzip' })
    await rig.write(['zero\n', 'one\ntwo\nthree\nfour\n', 'five\n', 'six\n'])
    expect(rig.contents).toBe('six\n')
    await rig.sync()
    rig.sink.saved()
    await rig.world.quiesce()
    expect(rig.world.fileSystem.disk.readdir('/logs')).toHaveLength(6)
    rig.sink.saved()
    await rig.world.quiesce()
    const names = await rig.world.run(() => rig.world.fileSystem.readdir('/logs'))
    expect(names.toSorted()).toEqual(
      ['', '.000004.gz', '.000005.gz'].map((end) => `web-0123456789ab.log${end}`),
    )
    expect(gunzipSync(rig.world.fileSystem.contents(`${PATH}.000004.gz`)).toString()).toBe('four\n')
    await rig.world.run(() => rig.sink.close())
  })

  test('by age happens at the next record', async () => {
    const rig = new Rig(1, { maxAgeMs: 60_000 })
    const mark = await rig.write(['a\n'])
    await rig.world.advance(60_000)
    await rig.write(['b\n'], mark)
    expect([rig.read(`${PATH}.000001`), rig.contents]).toEqual(['a\n', 'b\n'])
    await rig.world.run(() => rig.sink.close())
  })
})

describe('a file that cannot be rotated', () => {
  test('grows on, which is said, and is tried again a minute later', async () => {
    const rig = new Rig(1, { maxSize: 4 })
    const trouble = rig.world.fileSystem.disturb(
      { kind: 'error', code: 'EACCES' },
      { operations: ['rename'] },
    )
    let mark = await rig.write(['a\nb\n', 'c\n'])
    expect(rig.contents).toBe('a\nb\nc\n')
    expect(rig.ports.logger.entries).toMatchObject([
      { level: 'warn', fields: { path: PATH }, message: 'The file could not be rotated; it grows on' },
    ])
    trouble[Symbol.dispose]()
    await rig.world.advance(59_000)
    mark = await rig.write(['d\n'], mark)
    expect(rig.contents).toBe('a\nb\nc\nd\n')
    await rig.world.advance(1000)
    await rig.write(['e\n'], mark)
    expect([rig.read(`${PATH}.000001`), rig.contents]).toEqual(['a\nb\nc\nd\n', 'e\n'])
  })

  test('one that is exactly as long as it may be is not rotated before the next record', async () => {
    const rig = new Rig(1, { maxSize: 4 })
    const mark = await rig.write(['a\nb\n'])
    expect(rig.world.fileSystem.disk.readdir('/logs')).toHaveLength(1)
    await rig.write(['c\nd\ne\n'], mark)
    expect([rig.read(`${PATH}.000001`), rig.read(`${PATH}.000002`), rig.contents]).toEqual([
      'a\nb\n',
      'c\nd\n',
      'e\n',
    ])
  })
})

test('after reopen what comes goes to the file that has the name now', async () => {
  const rig = new Rig()
  const mark = await rig.write(['a\n'])
  rig.world.fileSystem.disk.rename(PATH, `${PATH}.1`)
  rig.world.fileSystem.disk.put(PATH, '')
  await rig.world.run(() => rig.sink.reopen())
  await rig.write(['b\n'], mark)
  expect([rig.read(`${PATH}.1`), rig.contents]).toEqual(['a\n', 'b\n'])
})

function replace({ world }: Rig): void {
  world.fileSystem.disk.rename(PATH, `${PATH}.1`)
  world.fileSystem.disk.put(PATH, 'other\n')
}

function append(world: World, text: string): void {
  const node = world.fileSystem.disk.stat(PATH)
  if (node.kind === 'file') node.write(Buffer.from(text), node.size)
}
