import { describe, expect, test } from 'vitest'
import { PODMAN_4 } from '../../simulators/index.ts'
import { EngineError } from '../ports/docker-engine.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'

const notFound = (): never => {
  throw new EngineError('not_found', 'No such container')
}

test('a container that lives 20 ms and is removed is read to its end', async () => {
  const rig = new MonitorRig()
  await rig.start()
  await rig.advance(1000)
  const container = await rig.runShortLived('job')
  await rig.advance(1000)
  expect(rig.lines(container)).toEqual(rig.written(container))
  expect(rig.written(container)).toHaveLength(5)
  expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([])
  await rig.stop()
})

test('it is read while every slot is held by a busy container', async () => {
  const rig = new MonitorRig({ slots: 3 })
  for (const name of ['a', 'b', 'c']) rig.add(name)
  await rig.start()
  await rig.advance(1000)
  for (let round = 1; round <= 5; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const container = await rig.runShortLived(`job-${round}`)
    expect(rig.lines(container)).toEqual(rig.written(container))
  }
  await rig.stop()
})

test('it is read while containers that the engine does not describe hold every permit to be attached', async () => {
  const hung = new Set<string>()
  const rig = new MonitorRig({
    interfere: (engine) => ({
      inspectContainer: (id, options) =>
        hung.has(id) ? new Promise(() => {}) : engine.inspectContainer(id, options),
    }),
  })
  for (let n = 1; n <= 25; n++) hung.add(rig.add(`hung-${n}`).id)
  await rig.start()
  await rig.advance(1000)
  const container = await rig.runShortLived('job')
  expect(rig.lines(container)).toEqual(rig.written(container))
})

test('it is read while every slot is held also where it was created before the collector listened', async () => {
  const rig = new MonitorRig({ slots: 1 })
  for (const name of ['a', 'b']) rig.add(name)
  const container = rig.add('job', {
    behaviour: { kind: 'silent' },
    autoRemove: true,
    startsAfterMs: 1000,
    lastsMs: 20,
    atExit: { lines: 5 },
  })
  await rig.start()
  await rig.advance(2000)
  expect(rig.lines(container)).toEqual(rig.written(container))
  expect(rig.written(container)).toHaveLength(5)
  await rig.stop()
})

describe('where a log is polled', () => {
  const POLLED = { engine: { personality: PODMAN_4 } }

  test('one that ends behind a look, and is removed before the next, is counted as cut short', async () => {
    let left: 'looks' | 'ends' | 'goes' = 'looks'
    const rig: MonitorRig = new MonitorRig({
      ...POLLED,
      interfere: (engine) => ({
        openLogs: async (id, options) => {
          const stream = await engine.openLogs(id, options)
          if (left === 'ends') {
            rig.world.engine.container(id).write('stdout', 'late\n')
            rig.world.engine.exit(id)
            left = 'goes'
          }
          return stream
        },
        inspectContainer: async (id, options) => {
          const details = await engine.inspectContainer(id, options)
          if (left === 'goes') rig.world.engine.remove(id)
          left = 'looks'
          return details
        },
      }),
    })
    rig.add('job', { behaviour: { kind: 'silent' } })
    await rig.start()
    await rig.advance(1000)
    left = 'ends'
    await rig.advance(30_000)
    expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([
      'log_capturer_containers_missed_total{reason="cut_short"} 1',
    ])
    await rig.stop()
  })

  test('one is read to its end as soon as that is heard', async () => {
    const rig = new MonitorRig({ ...POLLED, monitor: { pollIntervalMs: 10_000 } })
    await rig.start()
    await rig.advance(1000)
    const container = rig.add('job', { behaviour: { kind: 'silent' } })
    await rig.advance(1000)
    container.write('stdout', 'late\n')
    rig.world.engine.exit(container.id)
    await rig.advance(50)
    rig.world.engine.remove(container.id)
    await rig.advance(30_000)
    expect(rig.lines(container)).toEqual(['late'])
    expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([])
    await rig.stop()
  })
})

test('its log is opened with one request at the start, and nothing else is asked between', async () => {
  const asked: string[] = []
  const rig = new MonitorRig({
    interfere: (engine) => ({
      inspectContainer: (id, options) => (asked.push('inspect'), engine.inspectContainer(id, options)),
      openLogs: (id, options) => (asked.push('logs'), engine.openLogs(id, options)),
    }),
  })
  await rig.start()
  await rig.advance(1000)
  rig.add('job', { started: false })
  await rig.advance(150)
  expect(asked).toEqual(['inspect'])
  rig.world.engine.start('job')
  await rig.advance(15)
  expect(asked).toEqual(['inspect', 'logs'])
  await rig.stop()
})

for (const [reason, interfere] of [
  ['not_described', { inspectContainer: notFound }],
  ['not_opened', { openLogs: notFound }],
] as const) {
  test(`one that could not be read is counted and named: ${reason}`, async () => {
    const rig = new MonitorRig({ interfere: () => interfere })
    await rig.start()
    await rig.advance(1000)
    await rig.runShortLived('job')
    await rig.advance(1000)
    expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([
      `log_capturer_containers_missed_total{reason="${reason}"} 1`,
    ])
    expect(rig.complaints().filter((line) => line.includes('"job"') && line.includes(reason))).toHaveLength(1)
    await rig.stop()
  })
}

test('one whose log breaks and is gone when it is opened again is counted as cut short', async () => {
  const rig = new MonitorRig()
  await rig.start()
  const { id } = rig.add('job')
  await rig.advance(1000)
  rig.world.engine.goAway()
  rig.world.engine.comeBack()
  rig.world.engine.remove(id)
  await rig.advance(300_000)
  expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([
    'log_capturer_containers_missed_total{reason="cut_short"} 1',
  ])
  await rig.stop()
})

test('one of which only the end is heard is counted, unless its name excludes it', async () => {
  const rig = new MonitorRig({ monitor: { filters: { excludeNames: [/^secret/] } } })
  await rig.start()
  await rig.advance(1000)
  for (const name of ['secret', 'job']) {
    rig.world.engine.events.loseNext(3)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await rig.runShortLived(name)
  }
  await rig.advance(1000)
  expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([
    'log_capturer_containers_missed_total{reason="not_described"} 1',
  ])
  await rig.stop()
})

test('neither a container that was read to its end nor one that never ran is missed when it is removed', async () => {
  const rig = new MonitorRig()
  rig.add('stopped')
  await rig.start()
  rig.add('never-started', { started: false })
  rig.add('running')
  await rig.advance(5000)
  rig.stopContainer('stopped')
  await rig.advance(5000)
  for (const name of ['stopped', 'never-started', 'running']) rig.world.engine.remove(name)
  await rig.advance(5000)
  expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([])
  await rig.stop()
})

test('a log that was read to its end and is refused because its container is being removed is no failure', async () => {
  const rig = new MonitorRig()
  await rig.start()
  rig.add('job')
  await rig.advance(1000)
  rig.world.engine.beginRemoval('job')
  await rig.advance(120_000)
  expect(rig.complaints()).toEqual([])
  const errors = await rig.samples('log_capturer_container_stream_errors_total{')
  expect(errors.filter((sample) => !sample.endsWith(' 0'))).toEqual([])
  expect(rig.check('containers').ok).toBe(true)
  rig.world.engine.remove('job')
  await rig.advance(1000)
  expect(rig.check('containers').detail).toBe('0 followed')
  expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([])
  await rig.stop()
})
