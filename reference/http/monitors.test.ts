import { expect, test } from 'vitest'
import { ApiRig } from './api-rig.test-helper.ts'

const state = (name: string, now: string): object => ({ name, state: now, unfinished: [] })

test('a monitor is stopped and started by name, each answers with how it is now, also where it was so already', async () => {
  const rig = new ApiRig()
  const web = rig.add('web')
  await rig.start()
  await rig.world.advance(5000)
  for (const _ of [1, 2])
    expect(await rig.post('/api/monitors/container/stop')).toEqual({
      status: 200,
      body: { monitors: [state('container', 'stopped')] },
    })
  const { sink } = rig.container(web)
  rig.append('still read')
  await rig.world.advance(10_000)
  expect(rig.container(web).sink).toBe(sink)
  expect(rig.file().sink).toBe('still read\n')
  for (const _ of [1, 2])
    expect(await rig.post('/api/monitors/container/start')).toEqual({
      status: 200,
      body: { monitors: [state('container', 'running')] },
    })
  await rig.world.advance(5000)
  expect(await rig.stop()).toEqual([])
  const { sink: whole, written } = rig.container(web)
  expect(whole.length).toBeGreaterThan(sink.length + 100)
  expect(written.startsWith(whole)).toBe(true)
})

test('without a name all of them are stopped and started', async () => {
  const rig = new ApiRig()
  await rig.start()
  for (const [action, now] of [['stop', 'stopped'] as const, ['start', 'running'] as const])
    expect(await rig.post(`/api/monitors/${action}`)).toEqual({
      status: 200,
      body: { monitors: [state('container', now), state('file', now)] },
    })
  expect(await rig.stop()).toEqual([])
})

test('health, status, figures and log tell that a monitor is stopped, and nothing once it runs', async () => {
  const rig = new ApiRig()
  rig.add('web')
  await rig.start()
  await rig.world.advance(5000)
  expect(await rig.get('/health/ready')).toEqual({ status: 200, body: { ready: true, reasons: [] } })
  await rig.post('/api/monitors/file/stop')
  await rig.world.advance(12_000)
  expect(await rig.get('/health/ready')).toEqual({
    status: 503,
    body: { ready: false, reasons: ['file_monitor: stopped by request for 12 s: it reads nothing'] },
  })
  expect((await rig.get('/health')).status).toBe(503)
  expect((await rig.get('/health/live')).status).toBe(200)
  expect((await rig.get('/status')).body).toMatchObject({
    monitors: [state('container', 'running'), state('file', 'stopped')],
  })
  expect(await rig.collector.metrics.text()).toContain('log_capturer_monitor_running{monitor="file"} 0')
  await rig.post('/api/monitors/file/start')
  expect(await rig.get('/health/ready')).toEqual({ status: 200, body: { ready: true, reasons: [] } })
  expect(await rig.collector.metrics.text()).toContain('log_capturer_monitor_running{monitor="file"} 1')
  const said = rig.ports.logger.entries
    .map(({ message }) => message)
    .filter((text) => text.includes('request'))
  expect(said).toEqual([
    'A monitor was stopped by request: it reads nothing',
    'A monitor was started by request',
  ])
})

test('requests that meet are done one after the other, and the last one wins', async () => {
  const rig = new ApiRig()
  await rig.start()
  await rig.world.advance(5000)
  const actions = ['stop', 'start', 'stop', 'stop', 'start']
  const statuses = await rig.postTogether(...actions.map((action) => `/api/monitors/file/${action}`))
  expect(statuses.at(-1)).toEqual({ status: 200, body: { monitors: [state('file', 'running')] } })
  expect(statuses.every(({ status }) => status === 200 || status === 409)).toBe(true)
  expect((await rig.get('/health')).status).toBe(200)
})

test('a file monitor that is stopped holds no file open, and no line of its own is lost by that', async () => {
  const rig = new ApiRig()
  rig.append('one')
  await rig.start()
  await rig.world.advance(2000)
  const opened = (): number =>
    rig.world.ledger.list().filter(({ description }) => description.includes('app.log')).length
  expect(opened()).toBeGreaterThan(1)
  await rig.post('/api/monitors/file/stop')
  // What is left is that of the sink.
  expect(opened()).toBe(1)
  rig.append('two')
  await rig.post('/api/monitors/file/start')
  await rig.world.advance(2000)
  expect(rig.file().sink).toBe('one\ntwo\n')
})

test('what its configuration does not enable cannot be started, and the answer names the key', async () => {
  const rig = new ApiRig({ config: { fileMonitor: { enabled: false } } })
  await rig.start()
  expect(await rig.post('/api/monitors/file/start')).toEqual({
    status: 409,
    body: { error: 'Cannot start the file monitor: set file_monitor.enabled in the configuration' },
  })
})

test('a monitor that is off stays without effect on the stop of the collector, which leaves nothing', async () => {
  const rig = new ApiRig()
  rig.add('web')
  await rig.start()
  await rig.world.advance(1000)
  await rig.post('/api/monitors/stop')
  expect(await rig.stop()).toEqual([])
  expect(rig.world.ledger.list()).toEqual([])
  expect(rig.collector.tasks.list()).toEqual([])
})
