import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** `nats-server` with JetStream as a process, on a port of this machine alone, with a storage that outlives its runs. */
export class NatsServer implements AsyncDisposable {
  readonly port: number
  readonly #directory: string
  readonly #args: readonly string[]
  #child: ChildProcess | null = null

  private constructor(port: number, directory: string, args: readonly string[]) {
    this.port = port
    this.#directory = directory
    this.#args = args
  }

  /** @param args of nats-server, beside port and storage */
  static async start(args: readonly string[] = []): Promise<NatsServer> {
    const directory = await mkdtemp(path.join(tmpdir(), 'watertight-nats-'))
    const server = new NatsServer(await freePort(), directory, args)
    await server.run()
    return server
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`
  }

  /** Starts it, on what the run before has left, and waits until it answers. */
  async run(): Promise<void> {
    const own = ['--js', '--store_dir', this.#directory, '--addr', '127.0.0.1', '--port', String(this.port)]
    this.#child = spawn('nats-server', [...own, ...this.#args], { stdio: 'ignore' })
    const deadline = performance.now() + READY_MS
    // eslint-disable-next-line no-await-in-loop -- until it answers
    while (!(await answers(this.port))) {
      if (performance.now() > deadline) throw new Error(`nats-server does not answer on port ${this.port}`)
      // eslint-disable-next-line no-await-in-loop
      await sleep(20)
    }
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.#directory, { recursive: true, force: true })
  }
}

/** A server sends a line as soon as it is connected to. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'data', { signal: AbortSignal.timeout(1000) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port')
  return address.port
}

const READY_MS = 20_000
