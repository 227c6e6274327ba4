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

/** An HTTP engine that answers as a test says, and a proxy before it. */
async function setUpHttp(answer: (socket: Socket, head: string) => void): Promise<{
  proxy: EngineProxy
  dial: () => Socket
}> {
  const directory = await mkdtemp(path.join(tmpdir(), 'proxy-'))
  const engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.setEncoding('latin1').on('error', () => undefined)
    socket.once('data', (head: string) => answer(socket, head))
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
  const dial = (): Socket =>
    connect({ path: path.join(directory, 'proxy.sock'), allowHalfOpen: true })
      .setEncoding('latin1')
      .on('error', () => undefined)
  return { proxy, dial }
}

test.each([
  [
    'that is upgraded',
    'POST /exec/1/start HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}',
    'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
  ],
  [
    'that is taken over without a word',
    'POST /containers/web/attach HTTP/1.1\r\nHost: d\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n',
  ],
])('a connection %s passes in both directions, and each end by itself', async (_what, request, head) => {
  const { proxy, dial } = await setUpHttp((socket) => {
    socket.write(head)
    let heard = ''
    socket.on('data', (piece: string) => (heard += piece))
    // It has still something to say when nobody speaks any more.
    socket.on('end', () => socket.end(`you said ${heard}`))
  })
  const client = dial()
  client.write(request)
  const [answer] = await once(client, 'data')
  expect(answer).toBe(head)
  client.write('GET / is no request here')
  client.end('\r\n\r\n')
  expect(await text(client)).toBe('you said GET / is no request here\r\n\r\n')
  await vi.waitFor(
    () => expect([proxy.connections, proxy.engineConnections, proxy.held]).toEqual([0, 0, 0]),
    WAIT,
  )
})

test('requests that are sent at once are answered one after the other, byte for byte', async () => {
  const answers = [
    'HTTP/1.1 204 No Content\r\nX-Odd:   y\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\none',
  ]
  const asked: string[] = []
  const { dial } = await setUpHttp((socket, first) => {
    const take = (head: string): void => {
      asked.push(head)
      socket.write(answers[asked.length - 1]!)
    }
    take(first)
    socket.on('data', take)
  })
  const client = dial()
  const requests = ['POST /a HTTP/1.1\r\ncontent-Length: 4\r\n\r\nbody', 'GET /b HTTP/1.1\r\nHost:d\r\n\r\n']
  let received = ''
  client.on('data', (piece: string) => (received += piece))
  client.write(requests.join(''))
  await vi.waitFor(() => expect(received).toBe(answers.join('')), WAIT)
  expect(asked.join('')).toBe(requests.join(''))
  client.destroy()
})

test('while it hangs nothing is answered, and then everything is', async () => {
  const { proxy, dial } = await setUpHttp((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'))
  const hang = proxy.inject(faults.hang())
  const client = dial()
  client.write('GET /_ping HTTP/1.1\r\n\r\n')
  const answer = once(client, 'data').then(([piece]) => String(piece))
  const nothing = new Promise((resolve) => setTimeout(resolve, 200, 'nothing'))
  expect(await Promise.race([answer, nothing])).toBe('nothing')
  hang[Symbol.dispose]()
  expect(await answer).toMatch(/^HTTP\/1.1 204/)
  client.destroy()
})

test('a client that leaves while its request is kept back leaves nothing behind', async () => {
  const { proxy, dial } = await setUpHttp(() => undefined)
  proxy.inject(faults.neverAnswered())
  const client = dial()
  client.write('GET /containers/json HTTP/1.1\r\n\r\n')
  await vi.waitFor(() => expect(proxy.connections).toBe(1), WAIT)
  client.destroy()
  await vi.waitFor(() => expect([proxy.connections, proxy.held]).toEqual([0, 0]), WAIT)
})
