import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ask, eventually, open, openedSince, openSockets } from '../daemon.test-helper.ts'
import type { SimulatedDaemon } from '../simulated-daemon.ts'
import { askLibpod, framesIn, startPodman } from './libpod.test-helper.ts'

describe('logs', () => {
  test('each line is a frame of its stream, the last of them with tail', async () => {
    const daemon = await written()
    expect(await logs(daemon, 'stdout=true&stderr=true&tail=-1')).toEqual([
      [1, 'one\n'],
      [2, 'two\n'],
      [1, 'three\n'],
    ])
    expect(await logs(daemon, 'stdout=true&stderr=true&tail=1')).toEqual([[1, 'three\n']])
    expect(await logs(daemon, 'stderr=true')).toEqual([[2, 'two\n']])
  })

  test('stamps are of whole seconds', async () => {
    const lines = await logs(await written(), 'stdout=true&timestamps=true&tail=all')
    expect(lines[0]![1]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ one\n$/)
  })

  test('since and until are dates or spans of time; the zero time of clients is none', async () => {
    const daemon = await written()
    const zero = encodeURIComponent('0001-01-01T00:00:00Z')
    expect(await logs(daemon, `stdout=true&since=${zero}&until=${zero}`)).toHaveLength(2)
    expect(await logs(daemon, 'stdout=true&since=1h')).toHaveLength(2)
    expect(await logs(daemon, 'stdout=true&since=-1h')).toEqual([])
    expect(await logs(daemon, 'stdout=true&until=-1h')).toEqual([])
  })

  test('what a terminal wrote is in frames too, line by line, also while it is followed', async () => {
    const daemon = await startPodman()
    const container = daemon.engine.addContainer({ name: 'web', tty: true })
    container.write('stdout', 'one\ntwo\n')
    const response = await open(daemon, '/v4.3.1/libpod/containers/web/logs?stdout=true&follow=true')
    const followed = buffer(response)
    await eventually(() => container.wires.size === 1)
    container.write('stderr', 'three\n')
    daemon.engine.stop('web')
    expect(framesIn(await followed)).toEqual([
      [1, 'one\r\n'],
      [1, 'two\r\n'],
      [1, 'three\r\n'],
    ])
  })

  test('followers of a terminal that are cut leave no connection and no reply', async () => {
    const daemon = await startPodman()
    const container = daemon.engine.addContainer({ name: 'web', tty: true })
    container.write('stdout', 'one\n')
    const before = openSockets()
    for (let turn = 0; turn < 20; turn++) {
      const path = '/v4.3.1/libpod/containers/web/logs?stdout=true&follow=true'
      ;(await open(daemon, path)).destroy()
    }
    await eventually(() => container.wires.size === 0 && openedSince(before) === 0)
  })

  test.each([
    ['', 400, 'Bad Request: you must choose at least one stream for /v5.4.2/libpod/containers/web/logs?'],
    ['stdout=true&since=foo', 400, 'unable to interpret time value'],
    ['stdout=true&tail=foo', 400, 'invalid syntax'],
  ])('%j is refused', async (query, status, cause) => {
    expect(await askLibpod(await written(), `/containers/web/logs?${query}`)).toMatchObject({
      status,
      json: { cause, response: status },
    })
  })

  test('a container whose driver keeps nothing has none', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web', logDriver: 'none' })
    expect(await askLibpod(daemon, '/containers/web/logs?stdout=true')).toMatchObject({
      status: 500,
      json: { cause: 'this container is not logging output' },
    })
  })
})

async function written(): Promise<SimulatedDaemon> {
  const daemon = await startPodman()
  const container = daemon.engine.addContainer({ name: 'web' })
  container.write('stdout', 'one\n')
  container.write('stderr', 'two\n')
  container.write('stdout', 'three\n')
  return daemon
}

async function logs(daemon: SimulatedDaemon, query: string): Promise<[number, string][]> {
  return framesIn((await ask(daemon, `/v4.3.1/libpod/containers/web/logs?${query}`)).body)
}
