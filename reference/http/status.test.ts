import { expect, test } from 'vitest'
import { faults } from '../../simulators/index.ts'
import { ApiRig } from './api-rig.test-helper.ts'
import { statusSchema, type Status } from './status.ts'

async function statusOf(rig: ApiRig): Promise<Status> {
  const { body } = await rig.get('/status')
  return statusSchema.parse(body)
}

test('status tells where reading of each source is, how old its stream is, and what sinks have', async () => {
  const rig = new ApiRig({ config: { containerMonitor: { streamRotation: { intervalMs: 60_000 } } } })
  const web = rig.add('web')
  const idle = rig.add('idle', { behaviour: { kind: 'silent' } })
  for (const line of ['one', 'two', 'three']) rig.append(line)
  await rig.start()
  await rig.world.advance(20_000)
  const { state, containers, files, sinks } = await statusOf(rig)
  expect(state).toBe('running')
  const position = containers[0]!.position!
  expect(containers).toEqual([
    {
      id: web.id,
      name: 'web',
      from: 'api',
      streamAgeMs: expect.closeTo(20_000, -3),
      waitingForSlot: false,
      unreadForMs: 0,
      position,
    },
    expect.objectContaining({ id: idle.id, name: 'idle', position: null }),
  ])
  expect(files).toEqual([{ path: '/var/log/app.log', position: { epoch: 0, records: 3 }, fault: null }])
  expect(sinks).toMatchObject([
    { sink: 'local_file', lines: position.records + 3, deadLetters: 0, spoolBytes: 0 },
  ])
  expect(position.records).toBe(rig.container(web).sink.split('\n').length - 1)
  await rig.stop()
  const after = rig.world.http.request({ host: '127.0.0.1', port: 8401 }, 'GET', '/status')
  await expect(after).rejects.toThrow(/ECONNREFUSED/)
})

test('the last errors are told with how often they came, and are bounded in number and length', async () => {
  const rig = new ApiRig()
  rig.add('web')
  await rig.start()
  await rig.world.advance(1000)
  rig.world.inject(faults.reset({ container: 'web', streams: 'open' }))
  await rig.world.advance(5000)
  const { errors } = await statusOf(rig)
  expect(errors).toMatchObject([
    { level: 'warn', message: 'A stream failed', count: 1, fields: { container: 'web', during: 'read' } },
  ])
  expect(Date.parse(errors[0]!.lastAt)).toBe(Date.parse(errors[0]!.firstAt))
})
