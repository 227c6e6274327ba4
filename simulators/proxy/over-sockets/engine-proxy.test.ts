import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EngineProxy } from './engine-proxy.ts'
import * as faults from '../../faults/engine-catalogue.ts'

/** An engine that sends what it was sent, and a proxy before it. */
async function setUp(): Promise<{ proxy: EngineProxy; engineEnds: Set<Socket>; dial: () => Socket }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'proxy-'))
  const engineEnds = new Set<Socket>()
  const engine = createServer((socket) => {
    engineEnds.add(socket)
    socket.on('error', () => undefined).on('close', () => engineEnds.delete(socket))
    socket.pipe(socket)
  })
  const enginePath = path.join(directory, 'engine.sock')
  engine.listen(enginePath)
  await once(engine, 'listening')
  const proxy = await EngineProxy.listen({
    upstream: `unix://${enginePath}`,
    listen: { socketPath: path.join(directory, 'proxy.sock') },
  })
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]()
    engine.close()
    await rm(directory, { recursive: true })
  })
  const dial = (): Socket => connect(path.join(directory, 'proxy.sock')).on('error', () => undefined)
  return { proxy, engineEnds, dial }
}

test('every byte passes, and the end of the stream', async () => {
  const { dial } = await setUp()
  const socket = dial()
  const sent = 'x'.repeat(3_000_000)
  const received = text(socket)
  socket.write(sent)
  await vi.waitFor(() => expect(socket.bytesRead).toBe(sent.length), WAIT)
  socket.end()
  expect(await received).toBe(sent)
})

test('open connections are counted, and those that stay open are known', async () => {
  const { proxy, dial } = await setUp()
  const first = dial()
  await vi.waitFor(() => expect(proxy.connections).toBe(1), WAIT)
  const moment = performance.now()
  dial()
  await vi.waitFor(() => expect(proxy.connections).toBe(2), WAIT)
  expect(proxy.openSince(moment)).toBe(1)
  first.destroy()
  await vi.waitFor(() => expect(proxy.connections).toBe(1), WAIT)
  expect(proxy.openSince(moment)).toBe(0)
})

test('a subject that closes its end closes the engine’s', async () => {
  const { engineEnds, dial } = await setUp()
  const socket = dial()
  await vi.waitFor(() => expect(engineEnds.size).toBe(1), WAIT)
  socket.destroy()
  await vi.waitFor(() => expect(engineEnds.size).toBe(0), WAIT)
})

test('a cut breaks every connection on both sides, and new ones are taken', async () => {
  const { proxy, engineEnds, dial } = await setUp()
  const sockets = [dial(), dial()]
  await vi.waitFor(() => expect(engineEnds.size).toBe(2), WAIT)
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
  proxy.cut()
  await closed
  await vi.waitFor(() => expect(engineEnds.size).toBe(0), WAIT)
  dial()
  await vi.waitFor(() => expect(proxy.connections).toBe(1), WAIT)
})

test('while it is away connections are refused, then they are taken again', async () => {
  const { proxy, dial } = await setUp()
  const away = proxy.inject(faults.goAway())
  const [error]: { code?: string }[] = await once(dial(), 'error')
  expect(error?.code).toBe('ENOENT')
  away[Symbol.dispose]()
  await vi.waitFor(async () => await once(dial(), 'connect'), WAIT)
})

const WAIT = { timeout: 30_000, interval: 20 }
