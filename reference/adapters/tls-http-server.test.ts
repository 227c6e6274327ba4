import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { makeCertificates, type Certificates } from '../../scenarios/docker/certificates.ts'
import type { ListenOptions, Route } from '../ports/http-server.ts'
import { FastifyHttpServer } from './fastify-http-server.ts'
import { UndiciHttpClient } from './undici-http-client.ts'

let made: Certificates
beforeAll(async () => {
  made = await makeCertificates()
})
afterAll(() => made[Symbol.asyncDispose]())

const hello: Route = {
  method: 'GET',
  path: '/hello',
  handle: () => ({ status: 200, contentType: 'text/plain', body: 'hello' }),
}

async function listen(options: ListenOptions): Promise<number> {
  const server = await new FastifyHttpServer().listen({ host: '127.0.0.1', port: 0 }, [hello], options)
  onTestFinished(() => server.close())
  return server.address.port
}

async function ask(url: string, ca: string | null): Promise<string> {
  const tls = { verify: true, ca, cert: null, key: null }
  const client = new UndiciHttpClient({ owner: 'test', connections: 1, tls })
  onTestFinished(() => client.close())
  const { signal } = new AbortController()
  const { body } = await client.request({ method: 'GET', url, headers: {}, body: new Uint8Array(), signal })
  return Buffer.from(body).toString()
}

test('with a certificate it speaks HTTPS to who trusts that, and no plain HTTP', async () => {
  const port = await listen({ tls: { cert: made.path('server'), key: made.path('server-key') } })
  expect(await ask(`https://127.0.0.1:${port}/hello`, made.path('ca'))).toBe('hello')
  await expect(ask(`https://127.0.0.1:${port}/hello`, made.path('other-ca'))).rejects.toThrow()
  await expect(fetch(`http://127.0.0.1:${port}/hello`)).rejects.toThrow()
})

test.each([
  [
    'is not there',
    'missing',
    'server-key',
    'missing.pem for TLS of the API: there is no such file; api.tls names',
  ],
  ['is a key', 'server-key', 'server-key', 'server-key.pem for TLS of the API: it is not what it should be'],
  ['is of another key', 'server', 'key', 'key.pem for TLS of the API: it is not what it should be'],
])('a certificate that %s is named', async (_, cert, key, why) => {
  await expect(listen({ tls: { cert: made.path(cert), key: made.path(key) } })).rejects.toThrow(why)
})

test('a connection beyond the number that is allowed is closed', async () => {
  const port = await listen({ connectionsMax: 1 })
  const first = connect(port, '127.0.0.1')
  onTestFinished(() => void first.destroy())
  await once(first, 'connect')
  const second = connect(port, '127.0.0.1')
  onTestFinished(() => void second.destroy())
  second.on('error', () => {})
  await once(second, 'close')
  expect(first.closed).toBe(false)
})
