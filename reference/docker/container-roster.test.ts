import { describe, expect, test } from 'vitest'
import { EngineError, type ContainerSummary } from '../ports/docker-engine.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'

const MINUTE = 60_000

/** Lists nothing while `empty`. */
function emptyLists(): { rig: MonitorRig; lists: { empty: boolean } } {
  const lists = { empty: false }
  const rig = new MonitorRig({
    interfere: (engine) => ({
      listContainers: async (options): Promise<ContainerSummary[]> =>
        lists.empty ? [] : await engine.listContainers(options),
    }),
  })
  return { rig, lists }
}

test('a container that is gone leaves no task behind', async () => {
  const rig = new MonitorRig()
  await rig.start()
  const before = rig.collector.tasks.size
  rig.add('web')
  await rig.advance(5000)
  expect(rig.collector.tasks.size).toBeGreaterThan(before)
  rig.world.engine.remove('web')
  await rig.advance(MINUTE)
  expect(rig.collector.tasks.size).toBe(before)
  await rig.stop()
})

test('a container that has ended has no rotation to be late with, until it is started again', async () => {
  const rig = new MonitorRig()
  const stamps = async (): Promise<string[]> =>
    (await rig.collector.metrics.text()).match(/^log_capturer_container_last_rotation_timestamp\{/gm) ?? []
  rig.add('job')
  await rig.start()
  await rig.advance(5000)
  expect(await stamps()).toHaveLength(1)
  rig.stopContainer('job')
  await rig.advance(MINUTE)
  expect(await stamps()).toEqual([])
  rig.startContainer('job')
  await rig.advance(5000)
  expect(await stamps()).toHaveLength(1)
  await rig.stop()
})

describe('what lists show', () => {
  test('a run is read of which no event told, though it is over before the next list', async () => {
    const rig = new MonitorRig()
    const job = rig.add('job')
    await rig.start()
    await rig.advance(5000)
    rig.stopContainer('job')
    await rig.advance(2 * MINUTE)
    rig.world.engine.events.loseNext(4)
    rig.startContainer('job')
    await rig.advance(5000)
    rig.stopContainer('job')
    await rig.advance(2 * MINUTE)
    expect(rig.lines(job)).toEqual(rig.written(job))
    await rig.stop()
  })

  test('a container is followed of which no event told', async () => {
    const rig = new MonitorRig()
    await rig.start()
    await rig.advance(1000)
    rig.world.engine.events.loseNext(2)
    const web = rig.add('web')
    await rig.advance(2 * MINUTE)
    expect(rig.lines(web).length).toBeGreaterThan(1000)
    await rig.stop()
  })

  test('a stopped container whose run is known is not read again at every list', async () => {
    const rig = new MonitorRig()
    rig.add('job')
    await rig.start()
    await rig.advance(5000)
    rig.stopContainer('job')
    await rig.advance(MINUTE)
    const { logReplies } = rig.world.engine.statistics
    await rig.advance(60 * MINUTE)
    expect(rig.world.engine.statistics.logReplies).toBe(logReplies)
    await rig.stop()
  })
})

describe('what is gone', () => {
  test('an empty list that contradicts what is known is asked for again within seconds', async () => {
    let empty = true
    const rig = new MonitorRig({
      interfere: (engine) => ({
        listContainers: async (options) => (empty ? [] : await engine.listContainers(options)),
      }),
    })
    empty = false
    const web = rig.add('web')
    await rig.start()
    await rig.advance(5000)
    await rig.stop()
    rig.newProcess()
    empty = true
    await rig.start()
    await rig.advance(3000)
    empty = false
    await rig.advance(10_000)
    expect(rig.lines(web).length).toBeGreaterThan(100)
    await rig.stop()
  })

  test('an engine that lists nothing for a moment makes nothing forgotten, and health says so', async () => {
    const { rig, lists } = emptyLists()
    const web = rig.add('web', { logRotation: { maxSizeBytes: 20_000, maxFiles: 2 } })
    await rig.start()
    await rig.advance(MINUTE)
    await rig.stop()
    rig.newProcess()
    lists.empty = true
    await rig.start()
    await rig.advance(5000)
    expect(rig.check('containers')).toMatchObject({ ok: false, detail: expect.stringMatching(/lists none/) })
    expect(rig.complaints()).toEqual([expect.stringMatching(/lists no container/)])
    lists.empty = false
    await rig.advance(2 * MINUTE)
    expect(rig.check('containers')).toEqual({ ok: true, detail: '1 followed' })
    expect(rig.lines(web).slice(-1)).toEqual(rig.written(web).slice(-1))
    expect(new Set(rig.lines(web)).size).toBe(rig.lines(web).length)
    await rig.stop()
  })

  test('a container that went unnoticed is given up after three lists over two intervals, and not before', async () => {
    const { rig, lists } = emptyLists()
    for (const name of ['web', 'db']) rig.add(name, { behaviour: { kind: 'chatty', everyMs: 5000 } })
    await rig.start()
    await rig.advance(1000)
    const { engine } = rig.world
    engine.events.loseNext(3)
    engine.remove('web')
    lists.empty = true
    await rig.advance(2.5 * MINUTE)
    expect(await rig.samples('log_capturer_lines_read_total{')).toHaveLength(2)
    lists.empty = false
    await rig.advance(2.5 * MINUTE)
    expect(await rig.samples('log_capturer_lines_read_total{')).toEqual([expect.stringMatching(/"db"/)])
    await rig.stop()
  })

  test('one 404 to a request for a log, or to an inspection, makes nothing forgotten', async () => {
    let lies = 0
    const lie = (): void => {
      if (lies-- > 0) throw new EngineError('not_found', 'No such container')
    }
    const rig = new MonitorRig({
      interfere: (engine) => ({
        openLogs: async (id, options) => (lie(), await engine.openLogs(id, options)),
        inspectContainer: async (id, options) => (lie(), await engine.inspectContainer(id, options)),
      }),
    })
    const web = rig.add('web')
    await rig.start()
    await rig.advance(5000)
    rig.world.engine.goAway()
    lies = 2
    rig.world.engine.comeBack()
    await rig.advance(2 * MINUTE)
    expect(lies).toBeLessThan(1)
    rig.stopContainer('web')
    await rig.advance(5000)
    expect(rig.lines(web)).toEqual(rig.written(web))
    await rig.stop()
  })

  test('what a destroy event names and an inspection does not find is given up at once', async () => {
    const rig = new MonitorRig()
    rig.add('web')
    await rig.start()
    await rig.advance(1000)
    rig.world.engine.remove('web')
    await rig.advance(1000)
    expect(rig.check('containers').detail).toBe('0 followed')
    expect(await rig.samples('log_capturer_lines_read_total{')).toEqual([])
    await rig.stop()
  })

  test('a source whose container went while the collector was down is given up', async () => {
    const rig = new MonitorRig()
    rig.add('web')
    await rig.start()
    await rig.advance(1000)
    await rig.stop()
    rig.world.engine.remove('web')
    rig.newProcess()
    await rig.start()
    await rig.advance(3 * MINUTE)
    expect(rig.check('containers')).toEqual({ ok: true, detail: '0 followed' })
    await rig.stop()
  })
})

describe('filters decide on labels, not on what an event calls so', () => {
  test('a label of a name that the engine uses for itself counts for a container that is started later', async () => {
    const rig = new MonitorRig({ monitor: { filters: { excludeLabels: ['name=secret'] } } })
    await rig.start()
    await rig.advance(1000)
    rig.add('web', { labels: { name: 'secret' } })
    const other = rig.add('other', { labels: { name: 'open' } })
    await rig.advance(5000)
    expect(rig.check('containers').detail).toBe('1 followed')
    expect(rig.lines(other).length).toBeGreaterThan(40)
    await rig.stop()
  })

  test('a short-lived container with a wanted label of such a name is read', async () => {
    const rig = new MonitorRig({ monitor: { filters: { includeLabels: ['name=wanted'] } } })
    await rig.start()
    await rig.advance(1000)
    const wanted = await rig.runShortLived('wanted', { name: 'wanted' })
    const other = await rig.runShortLived('other')
    await rig.advance(1000)
    expect(rig.lines(wanted)).toHaveLength(5)
    expect(rig.lines(other)).toEqual([])
    expect(await rig.samples('log_capturer_containers_missed_total{')).toEqual([])
    await rig.stop()
  })

  test('an attribute of an event is no label', async () => {
    const rig = new MonitorRig({ monitor: { filters: { excludeLabels: ['image'] } } })
    await rig.start()
    await rig.advance(1000)
    const web = rig.add('web')
    await rig.advance(5000)
    expect(rig.lines(web).length).toBeGreaterThan(40)
    await rig.stop()
  })

  test('a container that is renamed to a name that fits is followed from then on', async () => {
    const rig = new MonitorRig({ monitor: { filters: { includeNames: [/^web$/] } } })
    rig.add('new-web')
    await rig.start()
    await rig.advance(5000)
    rig.world.engine.rename('new-web', 'web')
    await rig.advance(5000)
    expect(rig.check('containers').detail).toBe('1 followed')
    await rig.stop()
  })
})

describe('from now', () => {
  test('is from the start of the collector: a container that came later is read from its first line', async () => {
    const rig = new MonitorRig({ monitor: { from: 'now' } })
    const old = rig.add('old')
    await rig.advance(10_000)
    await rig.start()
    await rig.advance(5000)
    const young = rig.add('young')
    rig.world.engine.events.loseNext(2)
    const unheard = rig.add('unheard')
    await rig.advance(2 * MINUTE)
    for (const name of ['old', 'young', 'unheard']) rig.stopContainer(name)
    await rig.advance(5000)
    expect(rig.written(old).length - rig.lines(old).length).toBeGreaterThan(95)
    expect(rig.lines(young)).toEqual(rig.written(young))
    expect(rig.lines(unheard)).toEqual(rig.written(unheard))
    await rig.stop()
  })

  test('what containers write while they wait for their first turn is wanted', async () => {
    const rig = new MonitorRig({ monitor: { from: 'now' }, slots: 1 })
    const containers = Array.from({ length: 8 }, (_, n) => rig.add(`web-${n}`))
    await rig.advance(10_000)
    await rig.start()
    await rig.advance(2 * MINUTE)
    for (const { name } of containers) rig.stopContainer(name)
    await rig.advance(2 * MINUTE)
    for (const container of containers) {
      expect(rig.written(container).length - rig.lines(container).length).toBeLessThan(110)
    }
    await rig.stop()
  })
})
