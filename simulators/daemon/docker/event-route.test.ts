import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { DOCKER_29 } from '../../engine/personality.ts'
import { ask, filters, open, startDaemon } from '../daemon.test-helper.ts'

describe('events', () => {
  test('come as they happen, in the order of the engine, with their attributes', async () => {
    const daemon = await startDaemon()
    const response = await open(daemon, `/events?${filters({ type: ['container'] })}`)
    const { id } = daemon.engine.addContainer({ name: 'web', labels: { a: 'b' }, image: 'nginx' })
    daemon.engine.rename('web', 'site')
    daemon.engine.stop('site')
    daemon.engine.remove('site')
    await delay(20)
    const lines: Buffer[] = []
    response.on('data', (chunk: Buffer) => lines.push(chunk))
    await delay(20)
    response.destroy()
    const events = parse(Buffer.concat(lines).toString())
    const actions = ['create', 'start', 'rename', 'kill', 'die', 'stop', 'destroy']
    expect(events.map(({ Action }) => Action)).toEqual(actions)
    expect(events[2]!.Actor).toEqual({
      ID: id,
      Attributes: { a: 'b', image: 'nginx', name: 'site', oldName: '/web' },
    })
    expect(events[4]!.Actor.Attributes['exitCode']).toBe('143')
  })

  test('of engine 29 are without the old keys, except to who asks in an older version, and of the type that is accepted', async () => {
    const daemon = await startDaemon({ personality: DOCKER_29 })
    daemon.engine.addContainer({ name: 'web' })
    const past = async (version: string, accept: string): Promise<[string | undefined, string]> => {
      const query = `since=1&until=${Date.now() / 1000 + 0.01}&${filters({ event: ['start'] })}`
      const { headers: told, body } = await ask(daemon, `/v${version}/events?${query}`, 'GET', undefined, {
        accept,
      })
      return [told['content-type'], body.toString()]
    }
    const [type, line] = await past('1.52', '*/*')
    expect(type).toBe('application/json')
    expect(Object.keys(JSON.parse(line))).toEqual(['Type', 'Action', 'Actor', 'scope', 'time', 'timeNano'])
    expect((await past('1.52', 'application/x-ndjson'))[0]).toBe('application/x-ndjson')
    const sequence = await past('1.52', 'text/plain, application/json-seq;q=0.9')
    expect(sequence[0]).toBe('application/json-seq')
    expect(sequence[1][0]).toBe('\u{1e}')
    const old = await past('1.44', 'application/json')
    expect(Object.keys(JSON.parse(old[1])).slice(0, 3)).toEqual(['status', 'id', 'from'])
  })

  test('the past is sent from since until until, and then the reply ends', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    const now = Date.now() / 1000
    const past = await ask(daemon, `/events?since=${now - 10}&until=${now + 0.05}`)
    expect(parse(past.body.toString()).map(({ Action }) => Action)).toEqual(['create', 'start'])
    const none = await ask(daemon, `/events?since=${now - 10}&until=${now - 5}`)
    expect(none.body.toString()).toBe('')
  })

  test('filters choose by event, container and label', async () => {
    const daemon = await startDaemon()
    const web = daemon.engine.addContainer({ name: 'web', labels: { a: 'b' } })
    daemon.engine.addContainer({ name: 'db' })
    const chosen = async (wanted: object): Promise<string[]> => {
      const { body } = await ask(daemon, `/events?since=1&until=${Date.now() / 1000}&${filters(wanted)}`)
      return parse(body.toString()).map(({ Action, Actor }) => `${Action} ${Actor.Attributes['name']}`)
    }
    await delay(5)
    expect(await chosen({ event: ['start'] })).toEqual(['start web', 'start db'])
    expect(await chosen({ container: [web.id.slice(0, 12)] })).toEqual(['create web', 'start web'])
    expect(await chosen({ label: ['a=b'], event: ['create'] })).toEqual(['create web'])
    expect(await chosen({ type: ['image'] })).toEqual([])
  })
})

const Event = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
})

function parse(lines: string): z.infer<typeof Event>[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Event.parse(JSON.parse(line)))
}
