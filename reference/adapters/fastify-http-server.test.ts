import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Listening, Route } from '../ports/http-server.ts'
import { FastifyHttpServer } from './fastify-http-server.ts'

const routes: Route[] = [
  {
    method: 'GET',
    path: '/hello',
    handle: () => ({ status: 203, contentType: 'text/x-test', body: 'hello' }),
  },
  {
    method: 'POST',
    path: '/echo',
    handle: ({ body }) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(body) }),
  },
]

async function listen(port = 0): Promise<Listening & { url: string }> {
  const listening = await new FastifyHttpServer().listen({ host: '127.0.0.1', port }, routes)
  onTestFinished(() => listening.close())
  return { ...listening, url: `http://127.0.0.1:${listening.address.port}` }
}

test('routes answer with their status, type and body', async () => {
  const { url } = await listen()
  const hello = await fetch(`${url}/hello`)
  expect([hello.status, hello.headers.get('content-type'), await hello.text()]).toEqual([
    203,
    'text/x-test',
    'hello',
  ])
  const echo = await fetch(`${url}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  })
  expect(await echo.json()).toEqual({ a: 1 })
  const other = await fetch(`${url}/other`)
  expect([other.status, (await other.text()).length > 0]).toEqual([404, true])
})

test('close ends connections that are idle and connections in the middle of a request, at once', async () => {
  const server = await listen()
  const { address } = server
  const idle = connect(address.port, address.host)
  const busy = connect(address.port, address.host)
  await Promise.all([once(idle, 'connect'), once(busy, 'connect')])
  busy.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf')
  const closed = Promise.all([closeOf(idle), closeOf(busy)])
  const started = performance.now()
  await server.close()
  await server.close()
  await closed
  expect(performance.now() - started).toBeLessThan(1000)
})

test('an address in use is named in one sentence', async () => {
  const { address } = await listen()
  await expect(listen(address.port)).rejects.toMatchObject({
    name: 'UsageError',
    message: `Cannot listen on 127.0.0.1:${address.port}: another process listens there`,
  })
})

test('an address this machine does not have is named', async () => {
  await expect(new FastifyHttpServer().listen({ host: '203.0.113.9', port: 8001 }, [])).rejects.toThrow(
    'Cannot listen on 203.0.113.9:8001: this machine does not have that address',
  )
})

/** However it is closed, with an error or without. */
function closeOf(socket: Socket): Promise<void> {
  socket.on('error', () => {}).resume()
  return new Promise((resolve) => {
    socket.on('close', () => resolve())
  })
}
