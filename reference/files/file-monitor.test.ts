import { describe, expect, test } from 'vitest'
import { leftBehind } from '../../simulators/index.ts'
import { FileRig } from './file-rig.test-helper.ts'

const LOG = '/logs/app.log'

async function begun(settings: ConstructorParameters<typeof FileRig>[0] = {}): Promise<FileRig> {
  const rig = new FileRig({ paths: ['/logs/*.log'], ...settings })
  await rig.start()
  return rig
}

test('a file that is there, one that comes later, and one whose directory comes later are read', async () => {
  const rig = new FileRig({ paths: ['/logs/**/*.log'] })
  await rig.start()
  await rig.advance(1000)
  rig.append(LOG, 'one\n')
  await rig.advance(1000)
  rig.append(LOG, 'two\n')
  rig.append('/logs/deep/er/b.log', 'three\n')
  rig.append('/logs/deep/er/b.txt', 'four\n')
  await rig.advance(5000)
  expect(rig.output(LOG)).toBe('one\ntwo\n')
  expect(rig.output('/logs/deep/er/b.log')).toBe('three\n')
  expect(rig.output('/logs/deep/er/b.txt')).toBe('')
  await rig.stop()
})

/** Lines that are long enough to be told from others. */
function lines(from: number, to: number): string {
  return Array.from(
    { length: to - from + 1 },
    (_, n) => `line ${String(from + n).padStart(4, '0')} of a log ${'.'.repeat(60)}\n`,
  ).join('')
}

describe('what is renamed away', () => {
  test('is read to its end, then the next file from its start', async () => {
    const rig = await begun()
    rig.append(LOG, 'one\n')
    await rig.advance(1000)
    rig.append(LOG, 'two\n')
    rig.disk.rename(LOG, `${LOG}.1`)
    rig.append(LOG, 'four\n')
    await rig.advance(300)
    rig.append(`${LOG}.1`, 'three\n')
    await rig.advance(3000)
    expect(rig.output(LOG)).toBe('one\ntwo\nthree\nfour\n')
    await rig.stop()
  })

  test('several times between two looks is read in its order', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    for (let turn = 1; turn <= 3; turn++) {
      for (let old = 3; old > 0; old--)
        if (rig.disk.find(`${LOG}.${old}`) !== null) rig.disk.rename(`${LOG}.${old}`, `${LOG}.${old + 1}`)
      rig.disk.rename(LOG, `${LOG}.1`)
      rig.append(LOG, lines(3 * turn + 1, 3 * turn + 3))
    }
    await rig.advance(10_000)
    expect(rig.output(LOG)).toBe(lines(1, 12))
    await rig.stop()
  })

  test('while nobody looked is found under its new name', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    await rig.stop()
    rig.append(LOG, lines(4, 5))
    rig.disk.rename(LOG, `${LOG}-20260101`)
    rig.append(LOG, lines(6, 7))
    rig.disk.rename(LOG, `${LOG}-20260102`)
    rig.append(LOG, lines(8, 9))
    rig.newProcess()
    await rig.start()
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 9))
    await rig.stop()
  })

  test('to a name that is none of rotation is found by its inode', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    await rig.stop()
    rig.append(LOG, lines(4, 5))
    rig.disk.rename(LOG, '/logs/elsewhere')
    rig.append(LOG, lines(6, 7))
    rig.newProcess()
    await rig.start()
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 7))
    await rig.stop()
  })

  test('is not read again under a name that is wanted', async () => {
    const rig = await begun({ paths: ['/logs/*'] })
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    rig.disk.rename(LOG, '/logs/other.log')
    rig.append(LOG, lines(4, 5))
    rig.append('/logs/other.log', lines(100, 101))
    await rig.advance(10_000)
    expect(rig.output(LOG) + rig.output('/logs/other.log')).toBe(lines(1, 3) + lines(100, 101) + lines(4, 5))
    await rig.stop()
  })

  test('and compressed is not read again, and what rotated before the start is not read', async () => {
    const rig = new FileRig({ paths: ['/logs/*'] })
    rig.append(`${LOG}.2.gz`, lines(80, 90))
    rig.append(LOG, lines(1, 3))
    await rig.start()
    await rig.advance(1000)
    rig.append(`${LOG}.1.gz`, rig.read(LOG))
    rig.disk.unlink(LOG)
    rig.append(LOG, lines(4, 5))
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 5))
    expect(rig.disk.readdir('/out')).toHaveLength(1)
    await rig.stop()
  })
})

describe('a file that is copied and cut', () => {
  test('is read to the end of the copy, then from its start', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    rig.append(LOG, lines(4, 5))
    rig.copy(LOG, `${LOG}.1`)
    rig.disk.truncate(LOG, 0)
    rig.append(LOG, lines(6, 6))
    await rig.advance(3000)
    rig.append(LOG, lines(7, 7))
    await rig.advance(3000)
    expect(rig.output(LOG)).toBe(lines(1, 7))
    expect(await rig.metric('log_capturer_file_gaps_total')).toBe(1)
    await rig.stop()
  })

  test('and has grown beyond the place since then is known by what is in it', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 8))
    await rig.advance(1000)
    rig.append(LOG, lines(9, 9))
    rig.copy(LOG, `${LOG}.1`)
    rig.disk.truncate(LOG, 0)
    rig.append(LOG, lines(10, 30))
    await rig.advance(3000)
    expect(rig.output(LOG)).toBe(lines(1, 30))
    await rig.stop()
  })

  test('twice between two looks is read in its order', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    for (const [first, last] of [
      [4, 6],
      [7, 9],
    ] as const) {
      rig.append(LOG, lines(first, last))
      if (rig.disk.find(`${LOG}.1`) !== null) rig.disk.rename(`${LOG}.1`, `${LOG}.2`)
      rig.copy(LOG, `${LOG}.1`)
      rig.disk.truncate(LOG, 0)
    }
    rig.append(LOG, lines(10, 12))
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 12))
    await rig.stop()
  })

  test('and was read beyond the end of the copy is not read again', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    rig.copy(LOG, `${LOG}.1`)
    rig.append(LOG, lines(4, 5))
    await rig.advance(2000)
    rig.disk.truncate(LOG, 0)
    rig.append(LOG, lines(6, 7))
    await rig.advance(3000)
    rig.disk.rename(LOG, `${LOG}.2`)
    rig.append(LOG, lines(8, 9))
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 9))
    await rig.stop()
  })

  test('and has no copy is told as a gap, and read from its start', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    rig.disk.truncate(LOG, 0)
    rig.append(LOG, lines(4, 5))
    await rig.advance(3000)
    expect(rig.output(LOG)).toBe(lines(1, 5))
    expect(await rig.metric('log_capturer_file_gaps_total')).toBe(1)
    expect(rig.ports.logger.entries.map(({ message }) => message)).toContain(
      'A file was cut or replaced, and no copy of it was found: what was not read of it is lost',
    )
    await rig.stop()
  })
})

describe('a directory that is away for long and comes back', () => {
  const AWAY = '/away'

  test('has nothing in it read again', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    rig.disk.rename('/logs', AWAY)
    await rig.advance(20_000)
    rig.disk.rename(AWAY, '/logs')
    rig.append(LOG, lines(4, 4))
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 4))
    await rig.stop()
  })

  test('has the file read that nothing was read of, once', async () => {
    const rig = await begun({ pollIntervalMs: 1000 })
    rig.append(LOG, lines(1, 3))
    await rig.advance(250)
    rig.disk.rename(LOG, `${LOG}.1`)
    rig.disk.rename('/logs', AWAY)
    await rig.advance(20_000)
    expect(rig.ports.logger.entries.map(({ message }) => message)).toContain(
      'A file is gone that was not known to be read to its end',
    )
    rig.disk.rename(AWAY, '/logs')
    rig.append(LOG, lines(4, 4))
    await rig.advance(20_000)
    expect(rig.output(LOG)).toBe(lines(1, 4))
    await rig.stop()
  })

  test('while a file was cut has the copy of it not read again', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 3))
    await rig.advance(1000)
    rig.copy(LOG, `${LOG}.1`)
    rig.disk.truncate(LOG, 0)
    rig.disk.rename('/logs', AWAY)
    await rig.advance(2000)
    rig.disk.rename(AWAY, '/logs')
    rig.append(LOG, lines(4, 4))
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 4))
    expect(await rig.metric('log_capturer_file_gaps_total')).toBe(1)
    await rig.stop()
  })

  test('for so long that it is forgotten has the copy of a file read from where that was read', async () => {
    const rig = await begun()
    rig.append(LOG, lines(1, 8))
    await rig.advance(1000)
    rig.append(LOG, lines(9, 9))
    rig.copy(LOG, `${LOG}.1`)
    rig.disk.truncate(LOG, 0)
    rig.disk.rename('/logs', AWAY)
    await rig.advance(20_000)
    rig.disk.rename(AWAY, '/logs')
    rig.append(LOG, lines(10, 10))
    await rig.advance(5000)
    expect(rig.output(LOG)).toBe(lines(1, 10))
    await rig.stop()
  })
})

describe('a file of which nothing was read yet', () => {
  test('is read after the copy that was made of it, though it was renamed since', async () => {
    const rig = await begun({ pollIntervalMs: 1000 })
    rig.append(LOG, lines(1, 3))
    await rig.advance(250)
    rig.copy(LOG, `${LOG}.2`)
    rig.disk.truncate(LOG, 0)
    await rig.advance(1)
    rig.append(LOG, lines(4, 6))
    rig.disk.rename(LOG, `${LOG}.1`)
    rig.append(LOG, lines(7, 7))
    await rig.advance(10_000)
    expect(rig.output(LOG)).toBe(lines(1, 7))
    await rig.stop()
  })

  test('is not taken for another log that has its inode since it was removed', async () => {
    const rig = await begun({ pollIntervalMs: 1000 })
    rig.append('/logs/b.log', lines(1, 1))
    await rig.advance(250)
    const { inode } = rig.disk.stat('/logs/b.log')
    rig.disk.unlink('/logs/b.log')
    rig.append(LOG, lines(2, 3))
    expect(rig.disk.stat(LOG).inode).toBe(inode)
    await rig.advance(20_000)
    expect(rig.output('/logs/b.log')).toBe('')
    expect(rig.output(LOG)).toBe(lines(2, 3))
    await rig.stop()
  })

  test('and that was removed keeps no copy with its inode from being read first', async () => {
    const rig = await begun({ pollIntervalMs: 1000 })
    rig.append('/logs/b.log', lines(1, 1))
    await rig.advance(250)
    rig.append(LOG, lines(2, 3))
    const { inode } = rig.disk.stat('/logs/b.log')
    rig.disk.unlink('/logs/b.log')
    rig.copy(LOG, `${LOG}.1`)
    expect(rig.disk.stat(`${LOG}.1`).inode).toBe(inode)
    rig.disk.truncate(LOG, 0)
    rig.append(LOG, lines(4, 5))
    await rig.advance(20_000)
    expect(rig.output(LOG)).toBe(lines(2, 5))
    await rig.stop()
  })
})

test('a rotated file that has the inode of one that another log read is read in its order', async () => {
  const rig = await begun()
  rig.append('/logs/b.log', lines(1, 1))
  rig.append(LOG, lines(1, 1))
  await rig.advance(1000)
  await rig.stop()
  const { inode } = rig.disk.stat('/logs/b.log')
  rig.disk.unlink('/logs/b.log')
  rig.disk.rename(LOG, `${LOG}.2`)
  rig.append(`${LOG}.1`, lines(2, 2))
  rig.append(LOG, lines(3, 3))
  expect(rig.disk.stat(`${LOG}.1`).inode).toBe(inode)
  rig.newProcess()
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 3000 }, { path: /^\/logs\/b\.log/ })
  await rig.start()
  await rig.advance(20_000)
  expect(rig.output(LOG)).toBe(lines(1, 3))
  await rig.stop()
})

test('a file that was copied and removed is read to the end of the copy, which is not read again', async () => {
  const rig = await begun()
  rig.append(LOG, lines(1, 3))
  await rig.advance(1000)
  await rig.stop()
  rig.append(LOG, lines(4, 5))
  rig.copy(LOG, `${LOG}.1`)
  rig.disk.unlink(LOG)
  rig.newProcess()
  await rig.start()
  await rig.advance(3000)
  expect(rig.output(LOG)).toBe(lines(1, 5))
  await rig.advance(20_000)
  rig.append(LOG, lines(6, 6))
  await rig.advance(5000)
  expect(rig.output(LOG)).toBe(lines(1, 6))
  await rig.stop()
})

test('a next file that cannot always be read is begun where it was to be begun', async () => {
  const rig = await begun()
  const logs = Array.from({ length: 10 }, (_, n) => `/logs/${n}.log`)
  for (const log of logs) {
    rig.append(`${log}.1`, lines(1, 3))
    rig.append(log, lines(1, 4))
  }
  const fault = rig.world.fileSystem.disturb(
    { kind: 'error', code: 'EMFILE' },
    { path: /\.log$/, operations: ['open'], chance: 0.5 },
  )
  await rig.advance(20_000)
  fault[Symbol.dispose]()
  await rig.advance(40_000)
  for (const log of logs) expect(rig.output(log)).toBe(lines(1, 4))
  await rig.stop()
})

test('a stop while a disk is slow waits for what it was asked last, not for the whole search', async () => {
  const rig = await begun()
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 700 }, { path: /^\/logs/ })
  rig.append(LOG, lines(1, 1))
  for (let old = 1; old <= 6; old++) rig.append(`${LOG}.${old}`, lines(10 * old, 10 * old))
  for (let turn = 0; turn < 8; turn++) {
    await rig.advance(650 + 2100 * turn)
    await rig.stop()
    await rig.start()
  }
  await rig.stop()
})

test('a file that is removed and made again with the same inode is read from its start', async () => {
  const rig = await begun({ maxOpenFiles: 1 })
  rig.append(LOG, lines(1, 3))
  rig.append('/logs/b.log', lines(1, 1))
  await rig.advance(1000)
  rig.append('/logs/b.log', lines(2, 2))
  await rig.advance(1000)
  const { inode } = rig.disk.stat(LOG)
  rig.disk.unlink(LOG)
  rig.append(LOG, lines(4, 8))
  expect(rig.disk.stat(LOG).inode).toBe(inode)
  await rig.advance(3000)
  expect(rig.output(LOG)).toBe(lines(1, 8))
  await rig.stop()
})

test('a log that is gone is forgotten, with its last line, and nothing of it stays open', async () => {
  const rig = await begun()
  rig.append(LOG, 'one\ntwo')
  await rig.advance(1000)
  expect(rig.output(LOG)).toBe('one\n')
  rig.disk.unlink(LOG)
  await rig.advance(10_000)
  expect(rig.output(LOG)).toBe('one\ntwo\n')
  expect(await rig.metric('log_capturer_files_tailed')).toBe(0)
  expect(await rig.metric('log_capturer_file_open_files')).toBe(0)
  await rig.stop()
})

test('a line without its end waits for it, over a restart, and is complete when the file was rotated', async () => {
  const rig = await begun()
  rig.append(LOG, 'one\ntw')
  await rig.advance(1000)
  await rig.stop()
  rig.newProcess()
  await rig.start()
  rig.append(LOG, 'o\nthree')
  await rig.advance(1000)
  expect(rig.output(LOG)).toBe('one\ntwo\n')
  rig.disk.rename(LOG, `${LOG}.1`)
  rig.append(LOG, 'four\n')
  await rig.advance(3000)
  expect(rig.output(LOG)).toBe('one\ntwo\nthree\nfour\n')
  await rig.stop()
})

test('from: now passes over what is there at the start, up to the beginning of its last line, and over nothing that comes later', async () => {
  const rig = new FileRig({ paths: ['/logs/*.log'], from: 'now' })
  rig.append(LOG, `${lines(1, 20)}begun `)
  rig.append(`${LOG}.1`, lines(100, 101))
  await rig.advance(10)
  await rig.start()
  await rig.advance(1000)
  rig.append(LOG, 'and ended\n')
  rig.append('/logs/b.log', lines(1, 2))
  await rig.advance(1000)
  rig.disk.rename(LOG, `${LOG}.2`)
  rig.append(LOG, 'next\n')
  await rig.advance(3000)
  expect(rig.output(LOG)).toBe('begun and ended\nnext\n')
  expect(rig.output('/logs/b.log')).toBe(lines(1, 2))
  await rig.stop()
})

test('more files than may be open are all read, and never more are open', async () => {
  const rig = await begun({ maxOpenFiles: 3 })
  const paths = Array.from({ length: 20 }, (_, n) => `/logs/${n}.log`)
  rig.world.invariant('open files', () => {
    const open = rig.world.ledger
      .list()
      .filter(({ kind, description }) => kind === 'file' && description.startsWith('/logs'))
    return open.length > 3 ? `${open.length} are open` : undefined
  })
  for (let round = 1; round <= 3; round++) {
    for (const path of paths) rig.append(path, lines(round, round))
    await rig.advance(2000)
  }
  for (const path of paths) expect(rig.output(path)).toBe(lines(1, 3))
  await rig.stop()
})

test('a file that cannot be read is named by health, keeps no other from being read, and is read when it can be', async () => {
  const rig = await begun()
  rig.append(LOG, lines(1, 2))
  rig.append('/logs/b.log', lines(1, 2))
  const fault = rig.world.fileSystem.disturb(
    { kind: 'error', code: 'EIO' },
    { path: /app\.log/, operations: ['open'] },
  )
  await rig.advance(70_000)
  expect(rig.output('/logs/b.log')).toBe(lines(1, 2))
  expect(rig.collector.health().checks['files']).toMatchObject({
    ok: false,
    detail: expect.stringContaining(LOG),
  })
  fault[Symbol.dispose]()
  await rig.advance(40_000)
  expect(rig.output(LOG)).toBe(lines(1, 2))
  expect(rig.collector.health().checks['files']).toMatchObject({ ok: true })
  await rig.stop()
})

test('a directory that cannot be read is named by health, and its files are not taken for gone', async () => {
  const rig = await begun({ forgetAfterMs: 1000 })
  rig.append(LOG, lines(1, 2))
  await rig.advance(1000)
  const fault = rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { path: /^\/logs/ })
  await rig.advance(5000)
  expect(rig.collector.health().checks['file_discovery']).toMatchObject({ ok: false })
  expect(await rig.metric('log_capturer_files_tailed')).toBe(1)
  fault[Symbol.dispose]()
  rig.append(LOG, lines(3, 3))
  await rig.advance(20_000)
  expect(rig.output(LOG)).toBe(lines(1, 3))
  await rig.stop()
})

test('after a stop no task, no timer and no file is left', async () => {
  const rig = await begun()
  rig.append(LOG, lines(1, 2))
  await rig.advance(1000)
  expect(await rig.metric('log_capturer_file_open_files')).toBe(1)
  await rig.stop()
  expect(leftBehind(rig.world, rig.collector.tasks)).toEqual([])
})

test('a stop in the middle of a search for files leaves nothing behind', async () => {
  const rig = await begun()
  rig.append(LOG, lines(1, 2))
  await rig.advance(3000)
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 700 }, { operations: ['readdir'] })
  await rig.advance(1200)
  await rig.stop()
  expect(leftBehind(rig.world, rig.collector.tasks)).toEqual([])
})

test('what the collector itself writes is not read', async () => {
  const rig = new FileRig({ paths: ['/**'] })
  await rig.start()
  rig.append(LOG, lines(1, 2))
  await rig.advance(3000)
  expect(rig.disk.readdir('/out')).toHaveLength(1)
  await rig.stop()
})

test('a file that another log read from its beginning on is told apart when it is renamed as if it were a rotated one', async () => {
  const rig = new FileRig({ paths: ['/logs/*.log'] })
  rig.append('/logs/a.log', '')
  await rig.start()
  await rig.advance(1000)
  rig.append('/logs/a.log', 'of a\n')
  await rig.advance(1000)
  rig.disk.rename('/logs/a.log', '/logs/b.log.1')
  rig.append('/logs/b.log', 'of b\n')
  await rig.advance(3000)
  expect([rig.output('/logs/a.log'), rig.output('/logs/b.log')]).toEqual(['of a\n', 'of b\n'])
  await rig.stop()
})
