import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'

const CLI = join(import.meta.dirname, '../../cli.ts')
const KILLS = 5
const WAIT = { timeout: 60_000, interval: 20 }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A collector as a process of its own, which lines are pushed to. */
class Collector {
  readonly url: string
  readonly #directory: string
  #child: ChildProcess | null = null

  constructor(directory: string, port: number) {
    this.#directory = directory
    this.url = `http://127.0.0.1:${port}`
  }

  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [CLI, 'collect', '--config', join(this.#directory, 'collector.yaml')],
      {
        stdio: 'ignore',
      },
    )
    this.#child = child
    await vi.waitFor(async () => {
      if (child.exitCode !== null) throw new Error(`The collector ended with ${child.exitCode}`)
      expect((await fetch(`${this.url}/health/ready`)).status).toBe(200)
    }, WAIT)
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child!
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
    return child.exitCode
  }

  async lines(): Promise<string[]> {
    return (await readFile(join(this.#directory, 'logs/jobs/app.log'), 'utf8')).split('\n').slice(0, -1)
  }
}

test('lines that are pushed while the collector is killed again and again are in the file once each', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'watertight-pushed-'))
  const port = await freePort()
  await writeFile(
    join(directory, 'collector.yaml'),
    `state_dir: ${directory}/state
container_monitor: {enabled: false}
push: {enabled: true}
metrics: {enabled: false}
api: {listen: "127.0.0.1:${port}"}
sinks: {local_file: {directory: ${directory}/logs}}
`,
  )
  const collector = new Collector(directory, port)
  onTestFinished(async () => {
    await collector.end('SIGKILL')
    await rm(directory, { recursive: true })
  })
  await collector.start()
  let isOver = false
  let unanswered = 0
  const sent: string[][] = [[], [], [], []]
  const send = async (client: number): Promise<void> => {
    // oxlint-disable-next-line no-unmodified-loop-condition -- by the test, meanwhile
    for (let n = 0; !isOver; n++) {
      const line = `${client}.${n}`
      sent[client]!.push(line)
      const body = JSON.stringify({ message: line, file: '/jobs/app' })
      const headers = { 'content-type': 'application/json', 'idempotency-key': line }
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const reply = await fetch(`${collector.url}/api/logs`, { method: 'POST', body, headers }).catch(
          () => null,
        )
        if (reply?.status === 200) break
        unanswered += 1
        // oxlint-disable-next-line no-await-in-loop
        await delay(20)
      }
    }
  }
  const clients = sent.map((_, client) => send(client))
  for (let kill = 0; kill < KILLS; kill++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await delay(150 + kill * 137)
    // oxlint-disable-next-line no-await-in-loop
    await collector.end('SIGKILL')
    // oxlint-disable-next-line no-await-in-loop
    await collector.start()
  }
  isOver = true
  await Promise.all(clients)
  expect(await collector.end('SIGTERM')).toBe(0)
  const lines = await collector.lines()
  expect(unanswered).toBeGreaterThan(KILLS)
  for (const [client, own] of sent.entries())
    expect(lines.filter((line) => line.startsWith(`${client}.`))).toEqual(own)
  expect(lines.length).toBe(sent.flat().length)
})
