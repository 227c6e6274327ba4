import { expect, test } from 'vitest'
import type { HttpRequest } from '../../reference/ports/index.ts'
import { World } from '../world.ts'
import { SimulatedHttpClient } from './simulated-http-client.ts'
import { SimulatedSink } from './simulated-sink.ts'

const ORIGIN = 'http://loki:3100'

function request(parts: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'POST',
    url: `${ORIGIN}/push`,
    headers: {},
    body: Buffer.from('line\n'),
    signal: new AbortController().signal,
    ...parts,
  }
}

function setUp(): { world: World; sink: SimulatedSink; client: SimulatedHttpClient } {
  const world = new World({ seed: 1 })
  const sink = new SimulatedSink(world)
  return { world, sink, client: new SimulatedHttpClient(world, { [ORIGIN]: sink }) }
}

test('a request that has no answer yet is in the ledger, with where it was made', async () => {
  const { world, sink, client } = setUp()
  using _fault = sink.inject({ kind: 'hang' })
  const giveUp = new AbortController()
  const sent = client.request(request({ signal: giveUp.signal })).catch(() => {})
  await world.advance(1000)
  expect(world.ledger.list()).toMatchObject([{ kind: 'request', description: `POST ${ORIGIN}/push` }])
  expect(world.ledger.list()[0]?.location).toContain('simulated-http-client.test.ts')
  giveUp.abort()
  await world.run(() => sent)
  expect(world.ledger.size).toBe(0)
})

test('a name nobody has is not found', async () => {
  const { world, client } = setUp()
  const lost = world.run(() => client.request(request({ url: 'http://elsewhere/push' })))
  await expect(lost).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('a signal that is aborted already lets nothing out', async () => {
  const { world, sink, client } = setUp()
  const reason = new Error('too late')
  const sent = world.run(() => client.request(request({ signal: AbortSignal.abort(reason) })))
  await expect(sent).rejects.toBe(reason)
  await world.quiesce()
  expect(sink.record.requests).toEqual([])
})

test('what a dead process had under way is not stored, and nobody gets an answer', async () => {
  const { world, sink, client } = setUp()
  const fault = sink.inject({ kind: 'hang' })
  let settled = false
  void client.request(request()).finally(() => (settled = true))
  await world.advance(1000)
  client.abandon()
  fault[Symbol.dispose]()
  await world.advance(1000)
  expect([settled, sink.record.count, world.ledger.size]).toEqual([false, 0, 0])
})

test('a slow request that is given up leaves nothing to come', async () => {
  const { world, sink, client } = setUp()
  using _fault = sink.inject({ kind: 'slow', bytesPerSecond: 1 })
  const giveUp = new AbortController()
  const sent = client.request(request({ signal: giveUp.signal })).catch(() => {})
  await world.advance(1000)
  expect(sink.underWay).toBe(1)
  giveUp.abort()
  await world.run(() => sent)
  expect([sink.underWay, world.scheduled]).toEqual([0, []])
})

test('the same seed gives the same run', async () => {
  const hashes = await Promise.all(
    [1, 1, 2].map(async (seed) => {
      const world = new World({ seed })
      const client = new SimulatedHttpClient(world, { [ORIGIN]: new SimulatedSink(world) })
      for (let sent = 0; sent < 5; sent++) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await world.run(() => client.request(request()))
      }
      return world.traceHash
    }),
  )
  expect(hashes[1]).toBe(hashes[0])
  expect(hashes[2]).not.toBe(hashes[0])
})
