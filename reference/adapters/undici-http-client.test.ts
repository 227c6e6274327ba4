import { setTimeout as delay } from 'node:timers/promises'
import { readFileSync, readdirSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:https'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { makeCertificates, type Certificates } from '../../scenarios/docker/certificates.ts'
import { SimulatedSinkServer } from '../../simulators/sinks/over-http/simulated-sink-server.ts'
import type { ClientTls, HttpResponse } from '../ports/http-client.ts'
import { UndiciHttpClient } from './undici-http-client.ts'

const never = new AbortController().signal
const WAIT = { timeout: 20_000, interval: 5 }

function client(options: { connections?: number; tls?: ClientTls } = {}): UndiciHttpClient {
  const { connections = 4, tls = null } = options
  const made = new UndiciHttpClient({ owner: 'sinks.loki', connections, tls })
  onTestFinished(() => made.close())
  return made
}

async function listen(): Promise<SimulatedSinkServer> {
  const server = await SimulatedSinkServer.listen({ listen: { port: 0 } })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

function post(http: UndiciHttpClient, origin: string, signal: AbortSignal = never): Promise<HttpResponse> {
  return http.request({
    method: 'POST',
    url: `${origin}/push`,
    headers: {},
    body: Buffer.from('a\n'),
    signal,
  })
}

/** Sockets of this process that are no listeners: both ends of each connection. */
function sockets(): number {
  return readdirSync('/proc/self/fd').length
}

test('no more connections than are allowed are open, and those beyond wait for one', async () => {
  const server = await listen()
  const hang = server.sink.inject({ kind: 'hang' })
  const http = client({ connections: 2 })
  const sent = Array.from({ length: 6 }, () => post(http, server.address))
  await vi.waitFor(() => expect(server.sink.underWay).toBeGreaterThanOrEqual(2), WAIT)
  // Others that were begun with these would have come by now.
  await delay(500)
  expect(server.sink.underWay).toBe(2)
  hang[Symbol.dispose]()
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(6).fill(204))
  expect(server.sink.record.count).toBe(6)
})

test('a closed client has nothing open; what was under way rejects; the next request connects anew', async () => {
  const server = await listen()
  const http = client()
  await post(http, server.address)
  const idle = sockets()
  const hang = server.sink.inject({ kind: 'hang' })
  const sent = post(http, server.address).catch((error: unknown) => error)
  await vi.waitFor(() => expect(server.sink.underWay).toBe(1), WAIT)
  await http.close()
  await http.close()
  await vi.waitFor(() => expect(sockets()).toBeLessThan(idle), WAIT)
  expect(await sent).toMatchObject({ code: 'ECONNRESET' })
  hang[Symbol.dispose]()
  expect((await post(http, server.address)).status).toBe(204)
})

test('a request that is given up leaves no connection', async () => {
  const server = await listen()
  using _hang = server.sink.inject({ kind: 'hang' })
  const before = sockets()
  const giveUp = new AbortController()
  const sent = post(client(), server.address, giveUp.signal)
  await vi.waitFor(() => expect(server.sink.underWay).toBe(1), WAIT)
  const reason = new Error('gave up')
  giveUp.abort(reason)
  await expect(sent).rejects.toBe(reason)
  await vi.waitFor(() => expect(sockets()).toBeLessThanOrEqual(before), WAIT)
  expect(server.sink.underWay).toBe(0)
})

test('where nobody listens the error has the code of Node', async () => {
  const server = await listen()
  using _refused = server.sink.inject({ kind: 'refused' })
  await expect(post(client(), server.address)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

describe('over TLS', () => {
  let made: Certificates
  let own: ClientTls

  beforeAll(async () => {
    made = await makeCertificates()
    own = { verify: true, ca: made.path('ca'), cert: made.path('cert'), key: made.path('key') }
  })
  afterAll(() => made[Symbol.asyncDispose]())

  /** A server that asks its clients for a certificate. */
  async function secure(): Promise<string> {
    const files = { ca: made.path('ca'), cert: made.path('server'), key: made.path('server-key') }
    const pem = Object.fromEntries(Object.entries(files).map(([name, path]) => [name, readFileSync(path)]))
    const server = createServer({ ...pem, requestCert: true, rejectUnauthorized: true }, (_, response) =>
      response.writeHead(204).end(),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    return `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  }

  test('a request passes when both sides are who they say', async () => {
    expect((await post(client({ tls: own }), await secure())).status).toBe(204)
  })

  test.each([
    ['an authority that did not sign the server', () => ({ ...own, ca: made.path('other-ca') })],
    ['no certificate of its own', () => ({ ...own, cert: null, key: null })],
  ])('none does with %s', async (_, tls) => {
    await expect(post(client({ tls: tls() }), await secure())).rejects.toThrow()
  })

  test('without verification any server will do', async () => {
    const tls = { ...own, ca: null, verify: false }
    expect((await post(client({ tls }), await secure())).status).toBe(204)
  })

  test('files that are replaced are read for the next connection; one that is open is used as it is', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tls-client-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const ca = join(directory, 'ca.pem')
    await copyFile(made.path('ca'), ca)
    const http = client({ tls: { ...own, ca }, connections: 1 })
    const origin = await secure()
    expect((await post(http, origin)).status).toBe(204)
    await copyFile(made.path('other-ca'), ca)
    expect((await post(http, origin)).status).toBe(204)
    const another = await secure()
    await expect(post(http, another)).rejects.toThrow()
    await copyFile(made.path('ca'), ca)
    expect((await post(http, another)).status).toBe(204)
  })

  test('a file that is not there is named, with the key that names it, and looked for again', async () => {
    const missing = client({ tls: { ...own, ca: '/nowhere/ca.pem' } })
    const origin = await secure()
    const sentence =
      'Cannot use /nowhere/ca.pem for TLS of sinks.loki: there is no such file; sinks.loki.tls names the files'
    await expect(post(missing, origin)).rejects.toThrow(sentence)
    await expect(post(missing, origin)).rejects.toThrow(sentence)
  })
})
