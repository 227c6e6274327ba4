import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Listening, Route } from '../ports/http-server.ts'
import { FastifyHttpServer, type FastifyHttpServerOptions } from './fastify-http-server.ts'

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

async function listen(
  port = 0,
  options: FastifyHttpServerOptions = {},
  served = routes,
): Promise<Listening & { url: string }> {
  const listening = await new FastifyHttpServer(options).listen({ host: '127.0.0.1', port }, served)
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

test('a body that is not UTF-8 is refused: as text it would be another one', async () => {
  const { url } = await listen()
  const headers = { 'content-type': 'application/json' }
  const post = async (body: Buffer): Promise<Response> =>
    await fetch(`${url}/echo`, { method: 'POST', headers, body: new Uint8Array(body) })
  expect(await (await post(Buffer.from('{"a":"é"}'))).json()).toEqual({ a: 'é' })
  const refused = await post(Buffer.from('{"a":"é"}', 'latin1'))
  expect([refused.status, await refused.json()]).toEqual([400, { error: 'The body is not UTF-8' }])
})

test('a route is told of each request that is refused for its body, and of no other', async () => {
  const told: number[] = []
  const asked: unknown[] = []
  const route: Route = {
    method: 'POST',
    path: '/',
    bodyBytesMax: 20,
    onBodyRefused: (status) => void told.push(status),
    handle: ({ body }) => {
      asked.push(body)
      if (body === 'fail') throw new Error('failed')
      return { status: 400, contentType: 'text/plain', body: 'no' }
    },
  }
  const { url } = await listen(0, {}, [route])
  const statuses: number[] = []
  for (const body of [JSON.stringify('x'.repeat(30)), '{"a":', '"a"', '"fail"'])
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    statuses.push((await postText(url, body)).status)
  const headers = { 'content-type': 'application/x-other' }
  statuses.push((await fetch(url, { method: 'POST', headers, body: 'other' })).status)
  expect(statuses).toEqual([413, 400, 400, 500, 415])
  expect(told).toEqual([413, 400, 415])
  expect(asked).toEqual(['a', 'fail'])
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

describe('what one who connects can take up is bounded', () => {
  const limits = { connections: 3, bodyBytes: 1000, headerBytes: 2000, requestMs: 300 }

  test('a body that is too large is refused with a sentence', async () => {
    const { url } = await listen(0, { limits })
    const answer = await postText(`${url}/echo`, JSON.stringify('x'.repeat(1001)))
    expect([answer.status, await answer.json()]).toEqual([
      413,
      { error: 'The body is larger than 1000 bytes' },
    ])
    expect((await postText(`${url}/echo`, JSON.stringify('x'.repeat(900)))).status).toBe(200)
  })

  test('a route may take a larger one', async () => {
    const { url } = await listen(0, { limits }, [{ ...routes[1]!, bodyBytesMax: 2000 }])
    expect((await postText(`${url}/echo`, JSON.stringify('x'.repeat(1500)))).status).toBe(200)
    expect((await postText(`${url}/echo`, JSON.stringify('x'.repeat(2500)))).status).toBe(413)
  })

  test('headers that are too large are refused', async () => {
    const { url } = await listen(0, { limits })
    expect((await fetch(`${url}/hello`, { headers: { 'x-much': 'x'.repeat(3000) } })).status).toBe(431)
    expect((await fetch(`${url}/hello`, { headers: { 'x-less': 'x'.repeat(1000) } })).status).toBe(203)
  })

  test('a request that never ends is ended', async () => {
    const { address } = await listen(0, { limits })
    const slow = connect(address.port, address.host)
    slow.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf')
    await closeOf(slow)
  })

  test('a connection too many is closed, and one that ends makes room', async () => {
    const { address, url } = await listen(0, { limits: { ...limits, requestMs: 60_000 } })
    const idle = Array.from({ length: 3 }, () => connect(address.port, address.host))
    await Promise.all(idle.map((socket) => once(socket, 'connect')))
    await closeOf(connect(address.port, address.host))
    for (const socket of idle) socket.destroy()
    // Until the server has noticed.
    await vi.waitFor(async () => expect((await fetch(`${url}/hello`)).status).toBe(203), { timeout: 20_000 })
  })
})

test('a request that is refused is answered before its body has come', async () => {
  const asked: unknown[] = []
  const refused: Route = {
    method: 'POST',
    path: '/',
    refuse: ({ headers }) => {
      asked.push(headers['x-name'])
      return { status: 401, contentType: 'text/plain', body: 'no', headers: { 'www-authenticate': 'Bearer' } }
    },
    handle: () => {
      throw new Error('must not be asked')
    },
  }
  const { address } = await listen(0, {}, [refused])
  const socket = connect(address.port, address.host)
  socket.write('POST / HTTP/1.1\r\nhost: a\r\nx-name: me\r\ncontent-length: 100\r\n\r\n')
  const [answer]: unknown[] = await once(socket, 'data')
  socket.destroy()
  expect(String(answer)).toMatch(/^HTTP\/1.1 401 .*www-authenticate: Bearer/s)
  expect(asked).toEqual(['me'])
})

test('what went wrong inside is said by the log, not by the answer', async () => {
  const logged: unknown[] = []
  const broken: Route = {
    method: 'GET',
    path: '/',
    handle: () => {
      throw new Error('at /etc/secret')
    },
  }
  const logger = { error: (fields: object, message: string) => void logged.push({ fields, message }) }
  const { url } = await listen(0, { logger }, [broken])
  const answer = await fetch(url)
  expect([answer.status, await answer.json()]).toEqual([
    500,
    { error: 'The request failed; the log says why' },
  ])
  expect(logged).toEqual([
    { fields: { path: '/', err: new Error('at /etc/secret') }, message: 'A request failed' },
  ])
  const other = await fetch(`${url}/nowhere?token=1`)
  expect([other.status, await other.json()]).toEqual([404, { error: 'There is no GET /nowhere' }])
})

function postText(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

/** However it is closed, with an error or without. */
function closeOf(socket: Socket): Promise<void> {
  socket.on('error', () => {}).resume()
  return new Promise((resolve) => {
    socket.on('close', () => resolve())
  })
}
