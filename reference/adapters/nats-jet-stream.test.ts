import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nkeys } from '@nats-io/transport-node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificates } from '../../scenarios/docker/certificates.ts'
import { onPath } from '../../scenarios/docker/on-path.ts'
import { NatsServer } from '../../scenarios/nats/nats-server.ts'
import { jetStreamCases } from '../../simulators/jetstream/jet-stream-cases.test-helper.ts'
import { assertNoLeaks } from '../../simulators/index.ts'
import { JetStreamError, type JetStreamTarget } from '../ports/index.ts'
import { NatsJetStream } from './nats-jet-stream.ts'

const never = new AbortController().signal
const isThere = await onPath('nats-server')
const why = isThere ? '' : ' (skipped: nats-server is not on the PATH; Debian has a package of that name)'

describe.skipIf(!isThere)(`over the client of NATS, with a real server${why}`, () => {
  jetStreamCases(async () => {
    const server = await started()
    return {
      jetStream: new NatsJetStream(),
      server: server.url,
      run: (operation) => operation(),
      sleep: (ms) => sleep(ms),
      kill: () => server.kill(),
      restart: () => server.run(),
    }
  })

  test('user and password, token and nkey are taken, and others are not', async () => {
    const user = await started('--user', 'collector', '--pass', 'secret')
    expect(await isTaken(user, { credentials: { user: 'collector', password: 'secret' } })).toBe(true)
    expect(await isTaken(user, { credentials: { user: 'collector', password: 'wrong' } })).toBe(false)
    expect(await isTaken(user, {})).toBe(false)
    const token = await started('--auth', 'a-token')
    expect(await isTaken(token, { credentials: { token: 'a-token' } })).toBe(true)
    const pair = nkeys.createUser()
    const key = await started(
      '--config',
      await file(`authorization { users: [{ nkey: ${pair.getPublicKey()} }] }`),
    )
    const nkeySeed = new TextDecoder().decode(pair.getSeed())
    expect(await isTaken(key, { credentials: { nkeySeed } })).toBe(true)
    const other = new TextDecoder().decode(nkeys.createUser().getSeed())
    expect(await isTaken(key, { credentials: { nkeySeed: other } })).toBe(false)
  })

  test('with TLS the server must show a certificate of the authority, and is shown one', async () => {
    const certificates = await makeCertificates()
    onTestFinished(() => certificates[Symbol.asyncDispose]())
    const of = (name: string): string => certificates.path(name)
    const files = ['--tlscert', of('server'), '--tlskey', of('server-key'), '--tlscacert', of('ca')]
    const server = await started('--tls', '--tlsverify', ...files)
    const read = (name: string): Promise<string> => readFile(of(name), 'utf8')
    const own = { cert: await read('cert'), key: await read('key') }
    const isTakenWith = async (
      ca: string | undefined,
      verify = true,
      shown: object = own,
    ): Promise<boolean> =>
      await isTaken(server, { tls: { ...shown, ...(ca !== undefined && { ca }), verify } }, UNTOLD)
    expect(await isTakenWith(await read('ca'))).toBe(true)
    expect(await isTakenWith(await read('other-ca'))).toBe(false)
    expect(await isTakenWith(undefined, false)).toBe(true)
    expect(await isTakenWith(await read('ca'), true, {})).toBe(false)
  })

  test('of several servers one that answers is found', async () => {
    const server = await started()
    const servers = ['nats://127.0.0.1:1', server.url]
    for (let n = 0; n < 5; n++)
      // eslint-disable-next-line no-await-in-loop -- their order is drawn
      expect(await isTaken(server, { servers })).toBe(true)
  })

  test('nothing is left open of a connection that was closed with calls under way', async () => {
    const server = await started()
    await assertNoLeaks(async () => {
      const connection = await new NatsJetStream().connect(targetOf(server), { signal: never })
      const controller = new AbortController()
      const calls = [1, 2, 3].map(() => connection.streamInfo('LOGS', controller))
      controller.abort(new Error('enough'))
      await Promise.allSettled(calls)
      connection.close()
    })
  })
})

async function started(...args: string[]): Promise<NatsServer> {
  const server = await NatsServer.start(args)
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

function targetOf(server: NatsServer, given: Partial<JetStreamTarget> = {}): JetStreamTarget {
  return { servers: [server.url], clientName: 'test', credentials: {}, tls: null, ...given }
}

/** @param refusal codes that a refusal may have */
async function isTaken(
  server: NatsServer,
  given: Partial<JetStreamTarget>,
  refusal: readonly string[] = ['unauthorized'],
): Promise<boolean> {
  try {
    const connection = await new NatsJetStream().connect(targetOf(server, given), { signal: never })
    await connection.streamInfo('LOGS', { signal: never })
    connection.close()
    return true
  } catch (error) {
    expect(refusal).toContain(error instanceof JetStreamError ? error.code : error)
    return false
  }
}

async function file(text: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-nats-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(path.join(directory, 'nats.conf'), text)
  return path.join(directory, 'nats.conf')
}

/** A handshake that fails is no answer of the server. */
const UNTOLD = ['unavailable', 'unauthorized']
