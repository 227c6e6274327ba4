import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startDockerApi } from '../reference/adapters/http-docker-engine.test-helper.ts'
import { productionCollector } from '../reference/collect-command.ts'
import { completeConfig } from '../reference/config/complete-config.ts'
import type { Collector } from '../reference/main.ts'
import { pinoLogger } from '../reference/adapters/pino-logger.ts'
import { containerApi, type LogService, type ServedContainer } from './models/container-api.ts'
import type { StoredMessage } from './models/stored-log.ts'

/**
 * The collector with its production adapters, against a server on a unix socket in this process: real descriptors, real timers. What the virtual world
 * cannot see is whether the adapters give back what they take.
 */
test('100 starts and stops, some while streams hang, leave descriptors and handles as they were', async () => {
  const { collector, directory, streams } = await rig()
  await cycles(collector, WARM_UP, streams)
  await delay(SETTLE_MS)
  const before = held()
  await cycles(collector, CYCLES, streams)
  expect(await keptSince(before)).toEqual([])
  expect(collector.tasks.list()).toEqual([])
  expect(warnings).toEqual([])
  for (const { id, name, service, messages } of CONTAINERS) {
    if (service === 'hung-open' || service === 'blocked') continue
    const file = path.join(directory, 'logs', `${name}-${id.slice(0, 12)}.log`)
    expect(await readFile(file, 'latin1')).toBe(messages.map(({ data }) => data.toString('latin1')).join(''))
  }
})

/** A descriptor that is not given back, or a timer, is seen: without this the test above would mean nothing. */
test('a handle that is kept is seen', async () => {
  const before = held()
  // One of the test runner's own may end meanwhile.
  const timers = [1, 2, 3].map(() => setTimeout(() => {}, 60_000))
  const api = await startDockerApi((_, response) => response.end())
  expect(newSince(before)).toEqual(expect.arrayContaining(['Timeout', 'PipeWrap']))
  expect(newSince(before).join()).toMatch(/socket:/)
  timers.forEach(clearTimeout)
  await api[Symbol.asyncDispose]()
  expect(await keptSince(before)).toEqual([])
})

interface Rig {
  readonly collector: Collector
  readonly directory: string
  /** How often logs were asked for. */
  readonly streams: () => number
}

async function rig(): Promise<Rig> {
  const directory = await mkdtemp(path.join(tmpdir(), 'real-handles-'))
  const api = await startDockerApi(containerApi(CONTAINERS))
  process.on('warning', onWarning)
  onTestFinished(async () => {
    process.off('warning', onWarning)
    await api[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })
  const config = completeConfig({
    stateDir: path.join(directory, 'state'),
    containerMonitor: { socketPath: api.host, streamRotation: { maxConcurrentStreams: CONTAINERS.length } },
    sinks: { localFile: { directory: path.join(directory, 'logs') } },
    metrics: { port: 0 },
    api: { port: 0 },
  })
  const streams = (): number => api.requests.filter((url) => url.includes('/logs?')).length
  return { collector: productionCollector(config, pinoLogger('error')), directory, streams }
}

/** Every third stop comes while the start is under way or just over, the others when every log was asked for. */
async function cycles(collector: Collector, count: number, streams: () => number): Promise<void> {
  for (let cycle = 0; cycle < count; cycle++) {
    // oxlint-disable no-await-in-loop -- one cycle after the other
    const asked = streams()
    const starting = collector.start().catch(() => {})
    if (cycle % 3 === 0) await delay(cycle % 10)
    else
      await expect
        .poll(() => streams() - asked, { interval: 2, timeout: PATIENCE_MS })
        .toBeGreaterThanOrEqual(CONTAINERS.length)
    const { missed } = await collector.stop()
    await starting
    expect(missed).toEqual([])
    // oxlint-enable no-await-in-loop
  }
}

/**
 * What is held now: descriptors by what they lead to (sockets and files by identity, for numbers are used again), and the kinds of what keeps the event
 * loop alive.
 */
function held(): string[] {
  const descriptors = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      // The descriptor of the listing itself.
      return []
    }
  })
  return [...descriptors, ...process.getActiveResourcesInfo()]
}

/** What is held now and was not; of things that cannot be told apart, as many as there are more. */
function newSince(before: readonly string[]): string[] {
  const old = [...before]
  return held().filter((each) => {
    const at = old.indexOf(each)
    if (at >= 0) old.splice(at, 1)
    return at < 0
  })
}

/** The same once it is nothing, or at last: what was closed goes within some turns of the event loop. */
async function keptSince(before: readonly string[]): Promise<string[]> {
  const deadlineMs = performance.now() + PATIENCE_MS
  // oxlint-disable-next-line no-await-in-loop -- looks again
  while (performance.now() < deadlineMs && newSince(before).length > 0) await delay(SETTLE_MS / 10)
  return newSince(before)
}

const warnings: string[] = []
/** Such as a file handle that the garbage collector closed. */
function onWarning(warning: Error): void {
  warnings.push(`${warning.name}: ${warning.message}`)
}

function container(name: string, service: LogService): ServedContainer {
  const messages = Array.from({ length: 30 }, (_, line): StoredMessage => ({
    stream: 1,
    stamp: `2026-01-01T00:00:${String(line).padStart(2, '0')}.000000000Z`,
    data: Buffer.from(`${name} ${line}\n`),
    lineStart: true,
  }))
  return { id: Buffer.from(name.padEnd(32)).toString('hex'), name, service, messages }
}

const CONTAINERS = [
  container('follows-1', 'follows'),
  container('follows-2', 'follows'),
  container('ended', 'ended'),
  container('hung', 'hung-open'),
  container('blocked', 'blocked'),
]
const WARM_UP = 3
const CYCLES = 100
const SETTLE_MS = 200
/** For what takes milliseconds on a machine that does nothing else. */
const PATIENCE_MS = 10_000
