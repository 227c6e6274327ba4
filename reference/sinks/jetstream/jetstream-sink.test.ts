import { describe, expect, test } from 'vitest'
import { blockOf, sourceOf } from '../../dispatch/pipeline-rig.test-helper.ts'
import { STDERR } from '../../dispatch/block.ts'
import { linesFrom, SinkRig } from './jetstream-sink.test-helper.ts'

const web = sourceOf('web')
const db = sourceOf('db')
const WEB = `logs.web.${web.id.slice(0, 12)}`
/** Two minutes, the server's own. */
const WINDOW_MS = 120_000

function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `line ${from + index}`)
}

describe('what is published', () => {
  test('each record is a message under the subject of its source, in order, with its id, its stream, its time and its name', async () => {
    const rig = new SinkRig()
    const block = { ...linesFrom(web, 0, 3), streams: Uint8Array.of(1, STDERR, 1) }
    expect(await rig.write(block, linesFrom(db, 5, 6))).toEqual({
      kind: 'stored',
      marks: [{ sequence: expect.any(Number) }, { sequence: expect.any(Number) }],
    })
    expect(rig.lines(WEB)).toEqual(numbered(0, 3))
    expect(rig.stream.messages.filter(({ subject }) => subject === WEB)).toMatchObject([
      { id: `${web.id}:0:0`, headers: { 'Watertight-Stream': 'stdout', 'Watertight-Name': 'web' } },
      { id: `${web.id}:0:1`, headers: { 'Watertight-Stream': 'stderr' } },
      { id: `${web.id}:0:2`, headers: { 'Watertight-Time': '1970-01-01T00:00:00.000001002Z' } },
    ])
    expect(rig.stream.messages.find(({ subject }) => subject !== WEB)?.id).toBe(`${db.id}:0:5`)
  })

  test('in JSON a message is the object that the local file sink writes', async () => {
    const rig = new SinkRig({ format: 'json' })
    await rig.write(linesFrom(web, 0, 1))
    expect(JSON.parse(rig.lines()[0]!)).toMatchObject({
      container_name: 'web',
      stream: 'stdout',
      line: 'line 0',
    })
  })

  test('several records are one message where that is asked for, in raw of one stream', async () => {
    const rig = new SinkRig({ recordsPerMessage: 3 })
    await rig.write({ ...linesFrom(web, 0, 5), streams: Uint8Array.of(1, STDERR, STDERR, STDERR, STDERR) })
    expect(rig.stream.messages.map(({ id, headers }) => [id, headers['Watertight-Records']])).toEqual([
      [`${web.id}:0:0`, undefined],
      [`${web.id}:0:1`, '3'],
      [`${web.id}:0:4`, undefined],
    ])
    expect(rig.lines()).toEqual(numbered(0, 5))
  })

  test('a record that is larger than a message is refused, and only that; those behind it are stored', async () => {
    const rig = new SinkRig({ recordsPerMessage: 10 })
    rig.world.jetStream.maxMessageBytes = 2000
    const answer = await rig.write(
      blockOf(web, 0, ['short', 'x'.repeat(2000), 'y'.repeat(1000), 'z'.repeat(1000)]),
    )
    expect(answer).toMatchObject({ kind: 'partly', refused: [{ part: 0, record: 1 }] })
    expect(rig.lines().map(({ length }) => length)).toEqual([5, 1000, 1000])
  })
})

describe('once, also when', () => {
  test('an acknowledgement was lost', async () => {
    const rig = new SinkRig()
    using _fault = rig.world.jetStream.inject({ kind: 'ack-lost' }, { times: 1 })
    expect((await rig.write(linesFrom(web, 0, 3))).kind).toBe('again')
    await rig.world.advance(WINDOW_MS * 2)
    expect((await rig.write(linesFrom(web, 0, 3))).kind).toBe('stored')
    expect(rig.lines()).toEqual(numbered(0, 3))
  })

  test('a message comes late, after it was published again and the server has forgotten its id', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 1))
    using _fault = rig.world.jetStream.inject({ kind: 'late', delayMs: 3 * WINDOW_MS }, { times: 1 })
    await rig.writeAll([linesFrom(web, 1, 3)])
    await rig.world.advance(4 * WINDOW_MS)
    await rig.write(linesFrom(web, 3, 4))
    expect(rig.lines()).toEqual(numbered(0, 4))
  })

  test('a message comes late, between the question whether it is there and its repetition', async () => {
    const rig = new SinkRig({ recordsPerMessage: 2 })
    await rig.write(linesFrom(db, 0, 1))
    using _late = rig.world.jetStream.inject({ kind: 'late', delayMs: 1500 }, { times: 1 })
    expect((await rig.write(linesFrom(web, 0, 2))).kind).toBe('again')
    // The new connection asks what the stream is, then what the subject holds: that is seen at a second and told at two.
    using _slow = rig.world.jetStream.inject({ kind: 'slow', delayMs: 1000 })
    // What comes again is cut into other messages.
    expect((await rig.write(linesFrom(web, 0, 1), linesFrom(web, 1, 3))).kind).toBe('stored')
    expect(rig.lines(WEB)).toEqual(numbered(0, 3))
  })

  test('the process is killed in the middle, and started longer after than the server knows ids', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 2))
    const lost = rig.sink.write(
      {
        parts: [{ source: web, blocks: [linesFrom(web, 2, 9)], mark: rig.marks.get(web.id) }],
        records: 7,
        bytes: 0,
      },
      { signal: new AbortController().signal },
    )
    lost.catch(() => {})
    await rig.world.advance(20)
    rig.crash()
    await rig.world.advance(WINDOW_MS * 2)
    const before = rig.lines().length
    expect(before).toBeGreaterThan(3)
    await rig.write(linesFrom(web, 2, 12))
    expect(rig.lines()).toEqual(numbered(0, 12))
    expect(await rig.figure('log_capturer_jetstream_found_total{kind="stored"}')).toBe(before - 2)
  })

  test('more is stored than the next batch holds', async () => {
    const rig = new SinkRig({ recordsPerMessage: 4 })
    await rig.write(linesFrom(web, 0, 10))
    rig.marks.clear()
    rig.crash()
    await rig.world.advance(WINDOW_MS * 2)
    for (const from of [0, 3, 6]) {
      // eslint-disable-next-line no-await-in-loop -- one after the other
      await rig.write(linesFrom(web, from, from + 3))
    }
    await rig.write(linesFrom(web, 9, 12))
    expect(rig.lines()).toEqual(numbered(0, 12))
  })

  test('records between those that are stored were given up', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 2))
    await rig.write(linesFrom(web, 5, 7))
    rig.marks.clear()
    rig.crash()
    await rig.world.advance(WINDOW_MS * 2)
    await rig.write(linesFrom(web, 0, 8))
    expect(rig.lines()).toEqual([0, 1, 5, 6, 7].map((n) => `line ${n}`))
  })

  test('one of many writes of a batch failed: the others are not written again', async () => {
    const rig = new SinkRig({}, { duplicateWindowMs: 100 })
    using _fault = rig.world.jetStream.inject({ kind: 'cut' }, { chance: 0.3 })
    const blocks = [linesFrom(web, 0, 5), linesFrom(db, 0, 5)]
    expect((await rig.writeAll(blocks, 100)).kind).toBe('stored')
    expect(rig.lines(WEB)).toEqual(numbered(0, 5))
    expect(rig.lines()).toHaveLength(10)
  })
})

describe('dead letters that are given again', () => {
  test('are stored behind what was stored last, once, and change nothing for the records that come', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 3, 5))
    await rig.redeliver(linesFrom(web, 0, 3))
    await rig.write(linesFrom(web, 5, 6))
    expect(rig.lines()).toEqual([3, 4, 0, 1, 2, 5].map((n) => `line ${n}`))
  })

  test('come before the records that a killed process has stored beyond its mark, and those are not stored again', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 3, 5))
    const mark = rig.marks.get(web.id)
    await rig.write(linesFrom(web, 5, 7))
    rig.marks.set(web.id, mark)
    rig.crash()
    await rig.world.advance(WINDOW_MS * 2)
    await rig.redeliver(linesFrom(web, 0, 2))
    await rig.write(linesFrom(web, 5, 8))
    await rig.redeliver(linesFrom(web, 2, 3))
    expect(rig.lines()).toEqual([3, 4, 5, 6, 0, 1, 7, 2].map((n) => `line ${n}`))
  })

  test.for([0, WINDOW_MS * 2])(
    'with records of the same source are each stored once, whichever acknowledgement is lost and %i ms later',
    async (ms) => {
      for (const lost of [0, 1, 2, 3]) {
        const rig = new SinkRig()
        // eslint-disable-next-line no-await-in-loop -- a run each
        await rig.write(linesFrom(web, 3, 4))
        using _slow = rig.world.jetStream.inject({ kind: 'slow', delayMs: 1 }, { times: lost })
        using _cut = rig.world.jetStream.inject({ kind: 'cut-after-store' }, { times: 1 })
        const writes = [() => rig.redeliver(linesFrom(web, 0, 2)), () => rig.write(linesFrom(web, 4, 6))]
        for (let turn = 0; turn < 4 && writes.length > 0; turn++) {
          const write = writes.shift()!
          // eslint-disable-next-line no-await-in-loop -- by turns, until both are stored
          if ((await write()).kind === 'again') writes.push(write)
          // eslint-disable-next-line no-await-in-loop
          await rig.world.advance(ms)
        }
        expect(rig.lines().toSorted()).toEqual(numbered(0, 6).filter((line) => line !== 'line 2'))
      }
    },
  )
})

describe('nothing is taken for stored that is not', () => {
  test('other records under the same numbers, as when the state of the collector was lost, are stored behind the first', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 3))
    rig.marks.clear()
    rig.crash()
    await rig.write(blockOf(web, 0, ['new 0', 'new 1', 'new 2']))
    expect(rig.lines()).toEqual([...numbered(0, 3), 'new 0', 'new 1', 'new 2'])
    expect(
      rig.ports.logger.entries.some(({ message }) => message.includes('numbers that are given anew')),
    ).toBe(true)
  })

  test('a stream that was emptied is gone on with', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 3))
    rig.stream.purge()
    expect((await rig.write(linesFrom(web, 3, 5))).kind).toBe('stored')
    expect(rig.lines()).toEqual(numbered(3, 5))
  })

  test('what a server has lost though it acknowledged it is told, and gone on behind', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 3))
    rig.stream.loseLast(1)
    expect((await rig.write(linesFrom(web, 3, 5))).kind).toBe('stored')
    expect(rig.lines()).toEqual(['line 0', 'line 1', 'line 3', 'line 4'])
    expect(rig.ports.logger.entries).toContainEqual(expect.objectContaining({ level: 'error' }))
  })
})

describe('told, and not written', () => {
  test('somebody else publishes to a subject: its source waits with a sentence in health and log, others do not', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 1), linesFrom(db, 0, 1))
    const foreign = { subject: WEB, stream: 'LOGS', id: 'mine', headers: {}, payload: Buffer.from('hello') }
    rig.stream.store({ ...foreign, expectedLastSubjectSequence: rig.stream.last(WEB)!.sequence }, 0)
    expect(await rig.write(linesFrom(web, 1, 2))).toMatchObject({
      kind: 'again',
      why: expect.stringContaining(`Somebody else publishes to ${WEB}`),
    })
    expect((await rig.write(linesFrom(db, 1, 2))).kind).toBe('stored')
    expect(rig.sink.checks()['jetstream']).toMatchObject({ ok: false })
    expect(rig.ports.logger.entries).toContainEqual(expect.objectContaining({ level: 'error' }))
    expect(rig.lines(WEB)).toEqual(['line 0', 'hello'])
  })

  test('another collector with the same source: the second of the two is the one that is told', async () => {
    const rig = new SinkRig()
    await rig.write(linesFrom(web, 0, 2))
    const message = rig.stream.last(WEB)!
    const other = {
      ...message,
      stream: 'LOGS',
      id: `${web.id}:0:2`,
      expectedLastSubjectSequence: message.sequence,
    }
    rig.stream.store(other, 0)
    await rig.world.advance(WINDOW_MS * 2)
    expect((await rig.write(linesFrom(web, 2, 3))).kind).toBe('again')
    expect(rig.lines()).toHaveLength(3)
  })

  test('there is no stream: one sentence says what to do, and it is made where that is allowed', async () => {
    const rig = new SinkRig()
    rig.world.jetStream.removeStream('LOGS')
    expect(await rig.write(linesFrom(web, 0, 1))).toEqual({
      kind: 'refused',
      why: 'NATS at nats://127.0.0.1:4222 has no stream LOGS: make one that takes logs.>, or set sinks.jetstream.create_stream.enabled',
    })
    const allowed = new SinkRig({ createStream: CREATED })
    allowed.world.jetStream.removeStream('LOGS')
    expect((await allowed.write(linesFrom(web, 0, 1))).kind).toBe('stored')
    expect(allowed.world.jetStream.stream('LOGS')?.settings).toMatchObject({
      subjects: ['logs.>'],
      maxBytes: 5000,
    })
  })

  test.for([
    ['down', 'again', 'connection refused'],
    ['unauthorized', 'refused', 'Authorization Violation'],
    ['no-responders', 'refused', 'does not take subjects such as logs.>'],
    ['full', 'refused', 'insufficient storage'],
  ] as const)(
    'a server that is %s is named in health, with the reason, and gone on with afterwards',
    async ([kind, answered, why]) => {
      const rig = new SinkRig()
      await rig.write(linesFrom(web, 0, 1))
      await rig.sink.reopen()
      const fault = rig.world.jetStream.inject({ kind })
      const answer = await rig.write(linesFrom(web, 1, 2))
      expect(answer).toMatchObject({ kind: answered, why: expect.stringContaining(why) })
      expect(rig.sink.checks()['jetstream']).toMatchObject({
        ok: false,
        detail: expect.stringContaining(why),
      })
      fault[Symbol.dispose]()
      expect((await rig.writeAll([linesFrom(web, 1, 2)])).kind).toBe('stored')
      expect(rig.sink.checks()['jetstream']).toEqual({ ok: true, detail: 'LOGS at nats://127.0.0.1:4222' })
      expect(rig.lines()).toEqual(numbered(0, 2))
    },
  )
})

describe('lifetimes', () => {
  test('an aborted write rejects at once, and nothing is left open after close', async () => {
    const rig = new SinkRig()
    using _fault = rig.world.jetStream.inject({ kind: 'hang' })
    const controller = new AbortController()
    const batch = {
      parts: [{ source: web, blocks: [linesFrom(web, 0, 3)], mark: undefined }],
      records: 3,
      bytes: 9,
    }
    const outcome = rig.world.run(async () => {
      const write = rig.sink.write(batch, controller)
      await rig.world.clock.sleep(50, { signal: new AbortController().signal })
      controller.abort(new Error('over'))
      await write
    })
    await expect(outcome).rejects.toThrow('over')
    await rig.world.run(() => rig.sink.close())
    expect(rig.world.ledger.list()).toEqual([])
    expect(rig.world.jetStream.connections).toBe(0)
  })

  test('secrets are read anew for each connection, and a missing file is named', async () => {
    const auth = {
      user: 'w',
      password: null,
      passwordFile: '/run/secret',
      token: null,
      tokenFile: null,
      nkeyFile: null,
      credsFile: null,
    }
    const rig = new SinkRig({ auth })
    expect(await rig.write(linesFrom(web, 0, 1))).toEqual({
      kind: 'refused',
      why: 'Cannot read sinks.jetstream.auth.password_file: /run/secret is not there',
    })
  })
})

const CREATED = {
  storage: 'file',
  replicas: 1,
  maxBytes: 5000,
  maxAgeMs: null,
  discard: 'old',
  duplicateWindowMs: null,
} as const
