import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer } from 'node:https'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { TlsConfig } from '../../config/config.ts'
import { readEngineTls } from './engine-tls.ts'
import { HttpDockerEngine } from './http-docker-engine.ts'
import { openSockets, VERSION } from './http-docker-engine.test-helper.ts'
import { makeCertificates, type Certificates } from '../../../scenarios/docker/certificates.ts'

const { signal } = new AbortController()
let made: Certificates
let own: TlsConfig

beforeAll(async () => {
  made = await makeCertificates()
  own = { verify: true, ca: made.path('ca'), cert: made.path('cert'), key: made.path('key') }
})

afterAll(() => made[Symbol.asyncDispose]())

/** An engine that asks its clients for a certificate; the port it listens on. */
async function tlsEngine(server: Server = tlsServer()): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function tlsServer(): Server {
  return createServer(
    {
      ca: readFileSync(made.path('ca')),
      cert: readFileSync(made.path('server')),
      key: readFileSync(made.path('server-key')),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      if (request.url === '/version') response.end(JSON.stringify(VERSION))
      else if (request.url!.includes('/logs')) response.write('a line')
      else response.end('[]')
    },
  )
}

async function connect(host: string, config: TlsConfig | null): Promise<HttpDockerEngine> {
  const engine = new HttpDockerEngine(host, config && (await readEngineTls(config)))
  onTestFinished(() => engine.close())
  return engine
}

describe('an engine behind TLS', () => {
  test.each(['127.0.0.1', 'localhost'])(
    'is spoken to when both sides are who they say, at %s',
    async (host) => {
      const engine = await connect(`tcp://${host}:${await tlsEngine()}`, own)
      const before = openSockets()
      expect(await engine.info({ signal })).toMatchObject({ version: '20.10.24' })
      expect(await engine.listContainers({ signal })).toEqual([])
      expect(engine.connections()).toBe(1)
      const stream = await engine.openLogs('abc', { follow: true, signal })
      expect(Buffer.from((await stream.read({ signal }))!).toString()).toBe('a line')
      stream.destroy()
      expect(engine.connections()).toBe(1)
      engine.close()
      await expect
        .poll(() => [...openSockets()].filter((socket) => !before.has(socket)).length, { timeout: 30_000 })
        .toBeLessThanOrEqual(1)
    },
  )

  test.each<[string, Partial<TlsConfig>, RegExp]>([
    [
      'that another authority signed',
      { ca: 'other-ca' },
      /nobody who is trusted signed the engine's certificate/,
    ],
    ['that an authority signed which Node does not trust', { ca: null }, /nobody who is trusted signed/],
    ['that asks for a certificate', { cert: null, key: null }, /the engine asks for a certificate/],
  ])('%s is refused in one sentence', async (_, config, message) => {
    const ca = config.ca === undefined ? own.ca : config.ca && made.path(config.ca)
    const engine = await connect(`tcp://127.0.0.1:${await tlsEngine()}`, { ...own, ...config, ca })
    await expect(engine.info({ signal })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(message),
    })
    await expect(engine.openLogs('abc', { follow: true, signal })).rejects.toThrow(message)
    expect(engine.connections()).toBe(0)
  })

  test('under a name that is not its own is refused, and taken when that is not to be verified', async () => {
    const port = await tlsEngine()
    const refused = await connect(`tcp://127.0.0.2:${port}`, own)
    await expect(refused.info({ signal })).rejects.toMatchObject({ code: 'unavailable' })
    const foreign = { ...own, ca: made.path('other-ca') }
    const engine = await connect(`tcp://127.0.0.1:${port}`, { ...foreign, verify: false })
    expect(await engine.info({ signal })).toMatchObject({ version: '20.10.24' })
  })

  test('is never spoken to without', async () => {
    const asked: string[] = []
    const plain = createPlainServer((request, response) => {
      asked.push(request.url ?? '')
      response.end(JSON.stringify(VERSION))
    })
    const engine = await connect(`tcp://127.0.0.1:${await tlsEngine(plain)}`, own)
    await expect(engine.info({ signal })).rejects.toMatchObject({ code: 'unavailable' })
    expect(asked).toEqual([])
  })
})

describe('a file that is no good is named', () => {
  test.each<[string, (own: TlsConfig) => TlsConfig, RegExp]>([
    [
      'missing',
      (files) => ({ ...files, ca: '/nonexistent/ca.pem' }),
      /^Cannot use \/nonexistent\/ca.pem for TLS to the engine: there is no such file; /,
    ],
    ['a directory', (files) => ({ ...files, cert: '/' }), /^Cannot use \/ for TLS to the engine: EISDIR/],
    [
      'empty',
      (files) => ({ ...files, ca: spoilt('') }),
      /^Cannot use .*spoilt.pem for TLS to the engine: it is not what it should be/,
    ],
    ['no PEM', (files) => ({ ...files, ca: spoilt('hello') }), /^Cannot use .*spoilt.pem for TLS/],
    [
      'a certificate cut short',
      (files) => ({ ...files, cert: spoilt(cut(files.cert)) }),
      /^Cannot use .*spoilt.pem for TLS/,
    ],
    [
      'a key where a certificate belongs',
      (files) => ({ ...files, cert: files.key }),
      /^Cannot use .*key.pem for TLS/,
    ],
    [
      "another certificate's key",
      (files) => ({ ...files, key: made.path('server-key') }),
      /^Cannot use .*server-key.pem for TLS/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(readEngineTls(change(own))).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(message),
    })
  })
})

function spoilt(text: string): string {
  writeFileSync(made.path('spoilt'), text)
  return made.path('spoilt')
}

function cut(path: string | null): string {
  return readFileSync(path ?? '', 'utf8').slice(0, 300)
}
