import { describe, expect, test } from 'vitest'
import { SimulatedOtlp, type SimulatedOtlpOptions } from '../../../simulators/sinks/otlp/simulated-otlp.ts'
import type { PartialConfig } from '../../config/complete-config.ts'
import type { Block } from '../../dispatch/block.ts'
import { blockOf, sourceOf } from '../blocks.test-helper.ts'
import { SinkRig } from '../sink-rig.test-helper.ts'
import type { OtlpConfig } from './config.ts'

const web = sourceOf('a'.repeat(64))
const other = sourceOf('b'.repeat(64))

class OtlpRig extends SinkRig {
  readonly otlp: SimulatedOtlp

  constructor(options: SimulatedOtlpOptions = {}, config: PartialConfig<OtlpConfig> = {}) {
    const otlp = new SimulatedOtlp(options)
    super('http://otel:4318', otlp.storeOptions, {
      otlp: { enabled: true, url: 'http://otel:4318/v1/logs', ...config },
    })
    this.otlp = otlp
  }
}

function block(lines: readonly string[], source = web, first = 0): Block {
  const records = lines.map((line) => ({
    line: Buffer.from(line),
    stream: 1,
    time: 1_767_225_600n * 10n ** 9n,
  }))
  return blockOf(source, records, first)
}

describe.each([
  ['protobuf', 'gzip'],
  ['protobuf', 'none'],
  ['json', 'gzip'],
  ['json', 'none'],
] as const)('an export in %s, compression %s', (encoding, compression) => {
  test('is held, each source in its order', async () => {
    const rig = new OtlpRig({}, { encoding, compression })
    const answer = await rig.write([block(['one', 'two']), block(['b'], other), block(['three'], web, 2)])
    expect(answer).toEqual({ kind: 'stored', marks: [undefined, undefined] })
    expect(rig.otlp.linesOf(web.id)).toEqual(['one', 'two', 'three'])
    expect(rig.otlp.linesOf(other.id)).toEqual(['b'])
    expect(rig.otlp.exports).toBe(1)
  })

  test('of which some records are rejected, nobody says which, is not sent again: they are counted and said', async () => {
    const rig = new OtlpRig({ maxBodyLength: 4 }, { encoding, compression })
    expect((await rig.write([block(['one', 'longer', 'two'])])).kind).toBe('stored')
    expect(rig.otlp.linesOf(web.id)).toEqual(['one', 'two'])
    expect(await rig.metrics.text()).toContain('log_capturer_sink_unnamed_refusals_total{sink="otlp"} 1')
  })

  test('of which all records are rejected names them all', async () => {
    const rig = new OtlpRig({ maxBodyLength: 4 }, { encoding, compression })
    const why = 'Rejected by the receiver: a body is longer than 4'
    expect(await rig.write([block(['longer']), block(['longest'], other)])).toEqual({
      kind: 'partly',
      marks: [undefined, undefined],
      refused: [
        { part: 0, record: 0, why },
        { part: 1, record: 0, why },
      ],
    })
  })
})

test('a record that comes again is the same to the last byte', async () => {
  const rig = new OtlpRig()
  using _fault = rig.service.inject({ kind: 'accepts-then-fails', with: 'reset' }, { times: 1 })
  expect((await rig.write([block(['one', 'two'])])).kind).toBe('again')
  await rig.world.advance(60_000)
  expect((await rig.write([block(['one', 'two'])])).kind).toBe('stored')
  expect([rig.otlp.repeated, rig.otlp.records.length]).toEqual([2, 2])
})

test.each([
  [429, 'again'],
  [502, 'again'],
  [503, 'again'],
  [504, 'again'],
  [500, 'smaller'],
  [501, 'smaller'],
  [400, 'smaller'],
  [413, 'smaller'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [415, 'refused'],
])('status %d is %s', async (status, kind) => {
  const rig = new OtlpRig()
  using _fault =
    status === 429
      ? rig.service.inject({ kind: 'too-many-requests', retryAfterMs: 3000, as: 'date' })
      : rig.service.inject(
          status >= 500 ? { kind: 'server-error', status } : { kind: 'client-error', status },
        )
  const answer = await rig.write([block(['a', 'b'])])
  expect(answer).toMatchObject({ kind, why: expect.stringMatching(`^HTTP ${status}: \\w`) })
  if (answer.kind === 'again' && status === 429) expect(answer.afterMs).toBeGreaterThan(2900)
})

test('one record that the receiver fails at is given up when it takes others, and not before', async () => {
  const rig = new OtlpRig()
  const fail = async (): Promise<string> => {
    using _fault = rig.service.inject({ kind: 'server-error', status: 500 })
    return (await rig.write([block(['bad'])])).kind
  }
  for (let time = 0; time < 9; time++) expect(await fail()).toBe('again')
  const kinds: string[] = []
  for (let time = 0; time < 3; time++) {
    await rig.write([block(['good'], other, time)])
    kinds.push(await fail())
  }
  expect(kinds).toEqual(['again', 'again', 'partly'])
})

test.each(['protobuf', 'json'] as const)('a file is a resource of its own kind, in %s', async (encoding) => {
  const file = { id: 'f', kind: 'file', name: '/var/log/app.log', attributes: {} } as const
  const rig = new OtlpRig({}, { encoding })
  expect((await rig.write([block(['a'], file)])).kind).toBe('stored')
  expect(rig.otlp.records).toMatchObject([{ attributes: { 'log.record.uid': 'f:1:0' }, body: 'a' }])
  expect(rig.otlp.records[0]).toHaveProperty('resource', {
    'log.file.path': '/var/log/app.log',
    'log.file.name': 'app.log',
    'host.name': 'simulated-host',
  })
})

test('credentials are sent', async () => {
  const config = { bearerToken: { value: 'token', file: null } } as const
  const rig = new OtlpRig({ authorization: 'Bearer token' }, config)
  expect((await rig.write([block(['a'])])).kind).toBe('stored')
  expect((await new OtlpRig({ authorization: 'Bearer token' }).write([block(['a'])])).kind).toBe('refused')
})
