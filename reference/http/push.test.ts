import { describe, expect, test } from 'vitest'
import { faults } from '../../simulators/index.ts'
import { leftBehind } from '../../simulators/invariants.ts'
import type { PartialConfig } from '../config/complete-config.ts'
import { ApiRig } from './api-rig.test-helper.ts'

async function started(config: PartialConfig = {}): Promise<ApiRig> {
  const rig = new ApiRig({ config: { push: { enabled: true }, ...config } })
  await rig.start()
  return rig
}

const taken = (records: number, repeated = false): object => ({
  status: 200,
  body: { records, repeated },
  retryAfter: null,
})
const line = { message: 'hello', file: 'app' }

test('lines go to the files of their names; status and figures tell', async () => {
  const rig = await started()
  const body = [line, { message: 'two\nlines', file: '/var/log/b.log' }, line]
  expect(await rig.world.run(() => rig.push(body))).toEqual(taken(4))
  expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
  await rig.world.advance(3000)
  expect(rig.contents('/out/app.log')).toBe('hello\nhello\nhello\n')
  expect(rig.contents('/out/var/log/b.log')).toBe('two\nlines\n')
  expect((await rig.get('/status')).body).toMatchObject({
    pushed: [
      { path: 'app.log', position: { epoch: Date.UTC(2026, 0, 1) / 1000, records: 3 } },
      { path: 'var/log/b.log', position: { records: 2 } },
    ],
  })
  await rig.world.run(() => rig.push({ message: 'x', file: '..' }))
  const figures = await rig.collector.metrics.text()
  for (const figure of [
    'requests_total{result="taken"} 2',
    'requests_total{result="invalid"} 1',
    'lines_total 5',
    'files 2',
  ])
    expect(figures).toContain(`log_capturer_push_${figure}\n`)
  expect(await rig.stop()).toEqual([])
})

test('a request that is too large is counted, whoever finds that out', async () => {
  const rig = await started({ push: { enabled: true, bodyBytesMax: 1024, recordsMax: 2 } })
  const large = { message: 'x'.repeat(1024), file: 'app' }
  expect(await rig.world.run(() => rig.push(large))).toMatchObject({
    status: 413,
    body: { error: 'The body is larger than 1024 bytes' },
  })
  expect(await rig.world.run(() => rig.push([line, line, line]))).toMatchObject({ status: 413 })
  const figures = await rig.collector.metrics.text()
  expect(figures).toContain('log_capturer_push_requests_total{result="too_large"} 2\n')
  expect(await rig.stop()).toEqual([])
})

test('a stop leaves no task and no timer', async () => {
  const rig = await started()
  expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
  expect(await rig.stop()).toEqual([])
  expect(leftBehind(rig.world, rig.collector.tasks)).toEqual([])
})

test('where it is switched off a request is told which key switches it on', async () => {
  const rig = new ApiRig()
  await rig.start()
  expect(await rig.world.run(() => rig.push(line))).toMatchObject({
    status: 409,
    body: { error: 'Cannot take lines: set push.enabled in the configuration' },
  })
})

describe('a request with an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'job-1' }

  test('is taken once, also over a crash, and its key stands for nothing else', async () => {
    const rig = await started()
    expect(await rig.world.run(() => rig.push(line, key))).toEqual(taken(1))
    expect(await rig.world.run(() => rig.push(line, key))).toEqual(taken(1, true))
    await rig.crash('power')
    expect(await rig.world.run(() => rig.push(line, key))).toEqual(taken(1, true))
    expect(await rig.world.run(() => rig.push({ ...line, message: 'other' }, key))).toMatchObject({
      status: 422,
    })
    await rig.world.advance(3000)
    expect(rig.contents('/out/app.log')).toBe('hello\n')
  })

  test('comes twice at once, and is taken once', async () => {
    const rig = await started()
    const answers = await rig.world.run(() => Promise.all([rig.push(line, key), rig.push(line, key)]))
    expect(new Set(answers)).toEqual(new Set([taken(1), taken(1, true)]))
    await rig.world.advance(3000)
    expect(rig.contents('/out/app.log')).toBe('hello\n')
  })
})

test('a line is not taken for one that the file held before, whatever crashes', async () => {
  const rig = new ApiRig({ config: { push: { enabled: true } } })
  rig.world.fileSystem.disk.mkdir('/out')
  rig.world.fileSystem.disk.put('/out/app.log', 'hello\nworld\n')
  await rig.start()
  expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
  await rig.world.step(20)
  await rig.crash('kill')
  expect(await rig.world.run(() => rig.push({ ...line, message: 'world' }))).toEqual(taken(1))
  await rig.world.advance(3000)
  expect(rig.contents('/out/app.log')).toBe('hello\nworld\nhello\nworld\n')
})

function message(n: number): string {
  return `${n} ${'x'.repeat(100_000)}`
}

describe('nothing is taken of a request that is told to come again:', () => {
  test('the spool is full', async () => {
    const rig = await started({
      dispatcher: { spool: { bytesMax: 2 ** 20 } },
      sinks: {
        localFile: { directory: '/out' },
        loki: { enabled: true, url: 'http://loki:3100/loki/api/v1/push' },
      },
    })
    const answers: number[] = []
    for (let n = 0; n < 14; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { retryAfter, status } = await rig.world.run(() => rig.push({ message: message(n), file: 'app' }))
      answers.push(status)
      expect(retryAfter).toBe(status === 200 ? null : '5')
    }
    expect(new Set(answers)).toEqual(new Set([200, 503]))
    await rig.world.advance(3000)
    const expected = answers.flatMap((status, n) => (status === 200 ? [message(n)] : []))
    const held = rig
      .contents('/out/app.log')
      .split('\n')
      .map((text) => text.slice(0, 2))
    expect(held).toEqual([...expected.map((text) => text.slice(0, 2)), ''])
    expect((await rig.get('/health')).body).toMatchObject({ checks: { push: { ok: false } } })
    // Nobody pushes any more.
    await rig.world.advance(60_000)
    expect((await rig.get('/health')).body).toMatchObject({ checks: { push: { ok: true } } })
  })

  test('the disk is full', async () => {
    const rig = await started()
    const full = rig.world.inject(faults.noSpace({ afterBytes: 100 }))
    expect(await rig.world.run(() => rig.push({ message: 'x'.repeat(1000), file: 'app' }))).toMatchObject({
      status: 503,
      retryAfter: '5',
    })
    full[Symbol.dispose]()
    expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
    await rig.crash('kill')
    await rig.world.advance(3000)
    expect(rig.contents('/out/app.log')).toBe('hello\n')
  })

  test('too much waits for a disk that hangs; of what is being written it is not known', async () => {
    const rig = await started({ push: { enabled: true, waitingBytesMax: 2 ** 20 } })
    expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
    const hung = rig.world.fileSystem.disturb({ kind: 'hang' }, { operations: ['sync'] })
    const many = { message: 'x'.repeat(200_000), file: 'app' }
    const answers = await rig.world.run(() =>
      Promise.all([rig.push(line), ...[1, 2, 3, 4, 5, 6].map(() => rig.push(many))]),
    )
    expect(answers.filter(({ status }) => status === 500)).toHaveLength(6)
    expect(answers.filter(({ status }) => status === 503)).toEqual([
      { status: 503, body: { error: 'Too many lines wait to be written' }, retryAfter: '1' },
    ])
    expect(await rig.collector.metrics.text()).toContain(
      'log_capturer_push_requests_total{result="busy"} 1\nlog_capturer_push_requests_total{result="failed"} 6\n',
    )
    hung[Symbol.dispose]()
    expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
  })

  test('the collector stops or has stopped', async () => {
    const rig = await started()
    rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 100 }, { operations: ['sync'] })
    const answers = await rig.world.run(async () => {
      const first = rig.push(line)
      await rig.world.clock.sleep(50, { signal: new AbortController().signal })
      const pushed = [first, rig.push({ ...line, message: 'later' })]
      const stopped = rig.collector.stop()
      const all = [...(await Promise.all(pushed)), await rig.push(line).catch(() => null)]
      await stopped
      return all
    })
    expect(answers.map((answer) => answer?.status ?? null)).toEqual([200, 503, 503])
    expect(rig.contents('/out/app.log')).toBe('hello\n')
  })
})

describe('names', () => {
  test('of files that are there as something else are refused, as is the state of the collector', async () => {
    const rig = await started({ stateDir: '/out/state' })
    rig.world.fileSystem.disk.mkdir('/out/dir.log')
    rig.world.fileSystem.disk.put('/out/file.log', '')
    const whyOf = async (file: string): Promise<unknown> =>
      (await rig.world.run(() => rig.push({ message: 'x', file }))).body
    expect(await whyOf('dir')).toEqual({ error: 'Cannot write to the file "dir.log": it is a directory' })
    expect(await whyOf('file.log/a')).toEqual({
      error: 'Cannot write to the file "file.log/a.log": "file.log" is a file',
    })
    expect(await whyOf('state/x')).toEqual({
      error: `Cannot write to the file "state/x.log": the collector's own state is kept there`,
    })
    await rig.world.run(() => rig.push({ message: 'x', file: 'new.log/b' }))
    expect(await whyOf('new')).toMatchObject({ error: expect.stringContaining('is another one') })
  })

  test('are bounded, and those that are not used are forgotten; their files stay and are gone on with', async () => {
    const rig = await started({
      push: { enabled: true, filesMax: 1, forgetAfterMs: 3_600_000 },
      containerMonitor: { enabled: false },
      fileMonitor: { enabled: false },
      dispatcher: { checkpointIntervalMs: 60_000 },
    })
    const other = { message: 'x', file: 'other' }
    expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
    expect(await rig.world.run(() => rig.push(other))).toMatchObject({ status: 429, retryAfter: '3600' })
    await rig.world.advance(3_600_000 + 120_000)
    expect(await rig.world.run(() => rig.push(other))).toEqual(taken(1))
    await rig.world.advance(3_600_000 + 120_000)
    expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
    await rig.world.advance(3000)
    expect(rig.contents('/out/app.log')).toBe('hello\nhello\n')
    // Longer than anybody remembers it.
    await rig.world.advance(26 * 3_600_000)
    await rig.crash('kill')
    expect((await rig.get('/status')).body).toMatchObject({ pushed: [] })
    expect(await rig.world.run(() => rig.push(line))).toEqual(taken(1))
    await rig.world.advance(60_000)
    expect(rig.contents('/out/app.log')).toBe('hello\nhello\nhello\n')
  })
})
