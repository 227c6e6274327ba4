import { request as askEngine } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { ENGINE_CALLS, engineCallOf } from '../reference/adapters/engine/engine-calls.ts'
import { pinoLogger } from '../reference/adapters/pino-logger.ts'
import { productionCollector } from '../reference/collect-command.ts'
import { completeConfig } from '../reference/config/complete-config.ts'
import { faults, PERSONALITIES, SimulatedDaemon, type PersonalityName } from '../simulators/index.ts'

/** All that a collector asks, whatever its containers and its engine do, by a proxy that sees each request. */
test.each<PersonalityName>(['20.10', '29', 'podman-4'])(
  'of %s only what is written down is asked',
  async (name) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'engine-calls-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
    const socketPath = path.join(directory, 'engine.sock')
    await using daemon = await SimulatedDaemon.listen({
      listen: { socketPath },
      personality: PERSONALITIES[name],
    })
    await using proxy = await proxyOf(socketPath, path.join(directory, 'proxy.sock'))
    const { engine } = daemon
    engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 20 } })
    engine.addContainer({ name: 'terminal', tty: true, behaviour: { kind: 'chatty', everyMs: 50 } })
    engine.addContainer({ name: 'silent', behaviour: { kind: 'silent' } })
    const collector = productionCollector(configOf(directory), pinoLogger('error'))
    await collector.start()
    const asked = (call: string, times: number): Promise<void> =>
      expect
        .poll(() => proxy.calls.get(call) ?? 0, { interval: 20, timeout: 30_000 })
        .toBeGreaterThanOrEqual(times)
    // Rotations, idle checks, signs of life.
    await asked('GET /containers/{id}/logs', 10)
    await asked('GET /version', 4)
    daemon.inject(faults.reset({ container: 'web' }))
    daemon.inject(faults.eventStreamDropped())
    engine.restart('terminal')
    engine.addContainer({ name: 'short', autoRemove: true, behaviour: { kind: 'chatty', everyMs: 20 } })
    engine.stop('short')
    engine.stop('web')
    engine.remove('web')
    await asked('GET /events', 2)
    await asked('GET /containers/json', 3)
    await asked('GET /containers/{id}/json', 5)
    await collector.stop()
    expect(proxy.others).toEqual([])
    expect([...proxy.calls.keys()].toSorted()).toEqual(
      ENGINE_CALLS.map(({ method, path: asking }) => `${method} ${asking}`).toSorted(),
    )
  },
)

function configOf(directory: string): ReturnType<typeof completeConfig> {
  return completeConfig({
    stateDir: path.join(directory, 'state'),
    containerMonitor: {
      socketPath: `unix://${path.join(directory, 'proxy.sock')}`,
      healthCheckDelayMs: 100,
      reconnectIntervalMs: 100,
      resyncIntervalMs: 300,
      readTimeoutMs: 150,
      pollIntervalMs: 50,
      streamRotation: { intervalMs: 400 },
    },
    sinks: { localFile: { directory: path.join(directory, 'logs') } },
    metrics: { enabled: false },
    api: { enabled: false },
  })
}

interface Proxy extends AsyncDisposable {
  /** How often each call was asked. */
  readonly calls: ReadonlyMap<string, number>
  /** Requests that are none of them. */
  readonly others: readonly string[]
}

/** Passes on every request, and remembers it. */
async function proxyOf(upstream: string, listen: string): Promise<Proxy> {
  const calls = new Map<string, number>()
  const others: string[] = []
  const server = createServer((request, response) => {
    const { headers, method, url } = request
    const call = engineCallOf(method, url)
    if (call === null) others.push(`${method} ${url}`)
    else calls.set(`${call.method} ${call.path}`, (calls.get(`${call.method} ${call.path}`) ?? 0) + 1)
    const asking = askEngine({ socketPath: upstream, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      response.flushHeaders()
      pipeline(answer, response, () => {})
    })
    asking.on('error', () => response.destroy())
    response.on('close', () => asking.destroy())
    request.pipe(asking)
  })
  server.listen(listen)
  await once(server, 'listening')
  return {
    calls,
    others,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
