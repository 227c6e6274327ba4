import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SimulatedLoki, type SimulatedLokiOptions } from '../../../simulators/sinks/loki/simulated-loki.ts'
import type { PartialConfig } from '../../config/complete-config.ts'
import type { Block } from '../../dispatch/block.ts'
import { blockOf, sourceOf } from '../blocks.test-helper.ts'
import { SinkRig } from '../sink-rig.test-helper.ts'
import type { LokiConfig } from './config.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const web = sourceOf('a'.repeat(64))
const other = sourceOf('b'.repeat(64))
const STREAM = labels(web.name)

function labels(name: string, stream = 'stdout'): string {
  return `{container_name="${name}", host="simulated-host", stream="${stream}"}`
}

class LokiRig extends SinkRig {
  readonly loki: SimulatedLoki

  constructor(options: SimulatedLokiOptions = {}, config: PartialConfig<LokiConfig> = {}) {
    const loki = new SimulatedLoki(options)
    super('http://loki:3100', loki.storeOptions, {
      loki: {
        enabled: true,
        url: 'http://loki:3100/loki/api/v1/push',
        staticLabels: {},
        ...config,
        labels: config.labels ?? ['host', 'container_name', 'stream'],
      },
    })
    this.loki = loki
  }

  /** Lines held of a stream, in the order a query has them. */
  lines(stream = STREAM): string[] {
    return this.loki.linesOf(stream).map(({ line }) => line)
  }
}

/** Lines with a stamp each, milliseconds from now. */
function block(lines: readonly (readonly [text: string, ms: number])[], source = web, first = 0): Block {
  const records = lines.map(([text, ms]) => ({
    line: Buffer.from(text),
    stream: 1,
    time: BigInt(NOW_MS + ms) * 1_000_000n + 1n,
  }))
  return blockOf(source, records, first)
}

describe.each(['protobuf', 'json'] as const)('a push in %s', (encoding) => {
  test('is held, each stream in its order; equal lines at one time are told apart', async () => {
    const rig = new LokiRig({}, { encoding })
    const answer = await rig.write([
      block([
        ['same', 0],
        ['same', 0],
        ['last', 0],
      ]),
      block([['b', 5]], other),
    ])
    expect(answer).toMatchObject({ kind: 'stored', marks: [{ steps: 0 }, { steps: 0 }] })
    expect(rig.lines()).toEqual(['same', 'same', 'last'])
    expect(rig.lines(labels(other.name))).toEqual(['b'])
    expect(rig.loki.pushes).toBe(1)
  })

  test('that comes again is dropped by Loki, in other batches too', async () => {
    const rig = new LokiRig({}, { encoding })
    const [first, second] = [
      block([
        ['x', 0],
        ['x', 0],
      ]),
      block(
        [
          ['x', 0],
          ['y', 0],
        ],
        web,
        2,
      ),
    ]
    const stored = await rig.write([first])
    const mark = stored.kind === 'stored' ? stored.marks[0] : undefined
    await rig.write([second], [mark])
    await rig.write([first, second])
    expect(rig.lines()).toEqual(['x', 'x', 'x', 'y'])
    expect(rig.loki.dropped).toBe(4)
  })
})

test('a file is one stream, under its path', async () => {
  const file = { id: 'f', kind: 'file', name: '/var/log/app.log', attributes: {} } as const
  const rig = new LokiRig({}, { labels: ['container_name', 'container_id', 'stream'] })
  expect((await rig.write([block([['a', 0]], file)])).kind).toBe('stored')
  expect(rig.loki.streams).toEqual(['{filename="/var/log/app.log"}'])
})

test('a dead letter that is given again is held beside equal lines of its time, and once', async () => {
  const rig = new LokiRig()
  await rig.write([
    block([
      ['same', 0],
      ['same', 0],
    ]),
  ])
  const letter = { source: web, blocks: [block([['same', 0]], web, 2)], mark: undefined, redelivered: true }
  const batch = { parts: [letter], records: 1, bytes: 5 }
  const write = () => rig.world.run(() => rig.sink.write(batch, { signal: new AbortController().signal }))
  expect([(await write()).kind, (await write()).kind]).toEqual(['stored', 'stored'])
  expect(rig.lines()).toEqual(['same', 'same', 'same'])
})

describe('what Loki names is left out, and the rest is held', () => {
  test.each<[string, SimulatedLokiOptions, readonly [string, number][], string[], RegExp]>([
    [
      'too old, in a second that is half too old',
      { rejectOldMs: 60_000 },
      [
        ['old', -90_000],
        ['older', -59_900 - 500],
        ['edge', -60_050],
        ['fine', -59_500],
        ['new', 0],
      ],
      ['fine', 'new'],
      /too old/,
    ],
    [
      'too new',
      {},
      [
        ['now', 0],
        ['future', 700_000],
        ['far', 9_000_000],
      ],
      ['now'],
      /too new/,
    ],
    [
      'too long',
      { maxLineBytes: 5 },
      [
        ['short', 0],
        ['longer', 1],
        ['end', 2],
      ],
      ['short', 'end'],
      /Max entry size '5'/,
    ],
    [
      'too far behind, more than are named at once',
      { maxChunkAgeMs: 20_000 },
      [
        ['new', 0],
        ...Array.from({ length: 25 }, (_, n): [string, number] => [`behind ${n}`, -20_000 + n]),
        ['end', 1],
      ],
      ['new', 'end'],
      /entry too far behind/,
    ],
  ])('%s', async (_, options, lines, held, why) => {
    const rig = new LokiRig(options)
    const answer = await rig.write([block(lines), block([['whole', 0]], other)])
    expect(rig.lines()).toEqual(held)
    expect(rig.lines(labels(other.name))).toEqual(['whole'])
    if (answer.kind !== 'partly') throw new Error(`The answer is ${answer.kind}`)
    const left = lines.filter(([text]) => !held.includes(text))
    expect(new Set(answer.refused.map(({ part, record }) => `${part}: ${lines[record]![0]}`))).toEqual(
      new Set(left.map(([text]) => `0: ${text}`)),
    )
    expect(answer.refused).toHaveLength(left.length)
    for (const refusal of answer.refused) expect(refusal.why).toMatch(why)
  })

  // Where clocks go back by half of what Loki allows within one batch, an entry that it has may be refused when it comes again.
  test.each([
    ['nothing that is held is said to be refused', {}, true],
    ['nothing is neither held nor refused, also where clocks go far back', { maxChunkAgeMs: 60_000 }, false],
  ] as const)('whatever is too old, too new, too long: %s', async (_, options, isExact) => {
    const line = fc.tuple(
      fc.constantFrom('a', 'bb', 'c'.repeat(9)),
      fc.oneof(fc.integer({ min: -70_000, max: 70_000 }), fc.integer({ min: -60_800, max: -59_200 })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 15 }), async (lines) => {
        const limits = { rejectOldMs: 60_000, creationGraceMs: 50_000, maxLineBytes: 8 }
        const rig = new LokiRig({ ...limits, ...options })
        const answer = await rig.write([block(lines)])
        const refused = new Set(answer.kind === 'partly' ? answer.refused.map(({ record }) => record) : [])
        expect(answer.kind).toBe(refused.size > 0 ? 'partly' : 'stored')
        const held = rig.lines()
        for (const [text] of lines.filter((_line, record) => !refused.has(record))) {
          expect(held).toContain(text)
          held.splice(held.indexOf(text), 1)
        }
        if (isExact) expect(held).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('a line longer than the limit is not sent', async () => {
    const rig = new LokiRig({}, { lineBytesMax: 1024 })
    const answer = await rig.write([block([['x'.repeat(1025), 0]])])
    expect(answer).toMatchObject({
      kind: 'partly',
      refused: [{ part: 0, record: 0, why: /line_bytes_max, 1024/ }],
    })
    expect(rig.service.underWay + rig.loki.pushes).toBe(0)
  })
})

describe('answers', () => {
  test.each([
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
    [413, 'smaller'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [400, 'smaller'],
  ])('%d is %s', async (status, kind) => {
    const rig = new LokiRig()
    using _fault =
      status === 429
        ? rig.service.inject({ kind: 'too-many-requests', retryAfterMs: 7000 })
        : rig.service.inject(
            status >= 500 ? { kind: 'server-error', status } : { kind: 'client-error', status },
          )
    const answer = await rig.write([
      block([
        ['a', 0],
        ['b', 0],
      ]),
    ])
    expect(answer).toMatchObject({ kind, why: expect.stringMatching(`^HTTP ${status}: \\w`) })
    if (status === 429) expect(answer).toMatchObject({ afterMs: 7000, of: 'sink' })
  })

  test('no answer at all is: again', async () => {
    const rig = new LokiRig()
    using _fault = rig.service.inject({ kind: 'refused' })
    expect(await rig.write([block([['a', 0]])])).toMatchObject({
      kind: 'again',
      of: 'sink',
      why: /ECONNREFUSED/,
    })
  })

  test('a hang is given up by the signal', async () => {
    const rig = new LokiRig()
    using _fault = rig.service.inject({ kind: 'hang' })
    const reason = new Error('late')
    const giveUp = new AbortController()
    rig.world.schedule(500, 'give up', () => giveUp.abort(reason))
    await expect(rig.write([block([['a', 0]])], [], giveUp.signal)).rejects.toBe(reason)
  })

  test('a record that is refused alone, nobody knows why, is given up only when others were taken in between', async () => {
    const rig = new LokiRig()
    const refuse = async () => {
      using _fault = rig.service.inject({ kind: 'client-error' })
      return (await rig.write([block([['bad', 0]])])).kind
    }
    for (let time = 0; time < 9; time++) expect(await refuse()).toBe('again')
    const kinds: string[] = []
    for (let time = 0; time < 3; time++) {
      await rig.write([block([['good', time]], other, time)])
      kinds.push(await refuse())
    }
    expect(kinds).toEqual(['again', 'again', 'partly'])
  })
})

describe('a tenant and credentials', () => {
  test.each<[PartialConfig<LokiConfig>, string]>([
    [{ username: 'u', password: { value: 'p', file: null } }, 'Basic dTpw'],
    [{ bearerToken: { value: 'token', file: null } }, 'Bearer token'],
  ])('are sent: %j', async (config, authorization) => {
    const rig = new LokiRig({ tenant: 'team', authorization }, { tenant: 'team', ...config })
    expect((await rig.write([block([['a', 0]])])).kind).toBe('stored')
    const none = new LokiRig({ tenant: 'team', authorization })
    expect(await none.write([block([['a', 0]])])).toMatchObject({ kind: 'refused', why: /^HTTP 401: / })
  })

  test('from a file are read again when they are refused', async () => {
    const rig = new LokiRig({ authorization: 'Bearer new' }, { bearerToken: { value: null, file: '/token' } })
    const put = (text: string) =>
      rig.world.run(async () => {
        const file = await rig.world.fileSystem.open('/token', 'w')
        await file.write([Buffer.from(text)])
        await file.close()
      })
    expect(await rig.write([block([['a', 0]])])).toMatchObject({
      kind: 'again',
      why: /secret \/token: there is no such file/,
    })
    await put('old\n')
    expect((await rig.write([block([['a', 0]])])).kind).toBe('refused')
    await put('new\n')
    expect((await rig.write([block([['a', 0]])])).kind).toBe('stored')
  })
})

test('requests are counted by status, with their bytes; health says what Loki says', async () => {
  const rig = new LokiRig()
  const fault = rig.service.inject({ kind: 'server-error' })
  await rig.write([block([['a', 0]])])
  await rig.world.advance(61_000)
  expect(rig.sink.checks!()).toMatchObject({
    'sink loki requests': {
      ok: false,
      detail: expect.stringMatching(/^loki:3100 took none for 6\d s: HTTP 500: The sink has failed$/),
    },
  })
  fault[Symbol.dispose]()
  await rig.write([block([['a', 0]])])
  expect(rig.sink.checks!()).toEqual({ 'sink loki requests': { ok: true, detail: 'loki:3100 takes them' } })
  const text = await rig.metrics.text()
  expect(text).toContain('log_capturer_sink_requests_total{sink="loki",status="500"} 1')
  expect(text).toContain('log_capturer_sink_requests_total{sink="loki",status="204"} 1')
  expect(text).toMatch(/log_capturer_sink_request_bytes_total\{sink="loki"\} [1-9]/)
})
