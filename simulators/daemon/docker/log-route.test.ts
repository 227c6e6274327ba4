import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { DOCKER_20_10, DOCKER_26, type EnginePersonality } from '../../engine/personality.ts'
import { framesOf } from '../../engine/test-support.ts'
import { ask, eventually, open, openedSince, openSockets, startDaemon } from '../daemon.test-helper.ts'

describe('logs', () => {
  test('headers come at once, from a container that is silent', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    const response = await open(daemon, '/v1.41/containers/web/logs?follow=1&stdout=1')
    expect(response.headers['content-type']).toBe('application/vnd.docker.raw-stream')
    response.destroy()
    const newer = await open(daemon, '/v1.42/containers/web/logs?follow=1&stdout=1')
    expect(newer.headers['content-type']).toBe('application/vnd.docker.multiplexed-stream')
    newer.destroy()
  })

  test('without timestamps each message is a frame of its data alone', async () => {
    const { logs } = await written()
    expect([...(await logs('stdout=1&stderr=1'))]).toEqual([
      ...frame(1, 'a\n'),
      ...frame(2, 'b\n'),
      ...frame(1, 'c\n'),
      ...frame(2, 'd\n'),
    ])
  })

  test('tail counts messages of both streams, whichever were asked for', async () => {
    const { logs } = await written()
    const data = async (query: string): Promise<string> =>
      framesOf(await logs(`timestamps=1&${query}`))
        .map((message) => message.data.trim())
        .join('')
    expect(await data('stdout=1&stderr=1&tail=3')).toBe('bcd')
    expect(await data('stdout=1&tail=3')).toBe('c')
    expect(await data('stdout=1&tail=1')).toBe('')
    expect(await data('stderr=1&tail=all')).toBe('bd')
    expect(await data('stdout=1&stderr=1&tail=nonsense')).toBe('abcd')
    expect(await data('stdout=1&stderr=1&tail=0')).toBe('')
  })

  test('since and until both include a message of that very stamp', async () => {
    const { logs, stamps } = await written()
    const query = `stdout=1&stderr=1&timestamps=1&since=${seconds(stamps[1]!)}&until=${seconds(stamps[2]!)}`
    expect(framesOf(await logs(query)).map(({ data }) => data)).toEqual(['b\n', 'c\n'])
  })

  test('since is held against each message by 20.10, until the first match by 26', async () => {
    expect(await deliveredSinceSecond(DOCKER_20_10)).toBe('middle')
    expect(await deliveredSinceSecond(DOCKER_26)).toBe('middle,rest')
  })

  test('with a TTY there are no frames, and lines end in CR LF', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web', tty: true }).write('stderr', 'hi\nyou\n')
    expect((await ask(daemon, '/containers/web/logs?stdout=1')).body.toString()).toBe('hi\r\nyou\r\n')
    expect((await ask(daemon, '/containers/web/logs?stderr=1')).body.toString()).toBe('')
  })

  test('a follow sends what comes, and ends with its container', async () => {
    const daemon = await startDaemon()
    const container = daemon.engine.addContainer({ name: 'web', tty: true })
    const response = await open(daemon, '/containers/web/logs?follow=1&stdout=1')
    container.write('stdout', 'one\n')
    await delay(10)
    container.write('stdout', 'two\n')
    daemon.engine.stop('web')
    expect(await text(response)).toBe('one\r\ntwo\r\n')
  })

  test('a slow reader stops the pull', async () => {
    const daemon = await startDaemon()
    const container = daemon.engine.addContainer({ name: 'web' })
    const line = `${'x'.repeat(9999)}\n`
    for (let n = 0; n < 2000; n++) container.write('stdout', line)
    const response = await open(daemon, '/containers/web/logs?follow=1&stdout=1&stderr=1&timestamps=1')
    const [wire] = container.wires
    await delay(50)
    const untouched = wire!.available
    expect(untouched).toBeGreaterThan(18_000_000)
    await delay(50)
    expect(wire!.available).toBe(untouched)
    response.resume()
    await eventually(() => wire!.available === 0)
    response.destroy()
  })

  test('1,000 followers connected and cut leave no descriptor and no reply', async () => {
    const daemon = await startDaemon()
    const container = daemon.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 200 } })
    const before = openSockets()
    const followers: IncomingMessage[] = []
    // Not all at once: a socket's backlog holds 511 that were not accepted yet.
    while (followers.length < 1000) {
      const opening = Array.from({ length: 100 }, () =>
        open(daemon, '/containers/web/logs?follow=1&stdout=1'),
      )
      followers.push(...(await Promise.all(opening)))
    }
    expect(container.wires.size).toBe(1000)
    expect(openedSince(before)).toBe(2000)
    for (const follower of followers) follower.destroy()
    await eventually(() => container.wires.size === 0)
    await eventually(() => openedSince(before) === 0)
  })
})

/** A log of the messages a to d, alternately of stdout and stderr. */
async function written(personality = DOCKER_26): Promise<{
  logs: (query: string) => Promise<Buffer>
  stamps: string[]
}> {
  const daemon = await startDaemon({ personality })
  const container = daemon.engine.addContainer({ name: 'web' })
  for (const line of ['a', 'b', 'c', 'd']) {
    container.write('ac'.includes(line) ? 'stdout' : 'stderr', `${line}\n`)
    await delay(2)
  }
  const logs = async (query: string): Promise<Buffer> =>
    (await ask(daemon, `/containers/web/logs?${query}`)).body
  const stamps = framesOf(await logs('stdout=1&stderr=1&timestamps=1')).map(({ stamp }) => stamp)
  return { logs, stamps }
}

/** What a query from the second message's stamp on yields, the rest of an older line being stored behind it. */
async function deliveredSinceSecond(personality: EnginePersonality): Promise<string> {
  const daemon = await startDaemon({ personality })
  const container = daemon.engine.addContainer({ name: 'web' })
  // The rest of a long line carries the stamp of its first chunk, however late it comes.
  container.write('stdout', 'x'.repeat(16_384))
  await delay(5)
  container.write('stderr', 'middle\n')
  await delay(5)
  container.write('stdout', 'rest\n')
  const all = framesOf((await ask(daemon, '/containers/web/logs?stdout=1&stderr=1&timestamps=1')).body)
  const query = `stdout=1&stderr=1&timestamps=1&since=${seconds(all[1]!.stamp)}`
  const frames = framesOf((await ask(daemon, `/containers/web/logs?${query}`)).body)
  return frames.map(({ data }) => data.trim()).join()
}

/** A stamp as `since` and `until` take it. */
function seconds(stamp: string): string {
  return `${Date.parse(stamp.slice(0, 19) + 'Z') / 1000}.${stamp.slice(20, 29)}`
}

function frame(stream: number, data: string): number[] {
  return [stream, 0, 0, 0, 0, 0, 0, data.length, ...Buffer.from(data)]
}
