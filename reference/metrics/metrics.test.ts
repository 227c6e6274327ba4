import { beforeEach, describe, expect, test } from 'vitest'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import type { Clock } from '../ports/clock.ts'
import type { HostProcess } from '../ports/host-process.ts'
import { Metrics } from './metrics.ts'

const clock: Clock = {
  now: () => 1_700_000_000_500,
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
  after: () => ({ [Symbol.dispose]: () => {} }),
}
const host: HostProcess = {
  hostName: () => 'host',
  containerId: () => null,
  openFileDescriptors: async () => 21,
  descriptorsByKind: async () => ({ file: 21 }),
  activeResources: () => ({ Timeout: 1 }),
  fileDescriptorLimit: async () => 1024,
  residentBytes: () => null,
  cpuSeconds: () => 3.5,
}
const web = { id: '0123456789abcdef'.repeat(4), name: 'web' }
const db = { id: 'fedcba9876543210'.repeat(4), name: 'db' }

let tasks: TaskRegistry
let slots: { capacity: number; active: number }
let metrics: Metrics

beforeEach(() => {
  tasks = new TaskRegistry(clock, { recordLocations: false })
  slots = { capacity: 50, active: 0 }
  metrics = new Metrics({ clock, tasks, process: host, slots })
})

/** Sample lines whose name starts with `name`. */
async function samples(name: string): Promise<string[]> {
  const text = await metrics.text()
  return text.split('\n').filter((line) => line.startsWith(name))
}

function touchEveryContainerMetric(container: { id: string; name: string }): void {
  metrics.streamOpened(container, { rotates: true })
  metrics.rotation(container, 'planned', 299)
  metrics.rotation(container, 'yield', 5)
  for (const type of ['pool_full', 'open_failed', 'read_failed', 'read_timeout', 'rotation_stuck'] as const) {
    metrics.streamError(type, container)
  }
  metrics.idleCheck(container)
  metrics.gap(container)
  metrics.replayed(container, 2)
  metrics.orphanedLines(container, 1)
  metrics.cutLines(container, 1)
  metrics.linesRead(container, 10)
  metrics.bytesRead(container, 100)
}

test('samples are those of the text, histograms among them', async () => {
  touchEveryContainerMetric(web)
  touchEveryContainerMetric(db)
  const told = (await metrics.samples()).map(({ labels, name, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`)
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
  })
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines.length).toBeGreaterThan(50)
  expect(told.toSorted()).toEqual(lines.toSorted())
})

describe('state is mirrored at the scrape', () => {
  test('goroutines are the sum of tasks of all kinds', async () => {
    const scope = { path: 'app', closed: false }
    tasks.add({ kind: 'stream_reader', name: 'a', kept: false }, scope)
    tasks.add({ kind: 'stream_reader', name: 'b', kept: false }, scope)
    const heartbeat = tasks.add({ kind: 'heartbeat', name: 'c', kept: false }, scope)
    expect(await samples('log_capturer_tasks')).toEqual([
      'log_capturer_tasks{kind="stream_reader"} 2',
      'log_capturer_tasks{kind="heartbeat"} 1',
    ])
    tasks.remove(heartbeat)
    expect(await samples('log_capturer_tasks{kind="heartbeat"}')).toEqual([
      'log_capturer_tasks{kind="heartbeat"} 0',
    ])
    expect(await samples('log_capturer_goroutines ')).toEqual(['log_capturer_goroutines 2'])
  })

  test('the pool shows what is in use, and a pool without slots divides by nothing', async () => {
    slots.active = 40
    expect(await samples('log_capturer_container_stream')).toEqual(
      expect.arrayContaining([
        'log_capturer_container_stream_pool_capacity 50',
        'log_capturer_container_stream_pool_utilization 0.8',
      ]),
    )
    slots.active = 0
    slots.capacity = 0
    expect(await samples('log_capturer_container_stream_pool_utilization')).toEqual([
      'log_capturer_container_stream_pool_utilization 0',
    ])
  })

  test('health is told as a whole and by check, and of a check that is gone no more', async () => {
    let checks: Record<string, { ok: boolean; detail: string }> = {
      engine: { ok: true, detail: '' },
      loki: { ok: false, detail: '' },
    }
    metrics.mirrorHealth(() => ({ status: checks['loki'] ? 'degraded' : 'healthy', checks }))
    expect(await samples('log_capturer_health')).toEqual([
      'log_capturer_healthy 0',
      'log_capturer_health_check{check="engine"} 1',
      'log_capturer_health_check{check="loki"} 0',
    ])
    checks = { engine: { ok: true, detail: '' } }
    expect(await samples('log_capturer_health')).toEqual([
      'log_capturer_healthy 1',
      'log_capturer_health_check{check="engine"} 1',
    ])
  })

  test('what the platform does not tell has no sample', async () => {
    expect(await samples('log_capturer_open_file_descriptors')).toEqual([
      'log_capturer_open_file_descriptors 21',
    ])
    expect(await samples('process_')).toEqual(['process_max_fds 1024', 'process_cpu_seconds_total 3.5'])
  })

  test('CPU time is told as it is, however often it is asked for', async () => {
    await metrics.text()
    expect(await samples('process_cpu_seconds_total')).toEqual(['process_cpu_seconds_total 3.5'])
  })
})

describe('figures of containers', () => {
  test('streams are counted as they are opened and closed, not the slots that are held', async () => {
    slots.active = 40
    metrics.streamOpened(web, { rotates: true })
    metrics.streamOpened(db, { rotates: true })
    metrics.streamClosed()
    expect(await samples('log_capturer_container_streams_active')).toEqual([
      'log_capturer_container_streams_active 1',
    ])
  })

  test('a container has its rotation figures from the first stream on, and a later stream changes none', async () => {
    metrics.streamOpened(web, { rotates: true })
    metrics.rotation(web, 'planned', 299)
    metrics.streamOpened(web, { rotates: true })
    const labels = 'container_id="0123456789ab",container_name="web"'
    metrics.streamOpened(db, { rotates: true })
    const silent = 'container_id="fedcba987654",container_name="db"'
    expect(await samples('log_capturer_container_stream_rotations_total')).toEqual([
      `log_capturer_container_stream_rotations_total{${labels},reason="planned"} 1`,
      `log_capturer_container_stream_rotations_total{${labels},reason="yield"} 0`,
      `log_capturer_container_stream_rotations_total{${silent},reason="planned"} 0`,
      `log_capturer_container_stream_rotations_total{${silent},reason="yield"} 0`,
    ])
    expect(await samples('log_capturer_container_last_rotation_timestamp')).toEqual([
      `log_capturer_container_last_rotation_timestamp{${labels}} 1700000000.5`,
      `log_capturer_container_last_rotation_timestamp{${silent}} 1700000000.5`,
    ])
  })

  test('a stream that is not to be rotated, and a container that does not run, have no rotation to be late with', async () => {
    const stamp = 'log_capturer_container_last_rotation_timestamp'
    metrics.streamOpened(db, { rotates: false })
    metrics.rotation(db, 'yield', 5)
    expect(await samples(stamp)).toEqual([])
    metrics.streamOpened(web, { rotates: true })
    metrics.rotationNotDue(web)
    metrics.rotationNotDue(web)
    expect(await samples(stamp)).toEqual([])
    metrics.streamOpened(web, { rotates: true })
    expect(await samples(stamp)).toHaveLength(1)
  })

  test('what may come to be counted stands at 0 before: Prometheus sees no increase in what begins at 1', async () => {
    metrics.streamOpened(web, { rotates: true })
    expect(await samples('log_capturer_container_stream_errors_total')).toEqual(
      ['pool_full', 'open_failed', 'read_failed', 'read_timeout', 'rotation_stuck'].map((type) =>
        expect.stringContaining(`error_type="${type}",container_id="0123456789ab"} 0`),
      ),
    )
    metrics.sinkExpected('loki')
    metrics.linesElsewhere('loki', 3)
    expect(await samples('log_capturer_lines_delivered_total')).toEqual([
      'log_capturer_lines_delivered_total{sink="loki"} 0',
    ])
    expect(await samples('log_capturer_lines_elsewhere_total')).toEqual([
      'log_capturer_lines_elsewhere_total{sink="loki"} 3',
    ])
  })

  test('a container that was missed counts by reason', async () => {
    metrics.containerMissed('not_opened')
    expect(await samples('log_capturer_containers_missed_total')).toEqual([
      'log_capturer_containers_missed_total{reason="not_opened"} 1',
    ])
  })

  test('a rotation counts by reason, stamps the time, and observes the age', async () => {
    metrics.streamOpened(web, { rotates: true })
    metrics.rotation(web, 'planned', 299)
    metrics.rotation(web, 'yield', 5)
    const labels = 'container_id="0123456789ab",container_name="web"'
    expect(await samples('log_capturer_container_stream_rotations_total')).toEqual([
      `log_capturer_container_stream_rotations_total{${labels},reason="planned"} 1`,
      `log_capturer_container_stream_rotations_total{${labels},reason="yield"} 1`,
    ])
    expect(await samples('log_capturer_container_last_rotation_timestamp')).toEqual([
      `log_capturer_container_last_rotation_timestamp{${labels}} 1700000000.5`,
    ])
    expect(await samples('log_capturer_container_stream_age_seconds_bucket')).toEqual([
      'log_capturer_container_stream_age_seconds_bucket{le="60"} 1',
      'log_capturer_container_stream_age_seconds_bucket{le="120"} 1',
      'log_capturer_container_stream_age_seconds_bucket{le="180"} 1',
      'log_capturer_container_stream_age_seconds_bucket{le="240"} 1',
      'log_capturer_container_stream_age_seconds_bucket{le="300"} 2',
      'log_capturer_container_stream_age_seconds_bucket{le="360"} 2',
      'log_capturer_container_stream_age_seconds_bucket{le="+Inf"} 2',
    ])
  })

  test('errors carry the type and the short id', async () => {
    metrics.streamError('read_timeout', web)
    expect(await samples('log_capturer_container_stream_errors_total')).toEqual([
      'log_capturer_container_stream_errors_total{error_type="read_timeout",container_id="0123456789ab"} 1',
    ])
  })

  test('a renamed container keeps its series', async () => {
    metrics.linesRead(web, 1)
    metrics.linesRead({ id: web.id, name: 'renamed' }, 2)
    expect(await samples('log_capturer_lines_read_total')).toEqual([
      'log_capturer_lines_read_total{container_id="0123456789ab",container_name="web"} 3',
    ])
  })

  test('forgetting a container removes every series of it and none of another', async () => {
    touchEveryContainerMetric(web)
    touchEveryContainerMetric(db)
    const before = await metrics.text()
    const ofDb = before.split('\n').filter((line) => line.includes('fedcba987654'))
    expect(before).toContain('0123456789ab')
    metrics.forgetContainer(web)
    metrics.forgetContainer(web)
    const after = await metrics.text()
    expect(after).not.toContain('0123456789ab')
    expect(after.split('\n').filter((line) => line.includes('fedcba987654'))).toEqual(ofDb)
  })

  test('a thousand containers that came and went leave no more text than none', async () => {
    touchEveryContainerMetric(web)
    metrics.forgetContainer(web)
    const lines = (await metrics.text()).split('\n').length
    for (let n = 0; n < 1000; n++) {
      const container = {
        id: n.toString(16).padStart(64, '0').split('').toReversed().join(''),
        name: `c${n}`,
      }
      touchEveryContainerMetric(container)
      metrics.forgetContainer(container)
    }
    expect((await metrics.text()).split('\n').length).toBe(lines)
  })
})

test('two collectors in one process do not share figures', async () => {
  const other = new Metrics({ clock, tasks, process: host, slots })
  other.linesDelivered('local_file', 5)
  expect(await samples('log_capturer_lines_delivered_total')).toEqual([])
})

test('sinks, queue, connections and files are told', async () => {
  metrics.linesDelivered('local_file', 5)
  metrics.retried('local_file', 2)
  metrics.sinkLatency('local_file', 0.02)
  metrics.queue('local_file', 4096, 3)
  metrics.mirrorConnections(() => 7)
  metrics.openFiles(9)
  metrics.abandoned('stream_close')
  metrics.taskFailed('heartbeat')
  const text = await metrics.text()
  for (const line of [
    'log_capturer_lines_delivered_total{sink="local_file"} 5',
    'log_capturer_lines_retried_total{sink="local_file"} 2',
    'log_capturer_sink_latency_seconds_count{sink="local_file"} 1',
    'log_capturer_queue_bytes{sink="local_file"} 4096',
    'log_capturer_queue_blocks{sink="local_file"} 3',
    'log_capturer_docker_connections_active 7',
    'log_capturer_local_file_open_files 9',
    'log_capturer_abandoned_total{kind="stream_close"} 1',
    'log_capturer_task_failures_total{kind="heartbeat"} 1',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
})
