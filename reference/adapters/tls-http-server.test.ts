import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
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

/** A connection that lasts, and what it was shown. */
async function connected(port: number): Promise<{ socket: TLSSocket; shown: string }> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return { socket, shown: socket.getPeerX509Certificate()!.fingerprint256 }
}

async function shownTo(port: number): Promise<string> {
  const { shown, socket } = await connected(port)
  socket.destroy()
  return shown
}

async function sayHello(socket: TLSSocket): Promise<string> {
  socket.write('GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')
  const [answer]: Buffer[] = await once(socket, 'data')
  return String(answer)
}

test('files that hold another certificate are shown to who connects once that is wanted, and what is open stays', async () => {
  await using second = await makeCertificates()
  const directory = await mkdtemp(join(tmpdir(), 'tls-files-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const put = async (from: Certificates): Promise<void> => {
    await copyFile(from.path('server'), cert)
    await copyFile(from.path('server-key'), key)
  }
  await put(made)
  const server = await new FastifyHttpServer().listen({ host: 'localhost', port: 0 }, [hello], {
    tls: { cert, key },
  })
  onTestFinished(() => server.close())
  const { port } = server.address
  expect(await server.readTls!()).toBeNull()
  const { socket, shown: first } = await connected(port)
  await put(second)
  const renewed = await server.readTls!()
  expect(await shownTo(port)).toBe(first)
  renewed!.show()
  const other = await shownTo(port)
  expect(other).not.toBe(first)
  expect(await ask(`https://127.0.0.1:${port}/hello`, second.path('ca'))).toBe('hello')
  expect(await sayHello(socket)).toContain('200 OK')
  expect(await server.readTls!()).toBeNull()
  await writeFile(cert, (await readFile(cert, 'utf8')).slice(0, 100))
  await expect(server.readTls!()).rejects.toThrow(`Cannot use ${cert} for TLS of the API`)
  expect(await shownTo(port)).toBe(other)
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
