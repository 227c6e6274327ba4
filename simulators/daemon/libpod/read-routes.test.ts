import { describe, expect, test } from 'vitest'
import { ask, askJson, startDaemon } from '../daemon.test-helper.ts'
import { askLibpod, startPodman } from './libpod.test-helper.ts'

describe("Podman's own API", () => {
  test('a ping tells by its head that the engine is Podman, in both APIs and to HEAD', async () => {
    const daemon = await startPodman()
    for (const [path, method] of [
      ['/v4.3.1/libpod/_ping', 'GET'],
      ['/_ping', 'GET'],
      ['/libpod/_ping', 'HEAD'],
    ] as const) {
      const { status, headers, body } = await ask(daemon, path, method)
      expect([status, body.toString()]).toEqual([200, method === 'GET' ? 'OK' : ''])
      expect(headers).toMatchObject({
        'api-version': '1.41',
        'libpod-api-version': '5.4.2',
        'docker-experimental': 'true',
        server: 'Libpod/5.4.2 (linux)',
      })
    }
  })

  test('is not there where the engine is Docker', async () => {
    const daemon = await startDaemon()
    for (const path of ['/v4.3.1/libpod/_ping', '/v1.41/libpod/_ping', '/libpod/containers/json']) {
      expect(await askJson(daemon, path)).toEqual({ status: 404, json: { message: 'page not found' } })
    }
    expect((await ask(daemon, '/_ping')).headers['libpod-api-version']).toBeUndefined()
  })

  test('has a plain 404 for what it has no route for, its images included', async () => {
    const daemon = await startPodman()
    const { status, headers, body } = await ask(daemon, '/v5.4.2/libpod/images/json')
    expect([status, body.toString()]).toEqual([404, 'Not Found\n'])
    expect(headers['content-type']).toContain('text/plain')
  })

  test("refuses with a cause and the status, in Docker's API too", async () => {
    const daemon = await startPodman()
    const { json } = await askLibpod(daemon, '/containers/nope/json')
    expect(json).toEqual({
      cause: 'no such container',
      message: 'no container with name or ID "nope" found: no such container',
      response: 404,
    })
    expect(await askJson(daemon, '/v1.41/containers/nope/json')).toMatchObject({
      status: 404,
      json: { message: 'No such container: nope', response: 404 },
    })
  })

  test('the version names Podman, its own API and that of Docker', async () => {
    const { json } = await askLibpod(await startPodman(), '/version')
    expect(json).toMatchObject({ Version: '5.4.2', ApiVersion: '1.41' })
    expect(json).toMatchObject({ Components: [{ Details: { APIVersion: '5.4.2' } }, {}, {}] })
  })

  test('the info counts containers by state', async () => {
    const daemon = await startPodman()
    for (const name of ['a', 'b', 'c']) daemon.engine.addContainer({ name, image: 'one' })
    daemon.engine.addContainer({ name: 'd', image: 'two', started: false })
    daemon.engine.pause('b')
    daemon.engine.stop('c')
    const { json } = await askLibpod(daemon, '/info')
    expect(json).toMatchObject({
      store: {
        containerStore: { number: 4, running: 1, paused: 1, stopped: 2 },
        imageStore: { number: 2 },
      },
      version: { APIVersion: '5.4.2' },
    })
  })

  test('a container exists by its name, its id and the beginning of its id, when that is of one only', async () => {
    const daemon = await startPodman()
    const { id } = daemon.engine.addContainer({ name: 'web' })
    for (const reference of ['web', id, id.slice(0, 12)]) {
      expect(await askLibpod(daemon, `/containers/${reference}/exists`)).toEqual({ status: 204, json: null })
    }
    expect(await askLibpod(daemon, '/containers/nope/exists')).toEqual({
      status: 404,
      json: { cause: 'no such container', message: 'no such container', response: 404 },
    })
  })

  test('the beginning of several ids names none of them', async () => {
    const daemon = await startPodman()
    const ids = Array.from({ length: 17 }, (_, n) => daemon.engine.addContainer({ name: `c${n}` }).id)
    const start = ids.map((id) => id[0]!).find((first, n) => ids.some((id, m) => m > n && id[0] === first))!
    expect(await askLibpod(daemon, `/containers/${start}/json`)).toMatchObject({
      status: 404,
      json: { message: `more than one result for container "${start}": container already exists` },
    })
  })

  test.each(['images', 'volumes', 'networks', 'pods'])('of %s there are none', async (things) => {
    const { status, json } = await askLibpod(await startPodman(), `/${things}/nope/json`)
    expect([status, json]).toEqual([404, expect.objectContaining({ response: 404 })])
  })
})
