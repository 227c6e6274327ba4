import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textIn } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startDockerApi, type DockerApi } from './adapters/engine/http-docker-engine.test-helper.ts'

const CLI = join(import.meta.dirname, '..', 'cli.ts')
const ID = '0123456789abcdef'.repeat(4)
const STAMP = '2026-11-21T01:17:37.000000000Z'

let directory: string
let processes: Program[]

beforeEach(async () => {
  const own = await mkdtemp(join(tmpdir(), 'collect-'))
  const started: Program[] = []
  directory = own
  processes = started
  onTestFinished(async () => {
    for (const program of started) program.child.kill('SIGKILL')
    await Promise.all(started.map((program) => program.exited))
    await rm(own, { recursive: true })
  })
})

interface Program {
  readonly child: ChildProcess
  /** The exit status. */
  readonly exited: Promise<number | null>
  errors(): string
}

function watertight(...args: string[]): Program {
  return start([process.execPath, CLI, ...args], {})
}

function start(
  [program = '', ...args]: readonly string[],
  { cwd, env }: { cwd?: string; env?: Readonly<Record<string, string>> },
): Program {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const exited = once(child, 'close').then(() => child.exitCode)
  const started = { child, exited, errors: () => errors }
  processes.push(started)
  return started
}

async function collect(yaml: string): Promise<Program> {
  const file = join(directory, 'collector.yaml')
  await writeFile(file, `state_dir: ${directory}/state\n${yaml}`)
  return watertight('collect', '--config', file)
}

/** Listens on no fixed port; its files go to the test's directory. */
function settings(host: string, sinks: string, api = 'enabled: false', files = true): string {
  return `
container_monitor: {socket_path: "${host}", reconnect_interval: 100ms}
sinks: {local_file: {enabled: ${files}, directory: ${directory}/logs}, ${sinks}}
metrics: {enabled: false}
api: {${api}}
`
}

/** An engine with one container, whose log is `lines` and then silence. */
async function engineWith(lines: readonly string[]): Promise<DockerApi> {
  const api = await startDockerApi((request, response) => answer(request.url ?? '', response, lines))
  onTestFinished(() => api[Symbol.asyncDispose]())
  return api
}

function answer(url: string, response: ServerResponse, lines: readonly string[]): void {
  const LogConfig = { Type: 'json-file' }
  if (url.includes('/events')) response.flushHeaders()
  else if (url.includes('/containers/json'))
    response.end(JSON.stringify([{ Id: ID, Names: ['/web'], Labels: {}, State: 'running' }]))
  else if (url.includes('/logs')) response.write(Buffer.concat(lines.map(frame)))
  else
    response.end(
      JSON.stringify({
        Id: ID,
        Name: '/web',
        State: { Running: true },
        Config: { Tty: false },
        HostConfig: { LogConfig },
      }),
    )
}

function frame(line: string): Buffer {
  const data = Buffer.from(`${STAMP} ${line}\n`)
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(data.length, 4)
  return Buffer.concat([header, data])
}

async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 2000 && !(await condition()); turn++) await delay(20)
  expect(await condition()).toBe(true)
}

/** What a program that ends well prints. */
async function outputOf(program: Program): Promise<string> {
  const [output, status] = await Promise.all([textIn(program.child.stdout!), program.exited])
  expect(status, program.errors()).toBe(0)
  return output
}

function runs(program: Program): Promise<void> {
  return eventually(() => program.errors().includes('The collector runs'))
}

const LOG = `logs/web-${ID.slice(0, 12)}.log`

describe('a signal', () => {
  test('SIGHUP has a file that was renamed made again at once, for what comes then', async () => {
    const more = Promise.withResolvers<ServerResponse>()
    const api = await startDockerApi((request, response) => {
      answer(request.url ?? '', response, ['one'])
      if (request.url?.includes('/logs') === true) more.resolve(response)
    })
    onTestFinished(() => api[Symbol.asyncDispose]())
    const program = await collect(settings(api.host, 'stdout: {enabled: false}'))
    const path = join(directory, LOG)
    await eventually(async () => (await textOf(path)) === 'one\n')
    await rename(path, `${path}-moved`)
    program.child.kill('SIGHUP')
    await eventually(() => program.errors().includes('Files are opened anew'))
    expect(await readFile(path, 'utf8')).toBe('')
    ;(await more.promise).write(frame('two'))
    await eventually(async () => (await textOf(path)) === 'two\n')
    expect(await textOf(`${path}-moved`)).toBe('one\n')
    program.child.kill('SIGTERM')
    expect(await program.exited).toBe(0)
  })

  test('SIGHUP has other settings taken up, and a file that is wrong refused with its line', async () => {
    const api = await engineWith(['one'])
    const program = await collect(settings(api.host, 'stdout: {enabled: false}'))
    let output = ''
    program.child.stdout!.on('data', (bytes: Buffer) => (output += bytes.toString()))
    await runs(program)
    const file = join(directory, 'collector.yaml')
    const state = `state_dir: ${directory}/state\n`
    await writeFile(file, `${state}dispatcher: {worker: 3}\n`)
    program.child.kill('SIGHUP')
    await eventually(() => program.errors().includes('the one before is kept'))
    expect(program.errors()).toContain('collector.yaml:2: unknown key dispatcher.worker')
    const next = settings(api.host, 'stdout: {enabled: false}')
      .replace('reconnect_interval: 100ms', 'reconnect_interval: 100ms, filters: {exclude_names: [web]}')
      .concat('log_level: debug\n')
    await writeFile(file, `${state}${next}`)
    program.child.kill('SIGHUP')
    await eventually(() => program.errors().includes('"result":"applied"'))
    // The only container is left: nobody reads its log any more.
    await eventually(async () => (await api.connections()) <= 2)
    program.child.kill('SIGTERM')
    expect(await program.exited).toBe(0)
    expect(output).toBe('')
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s drains and exits 0, with every line in the file',
    async (signal) => {
      const api = await engineWith(['one', 'two'])
      const program = await collect(settings(api.host, 'stdout: {enabled: false}'))
      const path = join(directory, LOG)
      await eventually(async () => (await readFile(path, 'utf8').catch(() => '')) === 'one\ntwo\n')
      program.child.kill(signal)
      expect(await program.exited).toBe(0)
      expect(program.errors()).toContain('The collector stopped')
      await eventually(async () => (await api.connections()) === 0)
    },
  )

  test('after a drain that missed its deadline the exit is 1, and what did not end is named', async () => {
    const program = await blockedCollector({ files: false })
    program.child.kill('SIGTERM')
    expect(await program.exited).toBe(1)
    expect(program.errors()).toMatch(/The collector stopped, but not all of it: queue/)
  })

  test('with several sinks what one of them did not take stays in the spool, and the exit is 0', async () => {
    const program = await blockedCollector({ files: true })
    program.child.kill('SIGTERM')
    expect(await program.exited).toBe(0)
  })

  test('a second one ends the drain at once, with the signal as status', async () => {
    const program = await blockedCollector({ files: false })
    program.child.kill('SIGTERM')
    await eventually(() => program.errors().includes('Asked to stop'))
    program.child.kill('SIGTERM')
    expect(await program.exited).toBe(143)
  })
})

test('with the engine away it runs, its health is degraded, and it ends when asked', async () => {
  const port = await freePort()
  const program = await collect(
    settings('unix:///nonexistent/docker.sock', 'stdout: {enabled: false}', `listen: "127.0.0.1:${port}"`),
  )
  await runs(program)
  await eventually(async () => (await health(port)).includes('no such socket'))
  expect(await health(port)).toMatch(/^503 \{"status":"degraded"/)
  program.child.kill('SIGTERM')
  expect(await program.exited).toBe(0)
})

async function health(port: number): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${port}/health`)
  return `${reply.status} ${await reply.text()}`
}

describe('a configuration', () => {
  test('is checked with --check, and nothing is started', async () => {
    const file = join(directory, 'collector.yaml')
    await writeFile(file, 'dispatcher: {workers: "${WORKERS:-0}"}\n')
    const check = [process.execPath, CLI, 'collect', '--config', file, '--check']
    const good = start(check, { env: { WORKERS: '3' } })
    expect(await outputOf(good)).toBe(`${file}: the configuration can be used\n`)
    const bad = start(check, {})
    expect(await bad.exited).toBe(2)
    expect(bad.errors()).toBe(
      `${file}:1: dispatcher.workers: 0 is not allowed; allowed: a whole number from 1 to 64\n`,
    )
  })

  test('is printed with --print, complete and without its secrets', async () => {
    const file = join(directory, 'collector.yaml')
    await writeFile(file, 'sinks: {loki: {bearer_token: "${TOKEN}", tenant: a}}\n')
    const program = start([process.execPath, CLI, 'collect', '--config', file, '--print'], {
      env: { TOKEN: 'sesame' },
    })
    const output = await outputOf(program)
    expect(output).toMatch(/^state_dir: .*$/m)
    expect(output).toMatch(/^ {4}tenant: a$/m)
    expect(output).toMatch(/^ {4}bearer_token: \(hidden\)$/m)
    expect(output).not.toContain('sesame')
  })
})

describe('wrong usage exits 2 with one sentence', () => {
  test('a second collector on the same state', async () => {
    const first = await collect(settings('unix:///nonexistent/docker.sock', ''))
    await runs(first)
    const second = await collect(settings('unix:///nonexistent/docker.sock', ''))
    expect(await second.exited).toBe(2)
    expect(second.errors()).toBe(
      `Cannot use state_dir ${directory}/state: the collector with pid ${first.child.pid} on ${hostname()} is running in it\n`,
    )
  })

  test('a collector after one that was killed with -9 just starts', async () => {
    const first = await collect(settings('unix:///nonexistent/docker.sock', ''))
    await runs(first)
    first.child.kill('SIGKILL')
    await first.exited
    const second = await collect(settings('unix:///nonexistent/docker.sock', ''))
    await runs(second)
    second.child.kill('SIGTERM')
    expect(await second.exited).toBe(0)
  })

  test('whatever is wrong with a file, a value or the environment', async () => {
    await mkdir(join(directory, 'spoilt'))
    await writeFile(join(directory, 'spoilt', 'positions.json'), '{"schema": 1, "sources": [{"id"')
    const engine = { DOCKER_HOST: 'tcp://127.0.0.1:9' }
    const off = 'metrics: {enabled: false}\napi: {enabled: false}\n'
    const cases: [yaml: string, env: Record<string, string>, sentence: RegExp][] = [
      [off, { DOCKER_HOST: 'ssh://me@host' }, /^DOCKER_HOST: "ssh:\/\/me@host" is not allowed; allowed: /],
      [
        off,
        { ...engine, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/none' },
        /^Cannot use \/none\/ca.pem for TLS to the engine: there is no such file; /,
      ],
      [`${off}state_dir: /dev/null/x`, {}, /^Cannot use state_dir \/dev\/null\/x: ENOTDIR/],
      [
        `${off}state_dir: ${directory}/spoilt`,
        {},
        /positions.json: the file is not JSON, or not all of it; put back a good copy/,
      ],
      [
        'sinks: {local_file: {max_open_files: 100000}}',
        {},
        /^Cannot have \d+ files and sockets open, this process may have 4096: /,
      ],
      ['state_dir: *nothing', {}, /^Cannot read .*: Unresolved alias/],
    ]
    await Promise.all(
      cases.map(async ([yaml, env, sentence], index) => {
        const file = join(directory, `${index}.yaml`)
        await writeFile(file, yaml)
        // The hard limit, because Node raises the soft one to it.
        const limited = ['sh', '-c', 'ulimit -n 4096 && exec "$0" "$@"', process.execPath, CLI]
        const program = start([...limited, 'collect', '--config', file], { cwd: directory, env })
        expect(await program.exited, program.errors()).toBe(2)
        const [last = ''] = program.errors().trimEnd().split('\n').slice(-1)
        expect(last).toMatch(sentence)
        expect(program.errors()).not.toMatch(/^ +at /m)
      }),
    )
  })

  test('an address in use', async () => {
    const api = await engineWith([])
    const { port: taken, server } = await listenSomewhere()
    onTestFinished(() => void server.close())
    const program = await collect(settings(api.host, '', `listen: "127.0.0.1:${taken}"`))
    expect(await program.exited).toBe(2)
    expect(program.errors()).toContain(`Cannot listen on 127.0.0.1:${taken}: another process listens there\n`)
  })

  test('a value that is not allowed', async () => {
    const program = await collect('dispatcher: {workers: none}\n')
    expect(await program.exited).toBe(2)
    expect(program.errors()).toBe(
      `${directory}/collector.yaml:2: dispatcher.workers: "none" is not allowed; allowed: a whole number from 1 to 64\n`,
    )
  })

  test('a file that is not there, an unknown option, an unknown verb', async () => {
    const programs = [
      watertight('collect', '--config', '/nonexistent.yaml'),
      watertight('collect', '--nonsense'),
      watertight('nonsense'),
    ]
    expect(await Promise.all(programs.map((program) => program.exited))).toEqual([2, 2, 2])
    expect(programs.map((program) => program.errors().trim().split('\n').length)).toEqual([1, 1, 1])
  })
})

async function listenSomewhere(): Promise<{ port: number; server: Server }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

async function freePort(): Promise<number> {
  const { port, server } = await listenSomewhere()
  server.close()
  return port
}

/** Nobody reads its standard output, so its queue can never be written out. */
async function blockedCollector({ files }: { files: boolean }): Promise<Program> {
  const api = await engineWith(Array.from({ length: 3000 }, (_, n) => `${n}`.padEnd(1000, '.')))
  const program = await collect(settings(api.host, 'stdout: {enabled: true}', 'enabled: false', files))
  await eventually(() => (program.child.stdout?.readableLength ?? 0) > 0)
  return program
}

/** Of a file; nothing where there is none. */
function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}
