import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  unwatchFile,
  watch,
  watchFile,
} from 'node:fs'
import { open as openFile, opendir } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { BroadcastChannel, MessageChannel, Worker } from 'node:worker_threads'
import { createGzip } from 'node:zlib'
import { findLeaks } from '../../simulators/leaks/find-leaks.ts'
import type { LeakKind } from '../../simulators/leaks/leak.ts'

/** One way to leave something open. */
interface SeededLeak {
  /** What it is to be found as. */
  readonly kind: LeakKind
  /** Opens it, and gives what closes it. */
  readonly open: () => Closer | Promise<Closer>
}
type Closer = () => unknown

/**
 * A program that leaks in one way, named by its argument, and does not know of Vitest: a block that closes what it opened is watched first, then one that does
 * not. It prints {@link SeededFindings} as JSON.
 */
export const SEEDED_LEAKS: Readonly<Record<string, SeededLeak>> = {
  'a descriptor of openSync': leak('descriptor', () => {
    const descriptor = openSync(FILE, 'r')
    return () => closeSync(descriptor)
  }),
  'a file handle': leak('descriptor', async () => {
    const handle = await openFile(FILE)
    return () => handle.close()
  }),
  'a file handle that only the garbage collector closes (DEP0137)': leak('descriptor', async () => {
    let handle: Awaited<ReturnType<typeof openFile>> | undefined = await openFile(FILE)
    const weak = new WeakRef(handle)
    handle = undefined
    return () => weak.deref()?.close()
  }),
  'a directory': leak('descriptor', async () => {
    const directory = await opendir(import.meta.dirname)
    return () => directory.close()
  }),
  'a read stream of a file': leak('descriptor', async () => {
    const stream = createReadStream(FILE)
    await once(stream, 'open')
    return async () => void (await once(stream.destroy(), 'close'))
  }),
  'a write stream of a file': leak('descriptor', async () => {
    const stream = createWriteStream('/dev/null')
    await once(stream, 'open')
    return async () => void (await once(stream.destroy(), 'close'))
  }),
  'a server': leak('server', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return async () => void (await once(server.close(), 'close'))
  }),
  'a connection': leak('socket', async () => {
    const socket = net.connect(served.port, '127.0.0.1')
    await once(socket, 'connect')
    return async () => void (await once(socket.destroy(), 'close'))
  }),
  'a request that is not answered': leak('socket', async () => {
    const request = http.get({ port: served.port, host: '127.0.0.1', path: '/silent', agent: false })
    request.on('error', noop)
    await once(request, 'finish')
    return () => closed(request.destroy())
  }),
  'a response whose body is not read': leak('socket', async () => {
    const request = http.get({ port: served.port, host: '127.0.0.1', path: '/endless', agent: false })
    const [response] = await once(request, 'response')
    request.on('error', noop)
    return () => {
      response.destroy()
      return closed(request)
    }
  }),
  'a datagram socket': leak('socket', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return async () => void (await once(socket.close(), 'close'))
  }),
  'a child process': leak('child-process', async () => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
    await once(child, 'spawn')
    return async () => {
      child.kill()
      await once(child, 'exit')
    }
  }),
  'a worker': leak('worker', async () => {
    const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true })
    await once(worker, 'online')
    return () => worker.terminate()
  }),
  'a message channel': leak('message-port', () => {
    const { port1, port2 } = new MessageChannel()
    // A channel of which one end is garbage closes by itself.
    held.push(port2)
    port1.on('message', noop)
    return async () => {
      port1.close()
      await once(port1, 'close')
    }
  }),
  'a broadcast channel': leak('message-port', () => {
    const channel = new BroadcastChannel('leaks')
    return () => channel.close()
  }),
  'a watched directory': leak('watcher', () => {
    const watcher = watch(import.meta.dirname)
    return () => watcher.close()
  }),
  'a watched file': leak('watcher', () => {
    watchFile(FILE, noop)
    return () => unwatchFile(FILE, noop)
  }),
  'a timeout': leak('timer', () => {
    const timer = setTimeout(noop, 60_000)
    return () => clearTimeout(timer)
  }),
  'an interval that keeps no process alive': leak('timer', () => {
    const timer = setInterval(noop, 60_000).unref()
    return () => clearInterval(timer)
  }),
  'a sleep that nobody can end': leak('timer', () => {
    const stop = new AbortController()
    const sleeping = delay(60_000, null, { signal: stop.signal }).catch(noop)
    return () => {
      stop.abort()
      return sleeping
    }
  }),
  'a listener on an emitter that lives longer': leak('listener', () => {
    emitter.on('data', noop)
    return () => emitter.off('data', noop)
  }),
  'a listener on a signal that lives longer': leak('listener', () => {
    signal.addEventListener('abort', noop)
    return () => signal.removeEventListener('abort', noop)
  }),
  'a stream that is neither ended nor destroyed': leak('stream', () => {
    const streams = [new PassThrough(), createGzip()]
    held.push(...streams)
    return () => streams.forEach((stream) => stream.destroy())
  }),
  'a function that waits for ever': leak('task', () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held.push(resolve)
    const waiting = waitFor(promise)
    return () => {
      resolve()
      return waiting
    }
  }),
}

/** What the program prints. */
export interface SeededFindings {
  /** Kinds and places found in the block that closed everything. */
  readonly invented: readonly FoundPlace[]
  /** In the one that did not. */
  readonly found: readonly FoundPlace[]
}

interface FoundPlace {
  readonly kind: LeakKind
  readonly openedAt: string | null
}

function leak(kind: LeakKind, open: SeededLeak['open']): SeededLeak {
  return { kind, open }
}

/** Unlike `once` of Node's, whatever error comes before. */
function closed(request: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => request.once('close', resolve))
}

async function waitFor(promise: Promise<void>): Promise<void> {
  await promise
}

function noop(): void {
  // Does nothing when it is called.
}

async function placesOf(block: () => unknown): Promise<FoundPlace[]> {
  const { leaks } = await findLeaks(block, { settleMs: 500 })
  return leaks.map(({ kind, openedAt }) => ({ kind, openedAt }))
}

const FILE = import.meta.filename
const emitter = new EventEmitter()
const { signal } = new AbortController()
/** What somebody still holds. */
const held: unknown[] = []
const served = { port: 0 }

async function main({ open: openIt }: SeededLeak): Promise<void> {
  const server = http.createServer((request, response) => {
    if (request.url === '/endless') response.write('the first of many')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  served.port = typeof address === 'object' && address !== null ? address.port : 0
  const invented = await placesOf(async () => {
    const close = await openIt()
    await close()
  })
  const found = await placesOf(async () => void (await openIt()))
  process.stdout.write(JSON.stringify({ invented, found } satisfies SeededFindings), () => process.exit(0))
}

const [wanted] = process.argv.slice(2)
if (import.meta.main && wanted !== undefined) await main(SEEDED_LEAKS[wanted]!)
