import { spawn } from 'node:child_process'
import { lookup, Resolver } from 'node:dns/promises'
import { EventEmitter, once } from 'node:events'
import { closeSync, createReadStream, existsSync, openSync, watch } from 'node:fs'
import { mkdir, mkdtemp, open, opendir, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { eventually, socketOf, startDaemon } from '../daemon/daemon.test-helper.ts'
import { findLeaks } from './find-leaks.ts'
import type { LeakOptions } from './leak-options.ts'
import { listenHttp, listenSilently, portOf } from './loopback.test-helper.ts'

const FILE = import.meta.filename
const emitter = new EventEmitter()
const { signal } = new AbortController()

/** The settling time bounds only what fails: what leaves nothing open is done at once. */
async function leavesNothing(block: () => unknown, options?: LeakOptions): Promise<void> {
  const report = await findLeaks(block, { settleMs: 2000, ...options })
  expect(report.text).toBe('Nothing was left open.')
}

test('a block that does nothing, at once', async () => {
  await leavesNothing(() => {}, { settleMs: 60_000 })
})

test('files that are closed, opened in every way', async () => {
  await leavesNothing(async () => {
    closeSync(openSync(FILE, 'r'))
    await readFile(FILE)
    await using handle = await open(FILE)
    await handle.stat()
    for await (const { name } of await opendir(import.meta.dirname)) expect(name).not.toBe('')
    for await (const chunk of createReadStream(FILE)) expect(chunk).not.toHaveLength(0)
  })
})

test('a file that is closed and opened again, under whatever number', async () => {
  const files = [openSync(FILE, 'r')]
  onTestFinished(() => files.forEach((file) => closeSync(file)))
  await leavesNothing(() => {
    const another = openSync('/dev/null', 'r')
    closeSync(files.pop()!)
    closeSync(another)
    files.push(openSync(FILE, 'r'))
  })
})

test('lookups of host names, with and without a resolver of its own', async () => {
  await leavesNothing(async () => {
    await lookup('localhost')
    const resolver = new Resolver({ timeout: 50, tries: 1 })
    resolver.setServers(['127.0.0.1:9'])
    await resolver.resolve4('nobody.invalid').catch(() => {})
  })
})

test('fetch, which keeps the connection for a while', async () => {
  const url = `http://127.0.0.1:${await listenHttp((_, response) => response.end('hello'))}/`
  await leavesNothing(async () => {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]) })
    await response.text()
  })
})

test('an agent of its own that keeps the connection, which is reported if it is asked for', async () => {
  const port = await listenHttp((_, response) => response.end('hello'))
  const agent = new http.Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const useAgent = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<http.IncomingMessage>()
    http.get({ port, agent }, resolve)
    await finished((await promise).resume())
  }
  await leavesNothing(async () => {
    await useAgent()
    await useAgent()
  })
  agent.destroy()
  const { leaks } = await findLeaks(useAgent, { idleConnections: 'report', settleMs: 50 })
  expect(leaks).toMatchObject([{ kind: 'socket', what: expect.stringContaining('connection to localhost:') }])
})

test("an unref'd interval, if such are to be ignored", async () => {
  let timer: NodeJS.Timeout | undefined
  onTestFinished(() => clearInterval(timer))
  await leavesNothing(() => (timer = setInterval(() => {}, 1000).unref()), { unrefTimers: 'ignore' })
})

test('timers that fire soon, and deadlines that nobody holds', async () => {
  await leavesNothing(() => {
    setTimeout(() => {}, 30)
    setImmediate(() => {})
    AbortSignal.timeout(60_000)
  })
})

test('a server and its clients, closed', async () => {
  await leavesNothing(async () => {
    const server = http.createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(await (await fetch(`http://127.0.0.1:${portOf(server)}`)).text()).toBe('hello')
    server.closeAllConnections()
    server.close()
  })
})

test('connections that are closing when the block is over', async () => {
  const port = await listenSilently()
  await leavesNothing(async () => {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.end()
  })
})

test('a child process and a worker that end', async () => {
  await leavesNothing(async () => {
    const child = spawn(process.execPath, ['-e', 'console.log(1)'])
    const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true })
    child.stdout.resume()
    await Promise.all([once(child, 'close'), once(worker, 'online')])
    await worker.terminate()
  })
})

test('listeners that come and go', async () => {
  await leavesNothing(async () => {
    setTimeout(() => emitter.emit('ready'), 5)
    await once(emitter, 'ready', { signal })
    await delay(5, null, { signal })
    emitter.on('data', noop).off('data', noop)
    signal.addEventListener('abort', noop)
    signal.removeEventListener('abort', noop)
  })
})

test('listeners on what the block made and forgot', async () => {
  await leavesNothing(() => {
    new EventEmitter().on('data', noop)
    new AbortController().signal.addEventListener('abort', noop)
    new PassThrough().write('never read')
  })
})

test('streams that are over and ports that are closed, though something holds them', async () => {
  const held: unknown[] = []
  await leavesNothing(async () => {
    const ended = new PassThrough().resume()
    const { port1 } = new MessageChannel()
    port1.on('message', noop)
    port1.close()
    ended.end()
    await finished(ended)
    held.push(ended, new PassThrough().destroy(), Readable.from([]).destroy(), port1)
  })
  expect(held).toHaveLength(4)
})

test('what a library promises itself', async () => {
  const directory = path.join(await mkdtemp(path.join(tmpdir(), 'leaks-')), 'node_modules')
  onTestFinished(() => rm(path.dirname(directory), { recursive: true }))
  const library = path.join(directory, 'library.mjs')
  await mkdir(directory)
  await writeFile(
    library,
    'export const start = () => { setImmediate(() => (globalThis.kept = new Promise(() => {}))) }',
  )
  const { start }: { start: () => void } = await import(library)
  onTestFinished(() => void Reflect.deleteProperty(globalThis, 'kept'))
  await leavesNothing(start)
  await leavesNothing(() => start())
})

test('a socket made of a descriptor that was open before', async () => {
  const pipe = path.join(await mkdtemp(path.join(tmpdir(), 'leaks-')), 'pipe')
  onTestFinished(() => rm(path.dirname(pipe), { recursive: true }))
  await once(spawn('mkfifo', [pipe]), 'exit')
  const fd = openSync(pipe, 'r+')
  await leavesNothing(() => {
    const socket = new net.Socket({ fd })
    onTestFinished(() => void socket.destroy())
  })
})

test('a listener that an emitter of the block put on itself before it was one, as TLS sockets do', async () => {
  const held: EventEmitter = Object.create(EventEmitter.prototype)
  await leavesNothing(() => {
    held.on('close', noop)
    Reflect.apply(EventEmitter, held, [])
  })
  expect(held.listenerCount('close')).toBe(1)
})

test('promises and functions that wait for what nobody can settle any more', async () => {
  await leavesNothing(() => {
    void waitFor(new Promise(() => {}))
    void Promise.race([new Promise(() => {}), Promise.resolve()])
  })
})

test('a watcher that is closed', async () => {
  await leavesNothing(() => watch(tmpdir()).close())
})

test('a module that is loaded when it is first needed', async () => {
  await leavesNothing(async () => {
    const { gzipSync } = await import('node:zlib')
    await import('node:http2')
    expect(gzipSync('text').length).toBeGreaterThan(0)
  })
})

test('a simulated daemon that was there before, whatever it is ordered to do', async () => {
  const daemon = await startDaemon()
  await leavesNothing(async () => {
    daemon.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 1000 } })
    daemon.engine.goAway()
    daemon.engine.comeBack()
    await eventually(() => existsSync(socketOf(daemon)))
  })
})

test('what is opened once and kept on purpose, after a round to warm up, or over several rounds', async () => {
  let kept: number | undefined
  const block = (): void => void (kept ??= openSync(FILE, 'r'))
  onTestFinished(() => closeSync(kept!))
  await leavesNothing(block, { warmUpRounds: 1 })
  closeSync(kept!)
  kept = undefined
  await leavesNothing(block, { rounds: 2, settleMs: 50 })
})

test('what other code opens meanwhile, unless the whole process is asked about', async () => {
  let timer: NodeJS.Timeout | undefined
  onTestFinished(() => clearInterval(timer))
  const elsewhere = async (asked: Promise<void>): Promise<void> => {
    await asked
    clearInterval(timer)
    timer = setInterval(() => {}, 1000)
  }
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const opened = [elsewhere(first.promise), elsewhere(second.promise)]
  await leavesNothing(() => {
    first.resolve()
    return opened[0]
  })
  const block = (): unknown => {
    second.resolve()
    return opened[1]
  }
  const { leaks } = await findLeaks(block, { scope: 'process', settleMs: 50 })
  expect(leaks).toMatchObject([{ kind: 'timer', what: 'interval of 1000 ms' }])
})

async function waitFor(promise: Promise<unknown>): Promise<void> {
  await promise
}

function noop(): void {
  // Does nothing when it is called.
}
