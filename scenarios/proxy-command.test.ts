import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { SimulatedDaemon } from '../simulators/index.ts'
import { makeCertificates, type Certificates } from './docker/certificates.ts'
import { ownCommand } from './own-command.ts'
import { listenAnywhere } from './subjects/listen-anywhere.ts'

/** A directory with a simulated engine on `engine.sock`, whose container `web` has written 500 lines. */
async function room(): Promise<{ directory: string; daemon: SimulatedDaemon }> {
  const directory = await mkdtemp(join(tmpdir(), 'proxy-'))
  const daemon = await SimulatedDaemon.listen({ listen: { socketPath: join(directory, 'engine.sock') } })
  const web = daemon.engine.addContainer({ name: 'web' })
  for (let line = 1; line <= 500; line++) web.write(line % 2 === 0 ? 'stdout' : 'stderr', `line ${line}\n`)
  onTestFinished(async () => {
    await daemon[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })
  return { directory, daemon }
}

function watertight(directory: string, ...args: string[]): ChildProcess {
  const [command, ...own] = ownCommand(args, null).command
  const child = spawn(command, own, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function startProxy(directory: string, ...args: string[]): Promise<ChildProcess> {
  const [upstream, listen] = [`unix://${directory}/engine.sock`, `unix://${directory}/proxy.sock`]
  const child = watertight(directory, 'proxy', '--upstream', upstream, '--listen', listen, ...args)
  expect(String((await once(child.stdout!, 'data'))[0])).toBe(`listening on unix://${directory}/proxy.sock\n`)
  return child
}

function open(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, (response) => resolve(response.on('error', () => undefined)))
      .on('error', reject)
      .end()
  })
}

const ask = async (socketPath: string, path: string): Promise<Buffer> =>
  await buffer(await open(socketPath, path))

const askTls = (port: number, path: string, tls: RequestOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    httpsRequest({ port, path, agent: false, ...tls }, (response) => resolve(buffer(response)))
      .on('error', reject)
      .end()
  })

async function ended(child: ChildProcess): Promise<{ status: number; said: string }> {
  const [said, [status]] = await Promise.all([text(child.stderr!), once(child, 'exit')])
  return { status: Number(status), said }
}

const LOG = '/containers/web/logs?stdout=1&stderr=1&timestamps=1'

test('it says where it listens, only its owner may connect, a scenario is played, and a signal ends it with its socket', async () => {
  const { directory } = await room()
  await writeFile(
    join(directory, 'faults.yaml'),
    'timeline: [{at: 0s, do: error-status, status: 418, operation: list}]\n',
  )
  const child = await startProxy(directory, '--scenario', 'faults.yaml')
  const socketPath = join(directory, 'proxy.sock')
  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
  expect((await ask(socketPath, LOG)).equals(await ask(join(directory, 'engine.sock'), LOG))).toBe(true)
  await vi.waitFor(
    async () => expect((await open(socketPath, '/containers/json')).resume().statusCode).toBe(418),
    WAIT,
  )
  child.kill('SIGTERM')
  expect(await ended(child)).toEqual({ status: 0, said: '' })
  expect(existsSync(socketPath)).toBe(false)
})

test('an engine that cannot be reached is told as 502, with where it should be', async () => {
  const { directory, daemon } = await room()
  await startProxy(directory)
  daemon.engine.refuseConnections()
  const response = await open(join(directory, 'proxy.sock'), '/_ping')
  expect(response.statusCode).toBe(502)
  expect(await text(response)).toMatch(/Cannot reach the engine at unix:\/\/.*engine\.sock: connect ENOENT/)
  daemon.engine.comeBack()
  await vi.waitFor(
    async () => expect((await open(join(directory, 'proxy.sock'), '/_ping')).resume().statusCode).toBe(200),
    WAIT,
  )
})

describe('an engine that speaks TLS', () => {
  let certificates: Certificates
  beforeAll(async () => void (certificates = await makeCertificates()))
  afterAll(() => certificates[Symbol.asyncDispose]())
  const file = (name: string): string => certificates.path(name)

  /** The simulated engine, for who shows a certificate of the authority. */
  async function secured(directory: string): Promise<string> {
    const [cert, key, ca] = await Promise.all(
      ['server', 'server-key', 'ca'].map((name) => readFile(file(name))),
    )
    const options = { cert, key, ca, requestCert: true, allowHalfOpen: true } as const
    const server = createTlsServer(options, (socket) => {
      const engine = connect({ path: join(directory, 'engine.sock'), allowHalfOpen: true })
      for (const [one, other] of [
        [socket, engine],
        [engine, socket],
      ] as const)
        one.on('error', () => other.destroy()).pipe(other)
    })
    onTestFinished(() => void server.close())
    return `tcp://127.0.0.1:${await listenAnywhere(server)}`
  }

  const own = (): string[] => ['--tls-ca', file('ca'), '--tls-cert', file('cert'), '--tls-key', file('key')]

  test('is reached with its authority and a certificate; faults of a container meet it', async () => {
    const { directory } = await room()
    const upstream = await secured(directory)
    const fault = '{at: 0s, do: half-frame-reset, container: web, after_bytes: 4}'
    const sign = '{at: 0s, do: error-status, status: 418, operation: list}'
    await writeFile(join(directory, 'faults.yaml'), `timeline: [${fault}, ${sign}]\n`)
    await startProxy(directory, '--upstream', upstream, ...own(), '--scenario', 'faults.yaml')
    const socketPath = join(directory, 'proxy.sock')
    const version = '/version'
    expect(await ask(socketPath, version)).toEqual(await ask(join(directory, 'engine.sock'), version))
    await vi.waitFor(
      async () => expect((await open(socketPath, '/containers/json')).resume().statusCode).toBe(418),
      WAIT,
    )
    await expect(ask(socketPath, `${LOG}&follow=1`)).rejects.toThrow(/aborted/)
  })

  test('is not taken for another: who cannot prove itself is told as 502', async () => {
    const { directory } = await room()
    const other = ['--tls-ca', file('other-ca'), '--tls-cert', file('cert'), '--tls-key', file('key')]
    await startProxy(directory, '--upstream', await secured(directory), ...other)
    const response = await open(join(directory, 'proxy.sock'), '/_ping')
    expect(response.statusCode).toBe(502)
    expect(await text(response)).toMatch(/Cannot reach the engine at tcp:.*(certificate|self-signed)/)
  })

  test('is reached as the command docker reaches it: by DOCKER_TLS_VERIFY and DOCKER_CERT_PATH', async () => {
    const { directory } = await room()
    vi.stubEnv('DOCKER_TLS_VERIFY', '1')
    vi.stubEnv('DOCKER_CERT_PATH', certificates.directory)
    onTestFinished(() => void vi.unstubAllEnvs())
    await startProxy(directory, '--upstream', await secured(directory))
    expect((await open(join(directory, 'proxy.sock'), '/_ping')).resume().statusCode).toBe(200)
    vi.stubEnv('DOCKER_CERT_PATH', directory)
    const { status, said } = await ended(
      watertight(directory, 'proxy', '--listen', 'tcp://127.0.0.1:0', '--upstream', 'tcp://127.0.0.1:1'),
    )
    expect([status, said]).toEqual([
      2,
      expect.stringMatching(
        /^Cannot use .*\/ca\.pem for TLS to the engine: there is no such file; DOCKER_CERT_PATH/,
      ),
    ])
  })

  test('need not prove itself with --no-tls-verify', async () => {
    const { directory } = await room()
    const files = ['--tls-cert', file('cert'), '--tls-key', file('key')]
    await startProxy(directory, '--upstream', await secured(directory), '--no-tls-verify', ...files)
    expect((await open(join(directory, 'proxy.sock'), '/_ping')).resume().statusCode).toBe(200)
  })
})

describe('clients that speak TLS', () => {
  let certificates: Certificates
  beforeAll(async () => void (certificates = await makeCertificates()))
  afterAll(() => certificates[Symbol.asyncDispose]())
  const pem = async (name: string): Promise<Buffer> => await readFile(certificates.path(name))
  const shown = (): string[] => [
    '--listen-cert',
    certificates.path('server'),
    '--listen-key',
    certificates.path('server-key'),
  ]

  async function secureProxy(
    directory: string,
    ...args: string[]
  ): Promise<{ child: ChildProcess; port: number }> {
    const upstream = `unix://${directory}/engine.sock`
    const listen = ['--listen', 'tcp://127.0.0.1:0', ...shown(), ...args]
    const child = watertight(directory, 'proxy', '--upstream', upstream, ...listen)
    const said = String((await once(child.stdout!, 'data'))[0])
    return { child, port: Number(/^listening on tcp:\/\/127\.0\.0\.1:(\d+)\n$/.exec(said)![1]) }
  }

  test('get what passes byte for byte, and faults; a signal ends it while one has not agreed yet', async () => {
    const { directory } = await room()
    await writeFile(
      join(directory, 'faults.yaml'),
      'timeline: [{at: 0s, do: half-frame-reset, container: web, after_bytes: 4, follow: true}]\n',
    )
    const { child, port } = await secureProxy(directory, '--scenario', 'faults.yaml')
    const ca = await pem('ca')
    expect((await askTls(port, LOG, { ca })).equals(await ask(join(directory, 'engine.sock'), LOG))).toBe(
      true,
    )
    await expect(askTls(port, `${LOG}&follow=1`, { ca })).rejects.toThrow(/aborted/)
    await expect(askTls(port, LOG, { ca: await pem('other-ca') })).rejects.toThrow(/certificate|self-signed/)
    const silent = connect(port, '127.0.0.1').on('error', () => undefined)
    await once(silent, 'connect')
    child.kill('SIGTERM')
    expect(await ended(child)).toEqual({ status: 0, said: '' })
  })

  test('must show a certificate where an authority is given', async () => {
    const { directory } = await room()
    const { port } = await secureProxy(directory, '--listen-ca', certificates.path('ca'))
    const [ca, cert, key] = await Promise.all(['ca', 'cert', 'key'].map(pem))
    await expect(askTls(port, '/_ping', { ca })).rejects.toThrow(
      /certificate required|ECONNRESET|socket hang up/,
    )
    expect(String(await askTls(port, '/_ping', { ca, cert, key }))).toBe('OK')
  })
})

describe('what is wrong is said in a sentence, with status 2:', () => {
  test.each([
    [
      ['--listen', 'tcp://0.0.0.0:1'],
      'Cannot listen on tcp://0.0.0.0:1: allowed are unix:///path and tcp://127.0.0.1:port',
    ],
    [[], 'Cannot listen: give --listen'],
    [['--listen', 'unix:///nowhere/p.sock'], 'Cannot listen on unix:///nowhere/p.sock: '],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--upstream', 'docker'],
      '"docker" is no address of an engine; allowed: unix:///path, tcp://host:port',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--scenario', 'wrong.yaml'],
      'wrong.yaml:1: containers: a real engine has its own; allowed: none',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--scenario', 'foreign.yaml'],
      'event-lost is a fault of the engine, which is not simulated here',
    ],
    [['--listen', 'tcp://127.0.0.1:0', '--record', 'wrong.yaml'], 'Cannot record to wrong.yaml: EEXIST'],
    [['--listen', 'tcp://127.0.0.1:0', '--tls-cert', 'a.pem'], '--tls-cert and --tls-key come together'],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--upstream', 'tcp://127.0.0.1:1', '--tls-ca', 'absent.pem'],
      'Cannot use absent.pem for TLS to the engine: there is no such file; the command line names the files',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--listen-key', 'a.pem'],
      '--listen-cert and --listen-key come together',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--listen-ca', 'a.pem'],
      '--listen-ca needs --listen-cert and --listen-key',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--upstream', 'unix:///engine.sock', '--no-tls-verify'],
      '"unix:///engine.sock" is no address of an engine that speaks TLS; allowed: tcp://host:port',
    ],
  ])('proxy %j', async (args, sentence) => {
    const { directory } = await room()
    await writeFile(join(directory, 'wrong.yaml'), 'containers: [{name: web}]\n')
    await writeFile(join(directory, 'foreign.yaml'), 'timeline: [{at: 0s, do: event-lost}]\n')
    const { status, said } = await ended(watertight(directory, 'proxy', ...args))
    expect(said).toContain(sentence)
    expect(said.split('\n')).toHaveLength(2)
    expect(status).toBe(2)
  })
})

test('a recording gives the same bytes again, without the engine, faults and times included', async () => {
  const { directory, daemon } = await room()
  await writeFile(
    join(directory, 'faults.yaml'),
    'timeline: [{at: 0s, do: slow-drip, bytes: 9000, every: 300ms, streams: all}]\n',
  )
  const recording = await startProxy(directory, '--record', 'recording.jsonl', '--scenario', 'faults.yaml')
  const live = join(directory, 'proxy.sock')
  const paths = ['/version', '/containers/json', '/containers/web/json', LOG, `${LOG}&tail=3`]
  const recorded: Buffer[] = []
  for (const path of paths) recorded.push(await ask(live, path))
  const followed = await open(live, `${LOG}&follow=1&tail=1`)
  daemon.engine.container('web').write('stdout', 'the last\n')
  await once(followed, 'data')
  daemon.engine.exit('web')
  await once(followed.resume(), 'end')
  recording.kill('SIGTERM')
  expect(await ended(recording)).toEqual({ status: 0, said: '' })
  await daemon[Symbol.asyncDispose]()

  expect(statSync(join(directory, 'recording.jsonl')).mode & 0o777).toBe(0o600)
  const replaying = watertight(directory, 'dockerd', '--replay', 'recording.jsonl', '--socket', 'replay.sock')
  await once(replaying.stdout!, 'data')
  const replay = join(directory, 'replay.sock')
  const began = performance.now()
  for (const [index, path] of paths.entries())
    expect((await ask(replay, path)).equals(recorded[index]!)).toBe(true)
  // 500 lines of 45 bytes and more, 9000 each 300 ms.
  expect(performance.now() - began).toBeGreaterThan(500)
  // A cursor that asks for more lines than it did gets what it got.
  expect(String(await ask(replay, `${LOG}&follow=1&tail=300`))).toContain('the last')
  expect(await text(await open(replay, '/images/json'))).toContain('Not in the recording: GET /images/json')
})

test.each([
  [
    'cut off',
    (whole: string) => whole.slice(0, -20),
    /line \d+ is no JSON: it was damaged, or cut off there/,
  ],
  ['empty', () => '', /it is empty/],
  ['another file', () => '{"name":"watertight"}\n', /line 1 does not begin a recording/],
  [
    'of a later version',
    (whole: string) => whole.replace('"version":1', '"version":2'),
    /line 1 says version 2; allowed: 1/,
  ],
  [
    'without its second line',
    (whole: string) => whole.replace(/\n[^\n]*/, ''),
    /line 2 is about exchange 1, which has not begun/,
  ],
  [
    'with a key too many',
    (whole: string) => whole.replace('"connection"', '"x":1,"connection"'),
    /line 2 is none of/,
  ],
])('a recording that is %s is refused, with the line', async (_what, damage, sentence) => {
  const { directory } = await room()
  const recording = await startProxy(directory, '--record', 'recording.jsonl')
  await ask(join(directory, 'proxy.sock'), '/version')
  recording.kill('SIGTERM')
  await ended(recording)
  const file = join(directory, 'recording.jsonl')
  await writeFile(file, damage(await readFile(file, 'utf8')))
  const { status, said } = await ended(
    watertight(directory, 'dockerd', '--replay', 'recording.jsonl', '--socket', 's'),
  )
  expect(said).toMatch(sentence)
  expect(said).toMatch(/^Cannot replay recording\.jsonl: /)
  expect(status).toBe(2)
})

test('1,000 followers connected and cut leave nothing behind, in the proxy or in the engine', async () => {
  const { directory, daemon } = await room()
  const proxy = await startProxy(directory)
  const socketPath = join(directory, 'proxy.sock')
  const descriptors = (): number => readdirSync(`/proc/${proxy.pid}/fd`).length
  const { wires } = daemon.engine.container('web')
  await ask(socketPath, LOG)
  const before = descriptors()
  const followers: IncomingMessage[] = []
  while (followers.length < 1000) {
    const some = Array.from({ length: 50 }, () => open(socketPath, `${LOG}&follow=1&tail=1`))
    followers.push(...(await Promise.all(some)))
  }
  expect(wires.size).toBe(1000)
  // One for the client and one for the engine; the connection before them may have been closing.
  expect(descriptors()).toBeGreaterThanOrEqual(before + 1990)
  for (const follower of followers) follower.destroy()
  await vi.waitFor(() => {
    expect(wires.size).toBe(0)
    expect(descriptors()).toBeLessThanOrEqual(before)
  }, WAIT)
})

const WAIT = { timeout: 60_000, interval: 50 }
