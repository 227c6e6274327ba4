import { describe, expect, test } from 'vitest'
import { World, type SimulatedContainer, type VirtualPorts } from '../../simulators/index.ts'
import { leftBehind } from '../../simulators/invariants.ts'
import { completeConfig, type PartialConfig } from '../config/complete-config.ts'
import type { CollectorConfig } from '../config/config.ts'
import { createCollector, type Collector } from '../main.ts'
import type { HttpServer, NewTls } from '../ports/http-server.ts'
import { UsageError } from '../usage-error.ts'
import type { ReloadReport } from './reload-report.ts'

/** A collector of some chatty containers, whose configuration is a text that somebody edits. */
class ReloadRig {
  readonly world = new World({ seed: 7, recordLocations: false })
  readonly ports: VirtualPorts = this.world.ports()
  readonly containers: SimulatedContainer[]
  readonly collector: Collector
  next: CollectorConfig | Error
  /** What standard output was given. */
  stdout = ''
  /** What the files of TLS hold. */
  tls: 'as before' | 'others' | Error = 'as before'
  /** How often they were shown anew. */
  shown = 0

  constructor(config: PartialConfig = {}, containers = 3) {
    this.containers = Array.from({ length: containers }, (_, index) =>
      this.world.engine.addContainer({
        name: `c${index}`,
        labels: { tier: index === 0 ? 'web' : 'batch' },
        behaviour: { kind: 'chatty', everyMs: 400 },
      }),
    )
    this.ports.output.onWrite = (bytes) => (this.stdout += Buffer.from(bytes).toString())
    const first = configOf(config)
    this.next = first
    this.collector = createCollector(
      first,
      { ...this.ports, http: this.#http() },
      {
        recordLocations: false,
        readConfig: async () => {
          await this.ports.clock.sleep(1, { signal: new AbortController().signal })
          if (this.next instanceof Error) throw this.next
          return this.next
        },
      },
    )
  }

  /** As one that speaks TLS. */
  #http(): HttpServer {
    const { http } = this.ports
    return {
      listen: async (...args) => ({ ...(await http.listen(...args)), readTls: () => this.#readTls() }),
    }
  }

  async #readTls(): Promise<NewTls | null> {
    if (this.tls instanceof Error) throw this.tls
    return this.tls === 'as before' ? null : { show: () => void (this.shown += 1) }
  }

  async start(): Promise<void> {
    await this.world.run(() => this.collector.start())
    await this.world.advance(2000)
  }

  async reload(next: PartialConfig | Error): Promise<ReloadReport> {
    this.next = next instanceof Error ? next : configOf(next)
    const report = await this.world.run(() => this.collector.reload())
    await this.world.advance(3000)
    return report
  }

  /** How often the log of each container was followed so far. */
  get opens(): number[] {
    return this.containers.map(({ logsFollowed }) => logsFollowed)
  }

  /** Containers end, all is delivered, and nothing is left. */
  async end(directories: readonly string[] = ['/out']): Promise<void> {
    for (const { name } of this.containers) this.world.engine.stop(name)
    await this.world.advance(20_000)
    const { missed } = await this.world.run(() => this.collector.stop())
    expect(missed).toEqual([])
    expect(leftBehind(this.world, this.collector.tasks)).toEqual([])
    for (const directory of directories)
      for (const container of this.containers)
        expect(this.written(container, directory)).toBe(output(container))
  }

  written({ id, name }: SimulatedContainer, directory = '/out'): string {
    return Buffer.from(
      this.world.fileSystem.contents(`${directory}/${name}-${id.slice(0, 12)}.log`),
    ).toString()
  }

  async metrics(): Promise<string> {
    return await this.collector.metrics.text()
  }
}

function configOf(config: PartialConfig): CollectorConfig {
  return completeConfig({
    stateDir: '/state',
    metrics: { enabled: false },
    ...config,
    containerMonitor: { streamRotation: { intervalMs: 3_600_000 }, ...config.containerMonitor },
    sinks: { localFile: { directory: '/out' }, ...config.sinks },
  })
}

function output({ expected }: SimulatedContainer): string {
  return Buffer.from(expected.view(0)).toString()
}

describe('what a reload changes', () => {
  test('nothing of what did not change: no stream is opened again, and no line is lost or repeated', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const before = rig.opens
    const report = await rig.reload({
      logLevel: 'debug',
      dispatcher: { checkpointIntervalMs: 200, queueBytesMax: 2 ** 24, statisticsIntervalMs: 5000 },
      containerMonitor: { healthCheckDelayMs: 5000, maxConcurrent: 3 },
      sinks: { stdout: { enabled: true } },
    })
    expect(report).toMatchObject({ result: 'applied', problem: null })
    expect(report.changed).toEqual([
      'log_level',
      'container_monitor.max_concurrent',
      'container_monitor.health_check_delay',
      'dispatcher.queue_bytes_max',
      'dispatcher.checkpoint_interval',
      'dispatcher.statistics_interval',
      'sinks.stdout.enabled',
    ])
    expect(rig.opens).toEqual(before)
    await rig.end()
    // The new sink has what came from then on, each line once.
    for (const container of rig.containers) {
      const lines = rig.stdout.split('\n').filter((line) => line.includes(container.id.slice(0, 12)))
      expect(lines.length).toBeGreaterThan(5)
      expect(new Set(lines).size).toBe(lines.length)
    }
  })

  test('a container that is excluded is left, and goes on where it was when it is included again; the others notice nothing', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const before = rig.opens
    await rig.reload({ containerMonitor: { filters: { excludeLabels: ['tier=web'] } } })
    const left = rig.written(rig.containers[0]!)
    expect(rig.collector.tasks.list().filter(({ kind }) => kind === 'container_follow')).toHaveLength(2)
    await rig.world.advance(5000)
    expect(rig.written(rig.containers[0]!)).toBe(left)
    await rig.reload({})
    expect(rig.opens).toEqual([before[0]! + 1, before[1], before[2]])
    await rig.end()
  })

  test('settings of records begin every container anew, at its place', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const before = rig.opens
    await rig.reload({ containerMonitor: { maxLineBytes: 2048 } })
    expect(rig.opens).toEqual(before.map((times) => times + 1))
    await rig.end()
  })

  test('a shorter rotation interval holds for streams that are open', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const before = rig.opens
    await rig.reload({ containerMonitor: { streamRotation: { intervalMs: 2500 } } })
    await rig.world.advance(3000)
    for (const [index, opens] of rig.opens.entries()) expect(opens).toBeGreaterThan(before[index]!)
    await rig.end()
  })

  test('fewer slots are waited for: who holds one that there is no more yields, and each still gets its turn', async () => {
    const rig = new ReloadRig({ containerMonitor: { slotTurnMs: 500 } })
    await rig.start()
    await rig.reload({ containerMonitor: { slotTurnMs: 500, streamRotation: { maxConcurrentStreams: 1 } } })
    expect([rig.collector.pool.active, rig.collector.pool.capacity]).toEqual([1, 1])
    await rig.reload({ containerMonitor: { slotTurnMs: 500, streamRotation: { maxConcurrentStreams: 5 } } })
    expect([rig.collector.pool.active, rig.collector.pool.waiting]).toEqual([3, 0])
    await rig.end()
  })

  test('a sink that changed is begun anew alone, and the lines of before are where they were', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const before = rig.opens
    await rig.reload({ sinks: { localFile: { directory: '/out', maxOpenFiles: 2 } } })
    expect(rig.opens).toEqual(before)
    await rig.end()
  })

  test('what is queued for the only sink is stored before another is put beside it', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const slow = rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 900 }, { operations: ['write'] })
    await rig.world.advance(3000)
    expect(await rig.reload({ sinks: { stdout: { enabled: true } } })).toMatchObject({ result: 'applied' })
    slow[Symbol.dispose]()
    await rig.end()
  })

  test('the file monitor begins and ends with the section that enables it', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const before = rig.opens
    rig.world.fileSystem.disk.append('/var/log/app.log', 'one\ntwo\n')
    await rig.reload({ fileMonitor: { enabled: true, paths: ['/var/log/*.log'] } })
    expect(await rig.metrics()).toContain('log_capturer_monitor_running{monitor="file"} 1')
    await rig.reload({})
    expect(await rig.metrics()).not.toContain('log_capturer_monitor_running{monitor="file"}')
    expect(rig.collector.tasks.list().filter(({ kind }) => kind === 'file_tail')).toEqual([])
    expect(rig.opens).toEqual(before)
    await rig.end()
  })
})

function successful(value: 0 | 1): string {
  return `log_capturer_config_last_reload_successful ${value}\n`
}

describe('files of TLS', () => {
  test('that hold something else are shown once everything else is taken up, and not before', async () => {
    const rig = new ReloadRig()
    await rig.start()
    expect(await rig.reload({})).toMatchObject({ result: 'unchanged', changed: [] })
    rig.tls = 'others'
    expect(await rig.reload({})).toMatchObject({ result: 'applied', changed: ['api.tls'] })
    expect(rig.shown).toBe(1)
    expect(await rig.reload({ logLevel: 'debug' })).toMatchObject({ changed: ['log_level', 'api.tls'] })
    expect(rig.shown).toBe(2)
    expect(await rig.reload({ stateDir: '/elsewhere' })).toMatchObject({ result: 'refused' })
    expect(rig.shown).toBe(2)
    await rig.end()
  })

  test('that are no good have a reload refused, with nothing of it taken up', async () => {
    const rig = new ReloadRig()
    await rig.start()
    rig.tls = new UsageError('Cannot use /cert.pem for TLS of the API: there is no such file', {
      code: 'tls_unusable',
    })
    const before = rig.opens
    expect(await rig.reload({ containerMonitor: { maxLineBytes: 2048 } })).toMatchObject({
      result: 'refused',
      problem: rig.tls.message,
    })
    expect(rig.opens).toEqual(before)
    expect(rig.shown).toBe(0)
    await rig.end()
  })
})

describe('a reload that cannot be', () => {
  test('a wrong configuration is refused with its reason, and the one before is kept whole', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const problem = 'collector.yaml, line 3: dispatcher.worker: unknown key; did you mean workers?'
    const report = await rig.reload(new UsageError(problem, { code: 'config_invalid' }))
    expect(report).toMatchObject({ result: 'refused', problem })
    expect(await rig.metrics()).toContain('log_capturer_config_reload_total{result="refused"} 1')
    expect(rig.collector.health()).toMatchObject({
      status: 'healthy',
      checks: { configuration: { ok: true, detail: expect.stringContaining(problem) } },
    })
    await rig.end()
  })

  test('is told by metrics until one is taken', async () => {
    const rig = new ReloadRig()
    expect(await rig.metrics()).toContain(successful(1))
    await rig.start()
    await rig.reload(new UsageError('it is not YAML', { code: 'config_invalid' }))
    expect(await rig.metrics()).toContain(successful(0))
    await rig.reload({})
    expect(await rig.metrics()).toContain(successful(1))
    await rig.reload({ stateDir: '/elsewhere' })
    expect(await rig.metrics()).toContain(successful(0))
    await rig.reload({ logLevel: 'debug' })
    expect(await rig.metrics()).toContain(successful(1))
    await rig.end()
  })

  test('a key that needs a restart is named, and nothing of that configuration is taken up', async () => {
    const rig = new ReloadRig()
    await rig.start()
    const report = await rig.reload({
      stateDir: '/elsewhere',
      containerMonitor: { filters: { excludeNames: [/./] }, socketPath: 'tcp://other:2375' },
      dispatcher: { workers: 9 },
    })
    expect(report).toMatchObject({
      result: 'refused',
      problem:
        'state_dir, container_monitor.socket_path, dispatcher.workers cannot change while the collector runs: restart it, or put back what it was',
    })
    await rig.end()
  })

  test('a sink that does not let go keeps everything as it was, and the next reload may do better', async () => {
    const rig = new ReloadRig({ sinks: { stdout: { enabled: true } } })
    await rig.start()
    const paused = rig.ports.output.pause()
    await rig.world.advance(5000)
    const before = rig.opens
    const report = await rig.reload({})
    expect(report).toMatchObject({ result: 'failed', problem: 'sink stdout did not end what it writes' })
    paused[Symbol.dispose]()
    await rig.world.advance(10_000)
    expect(await rig.reload({})).toMatchObject({ result: 'applied' })
    expect(rig.opens).toEqual(before)
    await rig.end()
  })

  test('one that does not run reloads nothing', async () => {
    const rig = new ReloadRig()
    expect(await rig.reload({ logLevel: 'debug' })).toMatchObject({ result: 'refused' })
  })
})

test('a storm of a hundred reloads in a minute, under load, loses no line, opens no stream again and leaves nothing', async () => {
  const rig = new ReloadRig({}, 4)
  await rig.start()
  const before = rig.opens
  for (let times = 0; times < 100; times++) {
    rig.next = configOf({
      dispatcher: { checkpointIntervalMs: times % 3 === 0 ? 100 : 1000 },
      sinks: {
        stdout: { enabled: times % 2 === 0 },
        localFile: { directory: '/out', maxOpenFiles: 2 + (times % 5) },
      },
    })
    void rig.collector.reload()
    // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
    await rig.world.advance(600)
  }
  expect(rig.opens).toEqual(before)
  expect(await rig.metrics()).toMatch(/log_capturer_config_reload_total\{result="applied"\} \d\d/)
  await rig.end()
})

test('a stop during a reload ends both, and nothing is left', async () => {
  for (const afterMs of [0, 2, 20]) {
    const rig = new ReloadRig({ sinks: { localFile: { enabled: false }, stdout: { enabled: true } } })
    rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 20 }, { operations: ['sync', 'syncDirectory'] })
    rig.world.engine.addContainer({ name: 'busy', behaviour: { kind: 'chatty', everyMs: 2 } })
    // oxlint-disable no-await-in-loop -- one world at a time
    await rig.start()
    rig.next = configOf({ sinks: { stdout: { enabled: true } } })
    void rig.collector.reload()
    await rig.world.advance(afterMs)
    const { missed } = await rig.world.run(() => rig.collector.stop())
    // oxlint-enable no-await-in-loop
    expect(missed).toEqual([])
    expect(leftBehind(rig.world, rig.collector.tasks)).toEqual([])
  }
})
