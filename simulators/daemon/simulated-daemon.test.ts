import { spawnSync } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { DOCKER_20_10 } from '../engine/personality.ts'
import {
  ask,
  askJson,
  eventually,
  filters,
  open,
  openedSince,
  openSockets,
  socketOf,
  startDaemon,
} from './daemon.test-helper.ts'
import * as faults from '../faults/engine-catalogue.ts'
import { SimulatedDaemon } from './simulated-daemon.ts'

describe('the daemon', () => {
  test('answers a ping with its API version, to HEAD without a body', async () => {
    const daemon = await startDaemon({ personality: DOCKER_20_10 })
    const got = await ask(daemon, '/_ping')
    expect([got.status, got.body.toString(), got.headers['api-version']]).toEqual([200, 'OK', '1.41'])
    const head = await ask(daemon, '/v1.41/_ping', 'HEAD')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '0', 0])
  })

  test.each([
    ['/v1.41/nope', 404, 'page not found'],
    ['/v1.41/containers/nope/json', 404, 'No such container: nope'],
    ['/v1.41/containers/nope/logs?stdout=1&since=abc', 404, 'No such container: nope'],
    ['/v1.41/containers/web/logs', 400, 'Bad parameters: you must choose at least one stream'],
    ['/v1.41/containers/web/logs?stdout=1&since=abc', 500, 'strconv.ParseInt: parsing "abc": invalid syntax'],
    ['/containers/json?filters={"nope":["x"]}', 400, "invalid filter 'nope'"],
    ['/containers/json?filters={"status":["xx"]}', 400, "invalid filter 'status=xx'"],
  ])('%s is refused in the words of the engine', async (path, status, message) => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    expect(await askJson(daemon, encodeURI(path))).toEqual({ status, json: { message } })
  })

  test('API versions from 1.24 up to its own are answered, others refused', async () => {
    const daemon = await startDaemon()
    for (const version of ['1.24', '1.41', '1.45']) {
      expect((await ask(daemon, `/v${version}/containers/json`)).status).toBe(200)
    }
    const { status, json } = await askJson(daemon, '/v1.23/containers/json')
    expect(status).toBe(400)
    expect(json).toMatchObject({ message: expect.stringContaining('client version 1.23 is too old') })
    expect(await askJson(daemon, '/v1.46/containers/json')).toEqual({
      status: 400,
      json: { message: 'client version 1.46 is too new. Maximum supported API version is 1.45' },
    })
  })

  test('a container is found by id, by the beginning of its id, and by name; a slash before it is redirected', async () => {
    const daemon = await startDaemon()
    const { id } = daemon.engine.addContainer({ name: 'web' })
    for (const reference of [id, id.slice(0, 12), 'web']) {
      const { json } = await askJson(daemon, `/containers/${reference}/json`)
      expect(json).toMatchObject({ Id: id, Name: '/web' })
    }
    for (const reference of ['/web', '%2Fweb']) {
      const { status, headers } = await ask(daemon, `/containers/${reference}/json?size=1`)
      expect([status, headers.location]).toEqual([301, '/containers/web/json?size=1'])
    }
  })

  test('a name goes before the beginning of an id, and a beginning of several ids is refused', async () => {
    const daemon = await startDaemon()
    const first = daemon.engine.addContainer({ name: 'first' })
    const named = daemon.engine.addContainer({ name: first.id.slice(0, 3) })
    const { json } = await askJson(daemon, `/containers/${first.id.slice(0, 3)}/json`)
    expect(json).toMatchObject({ Id: named.id })
    for (let n = 0; n < 16; n++) daemon.engine.addContainer({ name: `more-${n}` })
    const digits = daemon.engine.containers.map(({ id }) => id[0]!)
    const twice = digits.find((digit, index) => digits.indexOf(digit) !== index)!
    expect((await askJson(daemon, `/containers/${twice}/json`)).status).toBe(400)
  })

  test('lists running containers newest first, all of them with all, and what filters choose', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'old', labels: { tier: 'back' } })
    daemon.engine.addContainer({ name: 'new', labels: { tier: 'front' } })
    daemon.engine.addContainer({ name: 'gone', started: false })
    const names = async (query: string): Promise<string[]> => {
      const { json } = await askJson(daemon, `/containers/json?${query}`)
      return z
        .array(z.object({ Names: z.array(z.string()) }))
        .parse(json)
        .flatMap(({ Names }) => Names)
    }
    expect(await names('')).toEqual(['/new', '/old'])
    expect(await names('all=1')).toEqual(['/gone', '/new', '/old'])
    expect(await names('limit=1')).toEqual(['/gone'])
    expect(await names(filters({ status: ['created'] }))).toEqual(['/gone'])
    expect(await names(filters({ label: ['tier=back'] }))).toEqual(['/old'])
    expect(await names(filters({ label: { tier: true } }))).toEqual(['/new', '/old'])
    expect(await names(filters({ name: ['^/ne'] }))).toEqual(['/new'])
  })

  test('info shows the descriptors of the daemon itself', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    const descriptors = async (): Promise<number> => {
      const { json } = await askJson(daemon, '/info')
      return z.object({ NFd: z.number() }).parse(json).NFd
    }
    const before = await descriptors()
    const follower = await open(daemon, '/containers/web/logs?follow=1&stdout=1')
    expect(await descriptors()).toBe(before + 2)
    follower.destroy()
  })

  test('answers on a port of the loopback interface', async () => {
    await using daemon = await SimulatedDaemon.listen({ listen: { port: 0 } })
    const response = await fetch(`${daemon.address.replace('tcp', 'http')}/_ping`)
    expect(await response.text()).toBe('OK')
  })

  test('takes over a socket file nobody listens on, and not one in use', async () => {
    const daemon = await startDaemon()
    const listen = { socketPath: socketOf(daemon) }
    await expect(SimulatedDaemon.listen({ listen })).rejects.toThrow('EADDRINUSE')
    const dead = `${listen.socketPath}.dead`
    const script = `require('net').createServer().listen(${JSON.stringify(dead)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script])
    await using heir = await SimulatedDaemon.listen({ listen: { socketPath: dead } })
    expect((await ask(heir, '/_ping')).status).toBe(200)
  })
})

describe('faults', () => {
  test('a reset breaks the connection in the middle', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    const response = await open(daemon, '/containers/web/logs?follow=1&stdout=1')
    daemon.inject(faults.reset({ container: 'web', streams: 'open' }))
    await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('a hung open answers nothing until it is calmed', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    daemon.inject(faults.hungOpen({ container: 'web', streams: 'next' }))
    let answered = false
    const opening = open(daemon, '/containers/web/logs?follow=1&stdout=1').then((response) => {
      answered = true
      return response
    })
    await delay(50)
    expect(answered).toBe(false)
    daemon.engine.calm('web')
    const response = await opening
    expect(response.statusCode).toBe(200)
    response.destroy()
  })

  test('a client that gives up on a hung engine leaves nothing', async () => {
    const daemon = await startDaemon()
    const before = openSockets()
    daemon.engine.hang()
    await expect(
      new Docker({ socketPath: socketOf(daemon) }).listContainers({ abortSignal: AbortSignal.timeout(30) }),
    ).rejects.toThrow()
    await eventually(() => openedSince(before) === 0)
    daemon.engine.comeBack()
    expect((await ask(daemon, '/_ping')).status).toBe(200)
  })

  test('an engine that is away cuts every connection and refuses new ones until it is back', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    const events = await open(daemon, '/events')
    daemon.engine.goAway()
    await expect(text(events)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await expect(ask(daemon, '/_ping')).rejects.toMatchObject({ code: 'ENOENT' })
    daemon.engine.comeBack()
    await delay(10)
    expect((await ask(daemon, '/_ping')).status).toBe(200)
  })

  test.each([409, 503])('a call ordered to fail gets %i, once', async (status) => {
    const daemon = await startDaemon()
    daemon.inject(faults.errorStatus({ operation: 'list', status, times: 1 }))
    expect((await ask(daemon, '/containers/json')).status).toBe(status)
    expect((await ask(daemon, '/containers/json')).status).toBe(200)
  })

  test('a call ordered to break the protocol gets JSON that is none', async () => {
    const daemon = await startDaemon()
    daemon.inject(faults.malformedJson({ operation: 'list', times: 1 }))
    await expect(askJson(daemon, '/containers/json')).rejects.toThrow(SyntaxError)
  })
})

describe('control', () => {
  test('each verb answers as the engine does, and does it', async () => {
    const daemon = await startDaemon()
    const container = daemon.engine.addContainer({ name: 'web' })
    const status = async (verb: string): Promise<unknown> =>
      (await askJson(daemon, `/containers/web/${verb}`, 'POST')).status
    expect(await status('start')).toBe(304)
    expect(await status('pause')).toBe(204)
    expect(await status('pause')).toBe(409)
    expect(container.state).toBe('paused')
    expect(await status('unpause')).toBe(204)
    expect(await status('unpause')).toBe(500)
    expect(await status('kill?signal=HUP')).toBe(204)
    expect(await status('kill?signal=WINCH')).toBe(409)
    expect([container.state, container.exitCode]).toEqual(['exited', 129])
    expect(await status('stop')).toBe(304)
    expect(await status('restart')).toBe(204)
    expect(await status('kill?signal=FOO')).toBe(400)
    expect(await status('stop')).toBe(204)
    expect([container.state, container.exitCode]).toEqual(['exited', 143])
    expect(await status('rename?name=web')).toBe(400)
    expect(await status('rename?name=other')).toBe(204)
    expect((await ask(daemon, '/containers/other', 'DELETE')).status).toBe(204)
    expect(daemon.engine.containers).toEqual([])
  })

  test.each([
    ['/containers/nope/kill', 404, 'cannot kill container: nope: No such container: nope'],
    ['/containers/nope/stop', 404, 'No such container: nope'],
    ['/containers/nope/wait', 404, 'No such container: nope'],
    ['/containers/create?name=x', 400, 'config cannot be empty in order to create a container'],
  ])('POST %s is refused in the words of the engine', async (path, status, message) => {
    const daemon = await startDaemon()
    expect(await askJson(daemon, path, 'POST', {})).toEqual({ status, json: { message } })
  })

  test('a running container is removed by force only, and a name is given once', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    daemon.engine.addContainer({ name: 'db' })
    expect((await ask(daemon, '/containers/db/rename?name=web', 'POST')).status).toBe(409)
    expect((await ask(daemon, '/containers/web', 'DELETE')).status).toBe(409)
    expect((await ask(daemon, '/containers/web?force=1', 'DELETE')).status).toBe(204)
    expect((await ask(daemon, '/containers/db/rename?name=web', 'POST')).status).toBe(204)
  })

  test('wait answers with the exit code once the process has ended', async () => {
    const daemon = await startDaemon()
    daemon.engine.addContainer({ name: 'web' })
    const waiting = await open(daemon, '/containers/web/wait', 'POST')
    daemon.engine.exit('web', 3)
    expect(JSON.parse(await text(waiting))).toEqual({ StatusCode: 3 })
  })

  test('a created container has what was asked for, and works once started', async () => {
    const daemon = await startDaemon({ createdBehaviour: { kind: 'chatty', everyMs: 5 } })
    const { status, json } = await askJson(daemon, '/containers/create?name=made', 'POST', {
      Image: 'nginx:1',
      Cmd: ['nginx', '-g'],
      Tty: true,
      Labels: { a: 'b' },
      HostConfig: { LogConfig: { Type: 'local', Config: { 'max-size': '10k', 'max-file': '3' } } },
    })
    expect([status, json]).toMatchObject([201, { Id: daemon.engine.container('made').id }])
    expect((await askJson(daemon, '/containers/made/json')).json).toMatchObject({
      Path: 'nginx',
      Config: { Image: 'nginx:1', Tty: true, Labels: { a: 'b' } },
      HostConfig: { LogConfig: { Type: 'local', Config: { 'max-size': '10k', 'max-file': '3' } } },
      State: { Status: 'created', Running: false },
    })
    await ask(daemon, '/containers/made/start', 'POST')
    await eventually(() => daemon.engine.container('made').lastNumber > 2)
  })
})
