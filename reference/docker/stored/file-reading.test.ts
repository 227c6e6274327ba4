import { describe, expect, test } from 'vitest'
import { MonitorRig, type MonitorRigOptions } from '../monitor-rig.test-helper.ts'

const STORED = { storesLogs: true } as const

/** A collector that reads files, beside a container that has told it where they are. */
async function started(options: MonitorRigOptions = {}): Promise<MonitorRig> {
  const { monitor, ...rest } = options
  const rig = new MonitorRig({ engine: STORED, monitor: { source: 'files', ...monitor }, ...rest })
  rig.add('first')
  await rig.start()
  await rig.advance(2000)
  return rig
}

describe('a log that is read from its file', () => {
  test('costs the engine no stream, and says so', async () => {
    const rig = await started()
    const { containers, statistics } = rig.world.engine
    const [first] = containers
    await rig.advance(10_000)
    first!.setBehaviour({ kind: 'silent' })
    await rig.advance(3000)
    expect(rig.lines(first!)).toEqual(rig.written(first!))
    expect(rig.lines(first!).length).toBeGreaterThan(100)
    expect(statistics.logReplies).toBe(0)
    expect(rig.check('log_sources')).toEqual({ ok: true, detail: '1 from files, 0 over the API' })
    expect(await rig.samples('log_capturer_container_log_source{')).toEqual([
      expect.stringMatching(/source="files"\} 1$/),
      expect.stringMatching(/source="api"\} 0$/),
    ])
    await rig.stop()
  })

  test('of a container that lives 20 ms and is removed is read to its end', async () => {
    const rig = await started()
    for (let round = 1; round <= 10; round++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const container = await rig.runShortLived(`job-${round}`)
      // oxlint-disable-next-line no-await-in-loop
      await rig.advance(200)
      expect(rig.lines(container)).toEqual(rig.written(container))
    }
    expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([])
    await rig.stop()
  })

  test('is found though the engine describes its container no more once it has started', async () => {
    const rig = await started({
      interfere: (engine) => ({
        async inspectContainer(id, options) {
          const details = await engine.inspectContainer(id, options)
          return details.name === 'job' && details.running ? await new Promise(() => {}) : details
        },
      }),
    })
    const container = await rig.runShortLived('job')
    await rig.advance(200)
    expect(rig.lines(container)).toEqual(rig.written(container))
  })

  test('has the line that its process left open once the process has ended', async () => {
    const rig = await started()
    const job = rig.add('job', { behaviour: { kind: 'silent' }, atExit: { lines: 2, unterminated: true } })
    await rig.advance(1000)
    rig.world.engine.exit('job')
    await rig.advance(3000)
    expect(rig.lines(job)).toHaveLength(2)
    await rig.stop()
  })

  test('goes on when its container is started again', async () => {
    const rig = await started()
    const job = rig.add('job')
    await rig.advance(1000)
    rig.stopContainer('job')
    await rig.advance(5000)
    rig.startContainer('job')
    await rig.advance(1000)
    job.setBehaviour({ kind: 'silent' })
    await rig.advance(3000)
    expect(rig.lines(job)).toEqual(rig.written(job))
    await rig.stop()
  })

  test('is read while the engine is away', async () => {
    const rig = await started()
    const [first] = rig.world.engine.containers
    using _ = rig.world.engine.goAway()
    const before = rig.lines(first!).length
    await rig.advance(10_000)
    expect(rig.lines(first!).length).toBeGreaterThan(before + 80)
    await rig.stop()
  })

  test('is closed where too many are open, and loses nothing', async () => {
    const rig = await started({ monitor: { maxOpenLogs: 2 } })
    const containers = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      rig.add(name, { logRotation: { maxSizeBytes: 3000, maxFiles: 3 } }),
    )
    let most = 0
    using _ = rig.world.invariant('at most two logs are open', () => {
      const open = rig.world.ledger
        .list()
        .filter(({ kind, description }) => kind === 'file' && description.includes('-json.log'))
      most = Math.max(most, open.length)
      return open.length > 2 ? `${open.length} are open` : undefined
    })
    await rig.advance(6000)
    for (const container of containers) container.setBehaviour({ kind: 'silent' })
    await rig.advance(3000)
    expect(most).toBe(2)
    for (const container of containers) expect(rig.lines(container)).toEqual(rig.written(container))
    await rig.stop()
  })

  test('has lines joined to records, the last of which is complete when nothing comes for as long as that takes', async () => {
    const multiline = { start: /begin/, timeoutMs: 1000 }
    const rig = await started({ monitor: { source: 'files', multiline } })
    const job = rig.add('job', { behaviour: { kind: 'silent' } })
    job.write('stdout', 'begin 1\n  more\nbegin 2\n  and more\n')
    await rig.advance(500)
    expect(rig.lines(job)).toEqual(['begin 1', '  more'])
    await rig.advance(4000)
    expect(rig.lines(job)).toEqual(['begin 1', '  more', 'begin 2', '  and more'])
    await rig.stop()
  })

  test('from now on begins behind what is stored', async () => {
    const rig = new MonitorRig({ engine: STORED, monitor: { source: 'files', from: 'now' } })
    const old = rig.add('old')
    await rig.advance(10_000)
    const before = rig.written(old).length
    await rig.start()
    await rig.advance(10_000)
    old.setBehaviour({ kind: 'silent' })
    await rig.advance(3000)
    const lines = rig.lines(old)
    expect(lines.length).toBeGreaterThan(90)
    expect(lines).toEqual(rig.written(old).slice(-lines.length))
    expect(rig.written(old).length - lines.length).toBeGreaterThanOrEqual(before)
    await rig.stop()
  })
})

describe('where files cannot be read', () => {
  test('the source auto reads over the API, and says so once', async () => {
    const rig = new MonitorRig({ engine: STORED, monitor: { source: 'auto' } })
    const job = rig.add('job')
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { path: /containers/ })
    await rig.start()
    await rig.advance(5000)
    job.setBehaviour({ kind: 'silent' })
    await rig.advance(1000)
    expect(rig.lines(job)).toEqual(rig.written(job))
    expect(rig.complaints()).toEqual([
      'A log is read over the API {"container":"job","why":"its log cannot be read: EACCES"}',
    ])
    expect(rig.check('log_sources').detail).toBe('0 from files, 1 over the API')
    await rig.stop()
  })

  test('the source auto goes on over the API from where it is when they cannot be read any more', async () => {
    const rig = new MonitorRig({ engine: STORED, monitor: { source: 'auto' } })
    const job = rig.add('job')
    await rig.start()
    await rig.advance(5000)
    rig.world.fileSystem.disturb(
      { kind: 'error', code: 'EACCES' },
      { path: /containers/, operations: ['stat'] },
    )
    await rig.advance(5000)
    job.setBehaviour({ kind: 'silent' })
    await rig.advance(1000)
    expect(rig.check('log_sources').detail).toBe('0 from files, 1 over the API')
    expect(rig.lines(job)).toEqual(rig.written(job))
    await rig.stop()
  })

  test('the source files says for how long nothing is read', async () => {
    const rig = await started()
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { path: /containers/ })
    await rig.advance(90_000)
    expect(rig.check('containers')).toEqual({ ok: false, detail: 'not read for more than a minute: first' })
    expect(rig.world.engine.statistics.logReplies).toBe(0)
    rig.world.fileSystem.calm()
    await rig.advance(60_000)
    expect(rig.check('containers').ok).toBe(true)
    await rig.stop()
  })

  test('the same where the file system does not answer', async () => {
    const rig = await started()
    const hang = rig.world.fileSystem.disturb({ kind: 'hang' }, { path: /containers/ })
    await rig.advance(90_000)
    expect(rig.check('containers')).toEqual({ ok: false, detail: 'not read for more than a minute: first' })
    hang[Symbol.dispose]()
    await rig.advance(5000)
    expect(rig.check('containers').ok).toBe(true)
    await rig.stop()
  })

  test('the source files refuses what has none, in a sentence', async () => {
    const rig = await started()
    rig.add('elsewhere', { logDriver: 'local' })
    await rig.advance(1000)
    expect(rig.complaints()).toEqual([
      expect.stringContaining(
        "Cannot follow container elsewhere: container_monitor.source is files, which are those of Docker's log driver json-file, and its log is local",
      ),
    ])
    await rig.stop()
  })
})
