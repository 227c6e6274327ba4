import { describe, expect, onTestFinished, test } from 'vitest'
import type { HttpResponse } from '../../reference/ports/index.ts'
import { SINK_ARMS, type SinkArm } from './sink-arms.test-helper.ts'
import { WHOLE_BODY } from './sink-format.ts'
import type { SinkStoreOptions } from './sink-store.ts'

const THREE = 'one\ntwo\nthree\n'
/** Closed when the test is over. */
const ARMS = SINK_ARMS.map(
  ([name, openArm]) =>
    [
      name,
      async (options?: SinkStoreOptions): Promise<SinkArm> => {
        const arm = await openArm(options)
        onTestFinished(() => arm[Symbol.asyncDispose]())
        return arm
      },
    ] as const,
)
const never = new AbortController().signal

for (const [name, open] of ARMS) {
  describe(name, () => {
    test('what was accepted is recorded by batch: bytes, count, and when', async () => {
      const arm = await open()
      const before = arm.clock.now()
      const first = await arm.run(() => post(arm, THREE))
      const second = await arm.run(() => post(arm, 'four', '/push?b=2'))
      expect([first.status, second.status]).toEqual([204, 204])
      expect(arm.sink.record.batches).toMatchObject([
        { number: 1, path: '/push', count: 3, bytes: 11, repeated: 0 },
        { number: 2, path: '/push?b=2', count: 1, bytes: 4, repeated: 0 },
      ])
      expect(textOf(arm)).toEqual(['one', 'two', 'three', 'four'])
      const [firstAt = 0, secondAt = 0] = arm.sink.record.batches.map(({ atMs }) => atMs)
      expect(firstAt).toBeGreaterThanOrEqual(before - 2)
      expect(secondAt).toBeGreaterThan(firstAt)
    })

    test('too-many-requests says when to come again, in seconds, and stores nothing', async () => {
      const arm = await open()
      const fault = arm.sink.inject({ kind: 'too-many-requests', retryAfterMs: 1500 })
      const refused = await arm.run(() => post(arm, THREE))
      expect([refused.status, refused.headers['retry-after']]).toEqual([429, '2'])
      expect(arm.sink.record.batches).toEqual([])
      fault[Symbol.dispose]()
      expect((await arm.run(() => post(arm, THREE))).status).toBe(204)
      expect(arm.sink.record.requests.map((request) => request.fault)).toEqual(['too-many-requests', null])
    })

    test('too-many-requests can say it as a date, never an earlier one', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'too-many-requests', retryAfterMs: 60_000, as: 'date' })
      const asked = arm.clock.now()
      const { headers } = await arm.run(() => post(arm, THREE))
      const wait = Date.parse(headers['retry-after'] ?? '') - asked
      expect(wait).toBeGreaterThanOrEqual(60_000 - 2)
      expect(wait).toBeLessThan(62_000)
    })

    test('server-error answers with its status and stores nothing', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'server-error', status: 503 })
      expect((await arm.run(() => post(arm, THREE))).status).toBe(503)
      expect(arm.sink.record.batches).toEqual([])
    })

    test('hang answers once it is taken away, and not before', async () => {
      const arm = await open()
      const fault = arm.sink.inject({ kind: 'hang' })
      await arm.run(async () => {
        let answered = false
        const sent = post(arm, THREE).then((answer) => {
          answered = true
          return answer
        })
        await arm.clock.sleep(100, { signal: never })
        expect([answered, arm.sink.record.count]).toEqual([false, 0])
        fault[Symbol.dispose]()
        expect((await sent).status).toBe(204)
      })
      expect(textOf(arm)).toEqual(['one', 'two', 'three'])
    })

    test('hang stores nothing of a sender that gave up', async () => {
      const arm = await open()
      const fault = arm.sink.inject({ kind: 'hang' })
      await arm.run(async () => {
        const giveUp = new AbortController()
        const sent = post(arm, THREE, '/push', giveUp.signal).catch((error: unknown) => error)
        await untilUnderWay(arm, 1)
        giveUp.abort(new Error('gave up'))
        expect(await sent).toEqual(new Error('gave up'))
        await untilUnderWay(arm, 0)
        fault[Symbol.dispose]()
        await arm.clock.sleep(50, { signal: never })
      })
      expect(arm.sink.record).toMatchObject({ requests: [{ fault: 'hang' }], batches: [] })
    })

    test.each([{}, { afterBytes: 0 }, { afterBytes: 5 }, { afterBytes: 5000 }])(
      'reset %j breaks the connection and stores nothing',
      async (options) => {
        const arm = await open()
        using _fault = arm.sink.inject({ kind: 'reset', ...options })
        await expect(arm.run(() => post(arm, THREE))).rejects.toMatchObject({ code: 'ECONNRESET' })
        expect(arm.sink.record).toMatchObject({ requests: [{ fault: 'reset' }], batches: [] })
      },
    )

    test('slow takes the request in at its rate, and stores it', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'slow', bytesPerSecond: 1000 })
      const started = arm.clock.monotonic()
      await arm.run(() => post(arm, 'x'.repeat(200)))
      const took = arm.clock.monotonic() - started
      expect(took).toBeGreaterThanOrEqual(198)
      expect(took).toBeLessThan(2000)
      expect(arm.sink.record.batches).toMatchObject([{ bytes: 200 }])
    })

    test('a slow request that is given up is not stored', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'slow', bytesPerSecond: 1 })
      await arm.run(async () => {
        const giveUp = new AbortController()
        const sent = post(arm, THREE, '/push', giveUp.signal).catch((error: unknown) => error)
        await untilUnderWay(arm, 1)
        giveUp.abort(new Error('gave up'))
        expect(await sent).toEqual(new Error('gave up'))
        await untilUnderWay(arm, 0)
      })
      expect(arm.sink.record.batches).toEqual([])
    })

    test('accepts-then-fails answers 500 for what it stored, and a repeat is counted', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'accepts-then-fails' }, { times: 1 })
      expect((await arm.run(() => post(arm, THREE))).status).toBe(500)
      expect(textOf(arm)).toEqual(['one', 'two', 'three'])
      expect((await arm.run(() => post(arm, `${THREE}four\n`))).status).toBe(204)
      expect(arm.sink.record.repeated).toBe(3)
    })

    test('accepts-then-fails can break the connection instead', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'accepts-then-fails', with: 'reset' })
      await expect(arm.run(() => post(arm, THREE))).rejects.toMatchObject({ code: 'ECONNRESET' })
      expect(arm.sink.record.count).toBe(3)
    })

    test('partial-success stores a part and names the rest, which can be sent again without a repeat', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'partial-success', accepted: 0.6 }, { times: 1 })
      const lines = Array.from({ length: 10 }, (_, index) => `line ${index}`)
      const { status, body } = await arm.run(() => post(arm, lines.join('\n')))
      const { accepted, rejected }: { accepted: number; rejected: number[] } = JSON.parse(bodyText(body))
      expect([status, accepted, rejected.length]).toEqual([200, 6, 4])
      expect(textOf(arm)).toEqual(lines.filter((_, index) => !rejected.includes(index)))
      await arm.run(() => post(arm, rejected.map((index) => lines[index]).join('\n')))
      expect(textOf(arm).toSorted()).toEqual(lines)
      expect(arm.sink.record.repeated).toBe(0)
    })

    test('partial-success never stores everything', async () => {
      const arm = await open()
      using _fault = arm.sink.inject({ kind: 'partial-success', accepted: 1 })
      await arm.run(() => post(arm, THREE))
      expect(arm.sink.record.count).toBe(2)
    })

    test('refused refuses connections, breaks what is under way, and is over when taken away', async () => {
      const arm = await open()
      using _hang = arm.sink.inject({ kind: 'hang' }, { times: 1 })
      await arm.run(async () => {
        const underWay = post(arm, THREE).catch((error: unknown) => error)
        await untilUnderWay(arm, 1)
        const fault = arm.sink.inject({ kind: 'refused' })
        expect(await underWay).toMatchObject({ code: 'ECONNRESET' })
        await expect(post(arm, THREE)).rejects.toMatchObject({ code: notThere(arm) })
        fault[Symbol.dispose]()
        expect((await postOnceThere(arm)).status).toBe(204)
      })
      expect(arm.sink.record.count).toBe(3)
    })

    test('refused holds until the last who ordered it has taken it away, however fast the orders come', async () => {
      const arm = await open()
      const [first, second] = [arm.sink.inject({ kind: 'refused' }), arm.sink.inject({ kind: 'refused' })]
      first[Symbol.dispose]()
      first[Symbol.dispose]()
      await expect(arm.run(() => post(arm, THREE))).rejects.toMatchObject({ code: notThere(arm) })
      second[Symbol.dispose]()
      // It has begun to listen again, and does not yet.
      await Promise.resolve()
      using _again = arm.sink.inject({ kind: 'refused' })
      await arm.run(() => arm.clock.sleep(50, { signal: never }))
      await expect(arm.run(() => post(arm, THREE))).rejects.toMatchObject({ code: notThere(arm) })
    })

    test('a fault that was ordered for some requests leaves the others alone', async () => {
      const arm = await open()
      using _first = arm.sink.inject({ kind: 'server-error' }, { times: 2 })
      using _second = arm.sink.inject({ kind: 'too-many-requests' }, { times: 1 })
      const statuses: number[] = []
      for (let sent = 0; sent < 4; sent++) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        statuses.push((await arm.run(() => post(arm, THREE))).status)
      }
      expect(statuses).toEqual([500, 500, 429, 204])
    })

    test('a fault with a chance strikes some requests, the same for the same seed', async () => {
      const [first, again] = [await statusesOf(await open()), await statusesOf(await open())]
      const count = first.filter((status) => status === 500).length
      expect(count).toBeGreaterThan(8)
      expect(count).toBeLessThan(32)
      expect(again).toEqual(first)
    })

    test('a request that cannot be read is answered with 400 and not stored', async () => {
      const arm = await open({ format: { ...WHOLE_BODY, entries: unreadable } })
      const { status, body } = await arm.run(() => post(arm, THREE))
      expect([status, bodyText(body)]).toEqual([400, 'Cannot read the request: SyntaxError: no JSON\n'])
      expect(arm.sink.record.batches).toEqual([])
    })

    test('a sink for long runs tells what it stores and keeps nothing', async () => {
      const told: string[] = []
      const onStored = (entries: readonly Uint8Array[]): void => void told.push(...entries.map(bodyText))
      const arm = await open({ format: WHOLE_BODY, onStored })
      await arm.run(() => post(arm, THREE))
      expect(told).toEqual([THREE])
      expect(arm.sink.record).toMatchObject({ requests: [], batches: [] })
    })
  })
}

function post(arm: SinkArm, text: string, path = '/push', signal = never): Promise<HttpResponse> {
  const url = `${arm.origin}${path}`
  return arm.client.request({ method: 'POST', url, headers: {}, body: Buffer.from(text), signal })
}

/** Waits until so many requests have come and are not dealt with; a test that waits in vain times out. */
async function untilUnderWay({ sink, clock }: SinkArm, count: number): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- one look after the other
  while (sink.underWay !== count) await clock.sleep(5, { signal: never })
}

/** To listen again takes a moment. */
async function postOnceThere(arm: SinkArm): Promise<HttpResponse> {
  const answer = await post(arm, THREE).catch(() => null)
  if (answer !== null) return answer
  await arm.clock.sleep(5, { signal: never })
  return await postOnceThere(arm)
}

/** Of forty requests, half of which are to fail. */
async function statusesOf(arm: SinkArm): Promise<number[]> {
  using _fault = arm.sink.inject({ kind: 'server-error' }, { chance: 0.5 })
  const statuses: number[] = []
  for (let sent = 0; sent < 40; sent++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    statuses.push((await arm.run(() => post(arm, THREE))).status)
  }
  return statuses
}

function unreadable(): never {
  throw new SyntaxError('no JSON')
}

function textOf({ sink }: SinkArm): string[] {
  return sink.record.batches.flatMap(({ entries }) => entries.map(bodyText))
}

function bodyText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

/** The file of a unix socket is gone with who listened on it. */
function notThere({ origin }: SinkArm): string {
  return origin === 'http://sink' ? 'ENOENT' : 'ECONNREFUSED'
}
