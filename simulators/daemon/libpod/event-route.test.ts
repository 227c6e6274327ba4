import { setTimeout as delay } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ask, filters, open } from '../daemon.test-helper.ts'
import type { SimulatedDaemon } from '../simulated-daemon.ts'
import { askLibpod, startPodman } from './libpod.test-helper.ts'

describe('events', () => {
  test('have the names that Podman gives them', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    daemon.engine.pause('web')
    daemon.engine.unpause('web')
    daemon.engine.rename('web', 'site')
    daemon.engine.stop('site')
    daemon.engine.remove('site')
    const told = (await past(daemon)).map(({ Action }) => Action)
    expect(told.join(' ')).toBe('create init start pause unpause rename kill died cleanup remove')
  })

  test('tell image, name and labels, and at the end the exit code', async () => {
    const daemon = await startPodman()
    const { id } = daemon.engine.addContainer({ name: 'web', image: 'nginx', labels: { a: 'b' } })
    daemon.engine.exit('web', 3)
    const events = await past(daemon, filters({ event: ['start', 'die'] }))
    const common = { a: 'b', image: 'nginx', name: 'web', podId: '' }
    expect(events.map(({ Actor }) => Actor)).toEqual([
      { ID: id, Attributes: common },
      { ID: id, Attributes: { ...common, containerExitCode: '3' } },
    ])
  })

  test('always tell a client of 4 an exit code, without which it breaks', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    for (const { Actor } of await past(daemon, '', '4.3.1')) {
      expect(Actor.Attributes['containerExitCode']).toBe('0')
    }
  })

  test('come as they happen, the past before them only when it is asked for', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    const fromNow = await open(daemon, '/v5.4.2/libpod/events?since=&until=&stream=true')
    const fromThen = await open(daemon, '/v5.4.2/libpod/events?since=1m&until=100ms')
    daemon.engine.pause('web')
    expect(actionsIn(await text(fromThen))).toEqual(['create', 'init', 'start', 'pause'])
    const heard: Buffer[] = []
    fromNow.on('data', (chunk: Buffer) => heard.push(chunk))
    await delay(20)
    fromNow.destroy()
    expect(actionsIn(Buffer.concat(heard).toString())).toEqual(['pause'])
  })

  test.each([
    [{ container: ['web'] }, 3],
    [{ container: ['we'] }, 0],
    [{ type: ['container'], label: ['a=b', 'c'] }, 6],
    [{ label: ['c'] }, 3],
    [{ image: ['nginx'] }, 0],
    [{ status: ['start'] }, 2],
  ])('%j chooses', async (wanted, count) => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web', image: 'nginx', labels: { a: 'b' } })
    daemon.engine.addContainer({ name: 'db', labels: { c: 'd' } })
    expect(await past(daemon, filters(wanted))).toHaveLength(count)
  })

  test.each([
    ['since=foo', 500, 'unable to interpret time value'],
    [filters({ foo: ['x'] }), 500, 'foo is an invalid filter'],
    ['filters=bad', 400, "invalid character 'b' looking for beginning of value"],
  ])('%s is refused', async (query, status, cause) => {
    const answered = await askLibpod(await startPodman(), `/events?stream=false&${query}`)
    expect(answered).toMatchObject({ status, json: { cause } })
  })
})

const Event = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
})

async function past(
  daemon: SimulatedDaemon,
  query = '',
  version = '5.4.2',
): Promise<z.infer<typeof Event>[]> {
  const { body } = await ask(daemon, `/v${version}/libpod/events?stream=false&${query}`)
  return eventsIn(body.toString())
}

function actionsIn(lines: string): string[] {
  return eventsIn(lines).map(({ Action }) => Action)
}

function eventsIn(lines: string): z.infer<typeof Event>[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Event.parse(JSON.parse(line)))
}
