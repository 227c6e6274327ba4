import { describe, expect, test } from 'vitest'
import { World, type FileFault, type LogEntry, type VirtualPorts } from '../../simulators/index.ts'
import { completeConfig } from '../config/complete-config.ts'
import type { CollectorConfig } from '../config/config.ts'
import type { Block } from '../dispatch/block.ts'
import { Scope } from '../lifecycle/scope.ts'
import { createCollector, type Collector } from '../main.ts'
import { AnomalyDetection } from './anomaly-detection.ts'
import { linesAt, requests, watched } from './detector-rig.test-helper.ts'

const MODEL = '/state/anomaly-model.jsonl'
const WINDOW_MS = 2000
const ANOMALY = { enabled: true, windowMs: WINDOW_MS, trainingIntervalMs: 10 * WINDOW_MS }

/** Collectors that watch, one after the other on one disk, and a container that writes 10 lines a second. */
class DetectionRig {
  readonly world = new World({ seed: 1, recordLocations: false })
  readonly config: CollectorConfig
  ports: VirtualPorts
  collector: Collector

  constructor(anomaly: Partial<CollectorConfig['anomaly']> = ANOMALY) {
    this.config = completeConfig({
      stateDir: '/state',
      anomaly,
      sinks: { localFile: { directory: '/out' } },
    })
    this.world.engine.addContainer({ name: 'web', behaviour: CHATTY })
    this.ports = this.world.ports()
    this.collector = createCollector(this.config, this.ports)
  }

  async start(): Promise<void> {
    await this.world.run(() => this.collector.start())
  }

  async stop(): Promise<readonly unknown[]> {
    return (await this.world.run(() => this.collector.stop())).missed
  }

  /** Another process. */
  async startAnew(): Promise<void> {
    this.ports = this.world.ports()
    this.collector = createCollector(this.config, this.ports)
    await this.start()
  }

  async windows(count: number): Promise<void> {
    await this.world.advance(count * WINDOW_MS)
  }

  disturb(fault: FileFault): void {
    this.world.fileSystem.disturb(fault, { path: /anomaly-model/ })
  }

  logged(message: string): LogEntry[] {
    return this.ports.logger.entries.filter((entry) => entry.message === message)
  }

  async metric(sample: string): Promise<number> {
    const text = await this.collector.metrics.text()
    const line = text.split('\n').find((each) => each.startsWith(`${sample} `))
    return Number(line?.slice(sample.length))
  }

  async anomalies(): Promise<unknown> {
    const { http } = this.world
    const { body } = await this.world.run(() => http.request(this.config.api, 'GET', '/api/anomalies'))
    return JSON.parse(body)
  }

  delivered(): string {
    const { name, id } = this.world.engine.container('web')
    return Buffer.from(this.world.fileSystem.contents(`/out/${name}-${id.slice(0, 12)}.log`)).toString()
  }
}

const CHATTY = { kind: 'chatty', everyMs: 100, jitter: 0.2 } as const

async function watchingRig(windows: number): Promise<DetectionRig> {
  const rig = new DetectionRig()
  await rig.start()
  await rig.windows(windows)
  return rig
}

const ONGOING = 'log_capturer_anomalies_ongoing{kind="rate_low"}'
const FOUND = 'log_capturer_anomalies_total{kind="rate_low"}'

async function silentRig(): Promise<DetectionRig> {
  const rig = await watchingRig(50)
  rig.world.engine.container('web').setBehaviour({ kind: 'silent' })
  await rig.windows(5)
  return rig
}

describe('a container that falls silent', () => {
  test('is told by the log, by metrics and by the API, until it writes again', async () => {
    const rig = await silentRig()
    expect(rig.logged('Anomaly: a source writes fewer lines than usual')).toMatchObject([
      { level: 'warn', fields: { anomaly: 'rate_low', source: 'web' } },
    ])
    expect(await rig.metric(FOUND)).toBe(1)
    expect(await rig.metric(ONGOING)).toBe(1)
    expect(await rig.anomalies()).toMatchObject({
      enabled: true,
      watching: true,
      sources: 1,
      trainedAt: expect.stringContaining('T'),
      anomalies: [
        { kind: 'rate_low', source: { name: 'web', kind: 'container' }, observed: 0, ongoing: true },
      ],
    })
    rig.world.engine.container('web').setBehaviour(CHATTY)
    await rig.windows(6)
    expect(rig.logged('An anomaly is over')).toHaveLength(1)
    expect(await rig.metric(ONGOING)).toBe(0)
    expect(await rig.anomalies()).toMatchObject({ anomalies: [{ ongoing: false }] })
    await rig.stop()
  })

  test('is no anomaly any longer when it is removed', async () => {
    const rig = await silentRig()
    expect(await rig.metric(ONGOING)).toBe(1)
    rig.world.engine.remove('web')
    await rig.windows(5)
    expect(await rig.metric(ONGOING)).toBe(0)
    await rig.stop()
  })
})

test('while the engine is away few lines are no anomaly', async () => {
  const rig = await watchingRig(50)
  rig.world.engine.goAway()
  await rig.windows(10)
  expect(rig.collector.health().status).toBe('degraded')
  expect(await rig.metric(FOUND)).toBe(0)
  await rig.stop()
})

test('what was learnt is saved with the stop, and the next process goes on with it', async () => {
  const rig = await watchingRig(60)
  expect(await rig.stop()).toEqual([])
  await rig.startAnew()
  await rig.windows(2)
  expect(rig.logged('The anomaly model is loaded')).toMatchObject([{ fields: { sources: 1 } }])
  rig.world.engine.container('web').setBehaviour({ kind: 'silent' })
  await rig.windows(4)
  expect(await rig.metric(FOUND)).toBe(1)
  await rig.stop()
})

test('a model that is spoilt is told, and learnt anew', async () => {
  const rig = new DetectionRig()
  rig.world.fileSystem.disk.append(MODEL, '{"format":"watertight anomaly model","ver')
  await rig.start()
  await rig.windows(2)
  expect(rig.logged('The anomaly model cannot be used: everything is learnt anew')).toMatchObject([
    { level: 'warn', fields: { path: MODEL, why: 'its end is missing' } },
  ])
  expect(await rig.metric('log_capturer_anomaly_model_failures_total{operation="load"}')).toBe(1)
  expect(rig.collector.health().checks['anomaly_detector']).toMatchObject({ ok: true })
  expect(await rig.stop()).toEqual([])
  await rig.startAnew()
  await rig.windows(1)
  expect(rig.logged('The anomaly model is loaded')).toHaveLength(1)
  await rig.stop()
})

test('a disk that hangs with the model holds up neither the start nor the lines, and the stop for less than 5 s', async () => {
  const rig = new DetectionRig()
  rig.disturb({ kind: 'hang' })
  await rig.start()
  expect(rig.world.nowMs).toBeLessThan(5000)
  await rig.windows(10)
  expect(rig.delivered().split('\n').length).toBeGreaterThan(150)
  expect(rig.logged('The anomaly model cannot be used: everything is learnt anew')).toHaveLength(1)
  expect(await rig.metric('log_capturer_anomaly_lines_skipped_total{reason="loading"}')).toBeGreaterThan(0)
  expect(await rig.metric('log_capturer_anomaly_lines_mined_total')).toBeGreaterThan(0)
  const beganMs = rig.world.nowMs
  expect(await rig.stop()).toMatchObject([{ step: 'anomaly model' }])
  expect(rig.world.nowMs - beganMs).toBeLessThan(5000)
})

test('a stop before the model is loaded leaves the one that is there', async () => {
  const rig = await watchingRig(5)
  await rig.stop()
  const before = Buffer.from(rig.world.fileSystem.contents(MODEL)).toString()
  const hanging = rig.world.fileSystem.disturb(
    { kind: 'hang' },
    { path: /anomaly-model/, operations: ['read'] },
  )
  await rig.startAnew()
  await rig.windows(1)
  expect(await rig.stop()).toEqual([])
  hanging[Symbol.dispose]()
  await rig.windows(1)
  expect(Buffer.from(rig.world.fileSystem.contents(MODEL)).toString()).toBe(before)
})

test('a model that cannot be saved shows in health', async () => {
  const rig = new DetectionRig()
  rig.disturb({ kind: 'error', code: 'ENOSPC' })
  await rig.start()
  await rig.windows(1)
  expect(await rig.stop()).toMatchObject([{ step: 'anomaly model' }])
  await rig.start()
  expect(rig.collector.health().checks['anomaly_detector']).toMatchObject({
    ok: false,
    detail: expect.stringContaining('its model cannot be saved: '),
  })
  expect(await rig.metric('log_capturer_anomaly_model_failures_total{operation="save"}')).toBe(1)
  await rig.stop()
})

/** A detector by itself, in a world in which nothing else is. */
async function detectionAlone(
  config: Partial<CollectorConfig['anomaly']>,
  clock: Partial<VirtualPorts['clock']> = {},
): Promise<{ detection: AnomalyDetection; rig: DetectionRig; scope: Scope }> {
  const rig = new DetectionRig({})
  const { collector, ports, world } = rig
  const detection = new AnomalyDetection({
    ...ports,
    clock: { ...clockOf(ports), ...clock },
    metrics: collector.metrics,
    stateDir: '/state',
    config: completeConfig({ anomaly: { ...ANOMALY, ...config } }).anomaly,
    isReading: () => true,
  })
  const scope = new Scope('test', { clock: ports.clock, tasks: collector.tasks, onFailure: () => {} })
  await detection.start(scope)
  await world.advance(100)
  return { detection, rig, scope }
}

function clockOf({ clock }: VirtualPorts): VirtualPorts['clock'] {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, options) => clock.sleep(ms, options),
    after: (ms, run) => clock.after(ms, run),
  }
}

test('of a second it takes the share of the processor it is allowed, and what there is no time for is left out and counted', async () => {
  let spentMs = 0
  // Each look at the clock costs half a millisecond, so that four lines are a slice.
  const { detection, rig, scope } = await detectionAlone(
    { cpuPercent: 1, bytesPerSecond: 65_536, memoryBytesMax: 1024 * 1024 },
    { monotonic: () => (spentMs += 0.5) },
  )
  const { clock } = rig.ports
  for (let second = 0; second < 30; second++) {
    detection.observe(linesAt(watched('web'), requests(400), [clock.now()]))
    // eslint-disable-next-line no-await-in-loop -- time passes
    await rig.world.advance(1000)
  }
  const mined = await rig.metric('log_capturer_anomaly_lines_mined_total')
  expect(mined).toBeGreaterThan(30 * 10)
  expect(mined).toBeLessThan(30 * 30)
  expect(await rig.metric('log_capturer_anomaly_lines_skipped_total{reason="cpu"}')).toBeGreaterThan(5000)
  await rig.world.run(() => scope.close({ deadlineMs: 100 }))
})

test('what fails in the detector ends it, and is no concern of who brings lines', async () => {
  const { detection, rig, scope } = await detectionAlone({})
  expect(detection.report().watching).toBe(true)
  const { times: _, ...broken } = linesAt(watched('web'), ['a line'], [0])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no reader makes such a block
  detection.observe(broken as Block)
  expect(detection.report().watching).toBe(false)
  expect(detection.checks()['anomaly_detector']).toMatchObject({ ok: false })
  expect(rig.ports.logger.entries.at(-1)).toMatchObject({ level: 'error' })
  await rig.world.run(() => scope.close({ deadlineMs: 100 }))
})

test('it is off by default: the API says so, and there is no model', async () => {
  const rig = new DetectionRig({})
  await rig.start()
  await rig.windows(1)
  expect(await rig.anomalies()).toMatchObject({ enabled: false, anomalies: [] })
  expect(rig.collector.health().checks).not.toHaveProperty('anomaly_detector')
  await rig.stop()
  expect(rig.world.fileSystem.contents(MODEL)).toHaveLength(0)
})
