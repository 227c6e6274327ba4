import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { pinoLogger } from '../reference/adapters/pino-logger.ts'
import { productionCollector } from '../reference/collect-command.ts'
import { completeConfig } from '../reference/config/complete-config.ts'
import type { CollectorConfig } from '../reference/config/config.ts'
import { findLeaks, SimulatedDaemon } from '../simulators/index.ts'

/** The collector with its production adapters on a simulated daemon: real sockets, files and timers. */
test('a hundred reloads in a minute, under load, lose no line, open no stream again, and leave nothing open', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'reload-storm-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
  const socketPath = path.join(directory, 'docker.sock')
  await using daemon = await SimulatedDaemon.listen({ listen: { socketPath } })
  const containers = ['a', 'b', 'c', 'd'].map((name) =>
    daemon.engine.addContainer({ name, behaviour: { kind: 'chatty', everyMs: 20 } }),
  )
  let next = configOf(directory, 0)
  const collector = productionCollector(next, pinoLogger('error'), null, { readConfig: async () => next })
  const storm = async (): Promise<void> => {
    await collector.start()
    await expect.poll(() => daemon.engine.container('a').logsFollowed, PATIENCE).toBeGreaterThan(0)
    await expect.poll(() => collector.pool.active, PATIENCE).toBe(containers.length)
    const before = containers.map(({ logsFollowed }) => logsFollowed)
    const results = new Set<string>()
    for (let times = 1; times <= 100; times++) {
      next = configOf(directory, times)
      // oxlint-disable no-await-in-loop -- one after the other
      results.add((await collector.reload()).result)
      await delay(10)
      // oxlint-enable no-await-in-loop
    }
    // On a disk that hangs for seconds a sink does not let go of its files in time: then the reload fails, and nothing changes.
    expect([...results]).toContain('applied')
    expect([...results]).not.toContain('refused')
    expect(containers.map(({ logsFollowed }) => logsFollowed)).toEqual(before)
    for (const { name } of containers) daemon.engine.stop(name)
    for (const { expected, id, name } of containers) {
      const file = path.join(directory, 'logs', `${name}-${id.slice(0, 12)}.log`)
      const written = Buffer.from(expected.view(0)).toString()
      // oxlint-disable-next-line no-await-in-loop
      await expect.poll(() => readFile(file, 'utf8'), PATIENCE).toBe(written)
    }
    expect((await collector.stop()).missed).toEqual([])
  }
  const report = await findLeaks(storm, { settleMs: PATIENCE.timeout })
  expect(report.text).toBe('Nothing was left open.')
}, 240_000)

/** Every one differs from the one before: in what changes in place, and every now and then in a sink, which is begun anew, or one that comes and goes. */
function configOf(directory: string, times: number): CollectorConfig {
  return completeConfig({
    stateDir: path.join(directory, 'state'),
    containerMonitor: {
      socketPath: `unix://${path.join(directory, 'docker.sock')}`,
      maxConcurrent: 5 + (times % 7),
    },
    dispatcher: { checkpointIntervalMs: times % 2 === 0 ? 100 : 200, statisticsIntervalMs: 0 },
    sinks: {
      localFile: { directory: path.join(directory, 'logs'), maxOpenFiles: 10 + (Math.floor(times / 10) % 3) },
      // Away all the time: what it is owed waits in the spool.
      loki: { enabled: Math.floor(times / 25) % 2 === 1, url: 'http://127.0.0.1:9/loki/api/v1/push' },
    },
    metrics: { enabled: false },
    api: { enabled: false },
  })
}

/** For what takes milliseconds on a machine that does nothing else. */
const PATIENCE = { timeout: 30_000, interval: 20 }
