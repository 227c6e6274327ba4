import { readdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { NodeHttpClient } from '../node-http-client.test-helper.ts'
import { SimulatedSinkServer } from './simulated-sink-server.ts'

const WAIT = { timeout: 30_000 }

test('five hundred senders that gave up leave no descriptor', async () => {
  const before = descriptors()
  await using server = await SimulatedSinkServer.listen({ listen: { port: 0 } })
  using _hang = server.sink.inject({ kind: 'hang' }, { chance: 0.5 })
  using _slow = server.sink.inject({ kind: 'slow', bytesPerSecond: 1 })
  const giveUp = new AbortController()
  const sent = Array.from({ length: 500 }, () => send(server, giveUp.signal))
  await vi.waitFor(() => expect(server.sink.underWay).toBe(500), WAIT)
  expect(descriptors()).toBeGreaterThan(before + 500)
  giveUp.abort()
  await Promise.allSettled(sent)
  // The one that listens stays.
  await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(before + 1), WAIT)
  expect(server.sink.underWay).toBe(0)
  expect(server.sink.record.batches).toEqual([])
})

test('disposing cuts what hangs, and nobody listens afterwards', async () => {
  const server = await SimulatedSinkServer.listen({ listen: { port: 0 } })
  using _hang = server.sink.inject({ kind: 'hang' })
  const sent = send(server, new AbortController().signal).catch((error: unknown) => error)
  await vi.waitFor(() => expect(server.sink.underWay).toBe(1), WAIT)
  await server[Symbol.asyncDispose]()
  expect(await sent).toMatchObject({ code: 'ECONNRESET' })
  await expect(send(server, new AbortController().signal)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('an address that is taken is told', async () => {
  await using server = await SimulatedSinkServer.listen({ listen: { port: 0 } })
  const port = Number(new URL(server.address).port)
  await expect(SimulatedSinkServer.listen({ listen: { port } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

async function send(server: SimulatedSinkServer, signal: AbortSignal): Promise<void> {
  const url = `${server.address}/push`
  await new NodeHttpClient().request({ method: 'POST', url, headers: {}, body: Buffer.from('a\n'), signal })
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}
