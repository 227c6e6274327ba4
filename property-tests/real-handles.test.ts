import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startDockerApi } from '../reference/adapters/engine/http-docker-engine.test-helper.ts'
import { pinoLogger } from '../reference/adapters/pino-logger.ts'
import { productionCollector } from '../reference/collect-command.ts'
import { completeConfig } from '../reference/config/complete-config.ts'
import type { Collector } from '../reference/main.ts'
import { freePorts } from '../scenarios/subjects/reference.ts'
import { findLeaks } from '../simulators/index.ts'
import { containerApi, type LogService, type ServedContainer } from './models/container-api.ts'
import type { StoredMessage } from './models/stored-log.ts'

/**
 * The collector with its production adapters, against a server on a unix socket in this process: real descriptors, real timers. What the virtual world
 * cannot see is whether the adapters give back what they take.
 */
test('100 starts and stops, some while streams hang, leave nothing open', async () => {
  const { collector, directory, streams } = await rig()
  // What a pool keeps for a next request is the collector's own, and has to be given back.
  const report = await findLeaks(() => cycles(collector, CYCLES, streams), {
    settleMs: SETTLE_MS,
    idleConnections: 'report',
  })
  expect(report.text).toBe('Nothing was left open.')
  expect(collector.tasks.list()).toEqual([])
  expect(warnings).toEqual([])
  for (const { id, name, service, messages } of CONTAINERS) {
    if (service === 'hung-open' || service === 'blocked') continue
    const file = path.join(directory, 'logs', `${name}-${id.slice(0, 12)}.log`)
    expect(await readFile(file, 'latin1')).toBe(messages.map(({ data }) => data.toString('latin1')).join(''))
  }
})

test('a container monitor that is stopped over the API leaves no connection to the engine', async () => {
  const { apiUrl, collector, connections, streams } = await rig()
  await collector.start()
  await expect.poll(streams, { interval: 2, timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(CONTAINERS.length)
  expect(await connections()).toBeGreaterThan(0)
  const reply = await fetch(`${apiUrl}/api/monitors/container/stop`, { method: 'POST' })
  expect(reply.status).toBe(200)
  await expect.poll(connections, { interval: 10, timeout: 2000 }).toBe(0)
  expect((await collector.stop()).missed).toEqual([])
})

/** Without this the test above would mean nothing: what is open while the collector runs is seen. */
test('a collector that is not stopped is seen', async () => {
  const { collector, streams } = await rig()
  const start = async (): Promise<void> => {
    await collector.start()
    await expect
      .poll(streams, { interval: 2, timeout: PATIENCE_MS })
      .toBeGreaterThanOrEqual(CONTAINERS.length)
  }
  const { leaks } = await findLeaks(start, { settleMs: 0 })
  await collector.stop()
  const kinds = leaks.map(({ kind }) => kind)
  expect(kinds).toEqual(expect.arrayContaining(['server', 'socket', 'timer', 'task']))
})

interface Rig {
  readonly apiUrl: string
  /** To the server, seen from there. */
  readonly connections: () => Promise<number>
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
  const [apiPort = 0] = await freePorts(1)
  const config = completeConfig({
    stateDir: path.join(directory, 'state'),
    containerMonitor: { socketPath: api.host, streamRotation: { maxConcurrentStreams: CONTAINERS.length } },
    sinks: { localFile: { directory: path.join(directory, 'logs') } },
    metrics: { port: 0 },
    api: { port: apiPort },
  })
  const streams = (): number => api.requests.filter((url) => url.includes('/logs?')).length
  return {
    apiUrl: `http://127.0.0.1:${apiPort}`,
    collector: productionCollector(config, pinoLogger('error')),
    connections: () => api.connections(),
    directory,
    streams,
  }
}

/** Every third stop comes while the start is under way or just over, the others, the last too, when every log was asked for. */
async function cycles(collector: Collector, count: number, streams: () => number): Promise<void> {
  for (let cycle = 0; cycle < count; cycle++) {
    // oxlint-disable no-await-in-loop -- one cycle after the other
    const asked = streams()
    const starting = collector.start().catch(() => {})
    if (cycle % 3 === 1) await delay(cycle % 10)
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
const CYCLES = 100
/** For what takes milliseconds on a machine that does nothing else. */
const PATIENCE_MS = 30_000
/** For what ends by itself after the last stop. A collector that left something open takes this long to be found. */
const SETTLE_MS = 10_000
