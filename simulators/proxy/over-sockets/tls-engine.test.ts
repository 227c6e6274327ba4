import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { makeCertificates } from '../../../scenarios/docker/certificates.ts'
import { listenAnywhere } from '../../../scenarios/subjects/listen-anywhere.ts'
import { SimulatedDaemon } from '../../daemon/simulated-daemon.ts'
import { ContainerDirectory } from './container-directory.ts'
import { dial, openedBy, parseEngineAddress, type EngineAddress, type UpstreamTls } from './engine-address.ts'
import { EngineProxy } from './engine-proxy.ts'

/** The simulated engine with a container `web`, for who shows a certificate. */
async function tlsEngine(): Promise<EngineAddress> {
  const certificates = await makeCertificates()
  const daemon = await SimulatedDaemon.listen({ listen: { port: 0 } })
  daemon.engine.addContainer({ name: 'web' })
  const [cert, key, ca, ownCert, ownKey] = await Promise.all(
    ['server', 'server-key', 'ca', 'cert', 'key'].map((name) => readFile(certificates.path(name))),
  )
  const server = createServer({ cert, key, ca, requestCert: true }, (socket) => {
    const engine = connect(Number(new URL(daemon.address).port), '127.0.0.1')
    socket.on('error', () => engine.destroy()).pipe(engine)
    engine.on('error', () => socket.destroy()).pipe(socket)
  })
  onTestFinished(async () => {
    server.close()
    await daemon[Symbol.asyncDispose]()
    await certificates[Symbol.asyncDispose]()
  })
  const port = await listenAnywhere(server)
  return parseEngineAddress(`tcp://127.0.0.1:${port}`, { ca, cert: ownCert, key: ownKey })
}

test('what a request names is asked over TLS as well', async () => {
  const directory = new ContainerDirectory(await tlsEngine(), (name) => name)
  expect(await directory.identify('web')).toMatchObject({ name: 'web', tty: false })
})

test('an engine whose certificate is of another authority is not spoken to', async () => {
  const { text } = await tlsEngine()
  const socket = dial(parseEngineAddress(text, {}))
  const outcome = await new Promise((resolve) => {
    socket.once('error', (error) => resolve(error.message)).once('secureConnect', () => resolve('spoken to'))
  })
  socket.destroy()
  expect(outcome).toMatch(/certificate|self-signed/)
})

test('TLS is for addresses of a network', () => {
  expect(() => parseEngineAddress('unix:///engine.sock', {})).toThrow(
    '"unix:///engine.sock" is no address of an engine that speaks TLS; allowed: tcp://host:port',
  )
  expect(openedBy(parseEngineAddress('unix:///engine.sock'))).toBe('connect')
})

test('clients over TLS are served, where an authority is given those that show a certificate of it', async () => {
  await using certificates = await makeCertificates()
  await using daemon = await SimulatedDaemon.listen({ listen: { port: 0 } })
  const [cert, key, ca, ownCert, ownKey] = await Promise.all(
    ['server', 'server-key', 'ca', 'cert', 'key'].map((name) => readFile(certificates.path(name))),
  )
  await using proxy = await EngineProxy.listen({
    upstream: daemon.address,
    listen: { port: 0 },
    listenTls: { cert, key, ca },
  })
  const ask = async (tls: UpstreamTls): Promise<unknown> =>
    await new ContainerDirectory(parseEngineAddress(proxy.address, tls), (name) => name).identify('web')
  daemon.engine.addContainer({ name: 'web' })
  expect(await ask({ ca, cert: ownCert, key: ownKey })).toMatchObject({ name: 'web' })
  expect(await ask({ ca }).catch(() => null)).toBeNull()
})
