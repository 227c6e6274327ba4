import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Pool } from 'undici'
import { EngineClient } from './engine-client.ts'

/** What docs/decisions/0002 rests on: the engine adapter's client beside undici, on one server, in one run, by turns. */

const BESIDE = 60
const OPENS = 300
const ROUNDS = 3
const LONG_BYTES = 64 * 2 ** 20
const { signal } = new AbortController()

/** What both clients are asked to do. */
interface Client {
  /** Opens a stream that stays silent; calling what it gives closes it. */
  open(): Promise<() => void>
  /** Reads a stream to its end; the number of bytes. */
  readAll(path: string): Promise<number>
  close(): Promise<void>
}

function own(socket: string): Client {
  const client = new EngineClient(`unix://${socket}`, null)
  return {
    open: async () => {
      const stream = await client.stream('open', '/silent', signal)
      return () => stream.destroy()
    },
    readAll: async (path) => {
      const stream = await client.stream('read', path, signal)
      let bytes = 0
      for (;;) {
        const piece = await stream.read({ signal })
        if (piece === null) return bytes
        bytes += piece.byteLength
      }
    },
    close: () => Promise.resolve(client.close()),
  }
}

function undici(socket: string): Client {
  const pool = new Pool('http://docker', { socketPath: socket, bodyTimeout: 0, headersTimeout: 0 })
  const get = async (path: string) => (await pool.request({ method: 'GET', path, signal })).body
  return {
    open: async () => {
      const body = await get('/silent')
      body.on('error', () => {})
      return () => void body.destroy()
    },
    // As the adapter reads: all that has come in one piece, because each piece costs who takes it.
    readAll: async (path) => {
      const body = await get(path)
      const ended = once(body, 'end')
      let bytes = 0
      for (;;) {
        const piece: unknown = body.read()
        if (piece instanceof Uint8Array) bytes += piece.byteLength
        else if (body.readableEnded) return bytes
        else await Promise.race([once(body, 'readable'), ended])
      }
    },
    close: () => pool.destroy(),
  }
}

interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

async function costOf(act: () => Promise<void>): Promise<Cost> {
  const [cpu, started] = [process.cpuUsage(), performance.now()]
  await act()
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000 }
}

/** The cheapest of several rounds of each, by turns, printed; the ratio of undici's CPU time to ours. Only what is broken fails: it is read by people. */
async function compare(what: string, unit: number, act: (client: Client) => Promise<void>): Promise<number> {
  const socket = await startServer()
  const clients = { own: own(socket), undici: undici(socket) }
  onTestFinished(async () => {
    await clients.own.close()
    await clients.undici.close()
  })
  const best: Record<string, Cost> = {}
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, client] of Object.entries(clients)) {
      const cost = await costOf(() => act(client))
      if (cost.cpuMs < (best[name]?.cpuMs ?? Infinity)) best[name] = cost
    }
  }
  for (const [name, { cpuMs, wallMs }] of Object.entries(best))
    console.log(`${what}, ${name}: ${(cpuMs / unit).toFixed(3)} ms of CPU, ${(wallMs / unit).toFixed(3)} ms`)
  return best['undici']!.cpuMs / best['own']!.cpuMs
}

test(`an open and a close beside ${BESIDE} streams`, async () => {
  const ratio = await compare('an open', OPENS, async (client) => {
    const beside = await Promise.all(Array.from({ length: BESIDE }, () => client.open()))
    for (let n = 0; n < OPENS; n++) (await client.open())()
    for (const close of beside) close()
  })
  expect(ratio).toBeGreaterThan(0.1)
}, 120_000)

test.each(['large', 'small'])(
  'a long stream in %s pieces',
  async (pieces) => {
    const ratio = await compare(`a MiB in ${pieces} pieces`, LONG_BYTES / 2 ** 20, async (client) => {
      expect(await client.readAll(`/${pieces}`)).toBe(LONG_BYTES)
    })
    expect(ratio).toBeGreaterThan(0.1)
  },
  120_000,
)

/** A server in a process of its own, so that the clients' work is measured alone. */
async function startServer(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'engine-client-'))
  const socket = join(directory, 'socket')
  const child = spawn(process.execPath, ['-e', SERVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    child.kill()
    await rm(directory, { recursive: true })
  })
  await once(child.stdout, 'data')
  return socket
}

const SERVER = `
  const pieces = { '/large': Buffer.alloc(64 * 1024), '/small': Buffer.alloc(1024) }
  require('node:http').createServer((request, response) => {
    const piece = pieces[request.url]
    if (piece === undefined) return response.flushHeaders()
    let left = ${LONG_BYTES}
    const push = () => {
      while (left > 0) {
        left -= piece.length
        if (!response.write(piece) && left > 0) return response.once('drain', push)
      }
      response.end()
    }
    push()
  }).listen(process.argv[1], () => console.log('listening'))`
