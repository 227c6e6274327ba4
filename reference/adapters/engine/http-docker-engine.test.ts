import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EngineStream } from '../../ports/docker-engine.ts'
import { HttpDockerEngine } from './http-docker-engine.ts'
import {
  openSockets,
  startDockerApi,
  VERSION,
  type Answer,
  type DockerApi,
} from './http-docker-engine.test-helper.ts'

const ID = '0123456789abcdef'.repeat(4)
const { signal } = new AbortController()

async function connect(
  answer: Answer,
  version?: object,
): Promise<{ api: DockerApi; engine: HttpDockerEngine }> {
  const api = await startDockerApi(answer, version)
  const engine = new HttpDockerEngine(api.host)
  onTestFinished(async () => {
    engine.close()
    await api[Symbol.asyncDispose]()
  })
  return { api, engine }
}

/** Sends the headers and then nothing. */
const silent: Answer = (_, response) => {
  response.flushHeaders()
}

/** Sends and sends, and says how much it got rid of. */
function endless(status: number): { answer: Answer; sent: () => number } {
  let sent = 0
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const answer: Answer = (_, response) => {
    response.writeHead(status)
    const push = (): void => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length
    }
    response.on('drain', push)
    push()
  }
  return { answer, sent: () => sent }
}

/** Ends the connection of every `nth` request without an answer. */
async function closingAt(...closing: number[]): Promise<{ api: DockerApi; engine: HttpDockerEngine }> {
  let requests = 0
  return await connect((request, response) => {
    requests += 1
    if (closing.includes(requests)) request.socket.destroy()
    else response.end('[]')
  })
}

async function readAll(stream: EngineStream<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const piece = await stream.read({ signal })
    if (piece === null) return Buffer.concat(pieces)
    pieces.push(piece)
  }
}

async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 6000 && !(await condition()); turn++) await delay(5)
  expect(await condition()).toBe(true)
}

describe('opening a log', () => {
  test('asks for both streams with stamps, and for the tail that is wanted', async () => {
    const { api, engine } = await connect((_, response) => response.end())
    const stream = await engine.openLogs(ID, { follow: true, tail: 300, signal })
    stream.destroy()
    expect(api.requests).toEqual([
      '/version',
      `/v1.41/containers/${ID}/logs?follow=1&stdout=1&stderr=1&timestamps=1&tail=300`,
    ])
  })

  test('an engine that never answers: abort frees the socket at once and rejects with the reason', async () => {
    const { api, engine } = await connect(() => {})
    await engine.info({ signal })
    const idle = engine.connections()
    const opening = new AbortController()
    const opened = engine.openLogs(ID, { follow: true, signal: opening.signal })
    const failure = expect(opened).rejects.toBe('changed my mind')
    await eventually(() => api.requests.length === 2)
    expect(engine.connections()).toBe(idle + 1)
    opening.abort('changed my mind')
    expect(engine.connections()).toBe(idle)
    await failure
    expect(getEventListeners(opening.signal, 'abort')).toEqual([])
    await eventually(async () => (await api.connections()) === idle)
  })

  test('aborted before it began it opens nothing', async () => {
    const { api, engine } = await connect(silent)
    await expect(engine.openLogs(ID, { follow: true, signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(api.requests).toEqual([])
  })

  test('its signal governs opening only', async () => {
    const { engine } = await connect((_, response) => {
      response.write('a')
      setTimeout(() => response.end('b'), 30)
    })
    const opening = new AbortController()
    const stream = await engine.openLogs(ID, { follow: true, signal: opening.signal })
    opening.abort()
    expect((await readAll(stream)).toString()).toBe('ab')
    stream.destroy()
  })

  test('headers that come late open a stream that works', async () => {
    const { engine } = await connect((_, response) => setTimeout(() => response.end('late'), 50))
    const stream = await engine.openLogs(ID, { follow: true, signal })
    expect((await readAll(stream)).toString()).toBe('late')
    stream.destroy()
  })

  test.each([
    [404, 'not_found'],
    [409, 'conflict'],
    [500, 'unavailable'],
    [501, 'not_supported'],
    [400, 'protocol'],
  ])('%i is %s, in the words of the engine', async (status, code) => {
    const { engine } = await connect((_, response) =>
      response.writeHead(status).end(JSON.stringify({ message: 'its own words' })),
    )
    await expect(engine.openLogs(ID, { follow: true, signal })).rejects.toMatchObject({
      name: 'EngineError',
      code,
      message: `Cannot read the log of 0123456789ab: the engine answered ${status}: its own words`,
    })
    expect(engine.connections()).toBe(1)
  })

  test('a socket that is not there is unavailable', async () => {
    const engine = new HttpDockerEngine('unix:///nonexistent/docker.sock')
    await expect(engine.info({ signal })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('there is no such socket'),
    })
  })
})

describe('an answer', () => {
  test('of refusal that never ends is read a little of', async () => {
    const { answer, sent } = endless(500)
    const { engine } = await connect(answer)
    for (const ask of [
      () => engine.openLogs(ID, { follow: true, signal }),
      () => engine.listContainers({ signal }),
    ]) {
      const error = await ask().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        code: 'unavailable',
        message: expect.stringMatching(/answered 500: x+$/),
      })
      expect(String(error).length).toBeLessThan(2000)
    }
    expect(sent()).toBeLessThan(16 * 2 ** 20)
    expect(engine.connections()).toBeLessThanOrEqual(1)
  })

  test('in JSON that never ends is given up', async () => {
    const { answer, sent } = endless(200)
    const { engine } = await connect(answer)
    await expect(engine.listContainers({ signal })).rejects.toMatchObject({
      code: 'protocol',
      message: 'Cannot list containers: the answer is longer than 67108864 bytes',
    })
    expect(sent()).toBeLessThan(128 * 2 ** 20)
    expect(engine.connections()).toBe(0)
  })

  test.each([
    ['with what is switched to', 'upgrade: tcp\r\nconnection: Upgrade\r\n'],
    ['without', ''],
  ])('of another protocol fails at once, %s', async (_, headers) => {
    const { engine } = await connect((request) => {
      request.socket.write(`HTTP/1.1 101 UPGRADED\r\n${headers}\r\n`)
    })
    for (const ask of [
      () => engine.openLogs(ID, { follow: true, signal }),
      () => engine.listContainers({ signal }),
    ]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'protocol',
        message: expect.stringMatching(/another protocol than HTTP|the engine answered 101/),
      })
    }
    expect(engine.connections()).toBeLessThanOrEqual(1)
  })
})

describe('a connection that was kept and that the engine closes when it is used again', () => {
  test('is replaced once', async () => {
    const { api, engine } = await closingAt(2)
    expect(await engine.listContainers({ signal })).toEqual([])
    expect(await engine.listContainers({ signal })).toEqual([])
    expect(api.requests).toHaveLength(4)
    expect(engine.connections()).toBe(1)
  })

  test('and so is the next one: that is a failure', async () => {
    const { engine } = await closingAt(2, 3)
    await engine.listContainers({ signal })
    await expect(engine.listContainers({ signal })).rejects.toMatchObject({ code: 'unavailable' })
    expect(await engine.listContainers({ signal })).toEqual([])
  })

  test('but not one that is new, nor an answer that has begun', async () => {
    const { api, engine } = await connect((request, response) => {
      if (request.url!.includes('/logs')) return request.socket.destroy()
      response.writeHead(200, { 'content-length': 100 }).write('[')
      return setTimeout(() => request.socket.destroy(), 20)
    })
    await expect(engine.openLogs(ID, { follow: true, signal })).rejects.toMatchObject({ code: 'unavailable' })
    await expect(engine.listContainers({ signal })).rejects.toMatchObject({ code: 'unavailable' })
    expect(api.requests).toHaveLength(3)
  })
})

describe('a stream', () => {
  test('500 opened and destroyed leave no descriptor, on either side', async () => {
    const { api, engine } = await connect(silent)
    await engine.info({ signal })
    const before = openSockets()
    for (let n = 0; n < 500; n++) {
      const stream = await engine.openLogs(ID, { follow: true, signal })
      stream.destroy()
    }
    await eventually(async () => (await api.connections()) === 1)
    const left = [...openSockets()].filter((socket) => !before.has(socket))
    expect(left).toEqual([])
    expect(engine.connections()).toBe(1)
  })

  test('destroy gives the descriptor back before it returns', async () => {
    const { engine } = await connect(silent)
    const before = openSockets()
    const stream = await engine.openLogs(ID, { follow: true, signal })
    const own = [...openSockets()].filter((socket) => !before.has(socket))
    stream.destroy()
    const after = openSockets()
    expect(own.filter((socket) => !after.has(socket))).toHaveLength(1)
    stream.destroy()
    await stream.closed
  })

  test('destroying rejects a read that is pending, and every later one', async () => {
    const { engine } = await connect(silent)
    const stream = await engine.openLogs(ID, { follow: true, signal })
    const pending = expect(stream.read({ signal })).rejects.toMatchObject({ code: 'destroyed' })
    stream.destroy()
    await pending
    await expect(stream.read({ signal })).rejects.toMatchObject({ code: 'destroyed' })
  })

  test('an aborted read loses nothing and leaves no listener', async () => {
    const { promise: responding, resolve: respond } = Promise.withResolvers<ServerResponse>()
    const { engine } = await connect((_, response) => {
      response.write('first')
      respond(response)
    })
    const stream = await engine.openLogs(ID, { follow: true, signal })
    expect(Buffer.from((await stream.read({ signal })) ?? '').toString()).toBe('first')
    const reading = new AbortController()
    const aborted = expect(stream.read({ signal: reading.signal })).rejects.toBe('enough')
    await delay(10)
    reading.abort('enough')
    await aborted
    expect(getEventListeners(reading.signal, 'abort')).toEqual([])
    const response = await responding
    response.end(' second')
    expect((await readAll(stream)).toString()).toBe(' second')
    stream.destroy()
  })

  test('a thousand reads under one signal leave no listener on it', async () => {
    const { engine } = await connect((_, response) => {
      let sent = 0
      const timer = setInterval(() => {
        response.write('x'.repeat(100))
        if (++sent === 40) {
          clearInterval(timer)
          response.end()
        }
      }, 1)
    })
    const stream = await engine.openLogs(ID, { follow: true, signal })
    const reading = new AbortController()
    let pieces = 0
    while ((await stream.read({ signal: reading.signal })) !== null) pieces++
    expect(pieces).toBeGreaterThan(3)
    expect(getEventListeners(reading.signal, 'abort')).toEqual([])
    stream.destroy()
  })

  test('a connection that breaks fails the read as unavailable, after what had come', async () => {
    const { engine } = await connect((request, response) => {
      response.write('before')
      setTimeout(() => request.socket.destroy(), 20)
    })
    const stream = await engine.openLogs(ID, { follow: true, signal })
    expect(Buffer.from((await stream.read({ signal })) ?? '').toString()).toBe('before')
    await expect(stream.read({ signal })).rejects.toMatchObject({ code: 'unavailable' })
    stream.destroy()
    expect(engine.connections()).toBeLessThanOrEqual(1)
  })

  test('the end is told again and again', async () => {
    const { engine } = await connect((_, response) => response.end('x'))
    const stream = await engine.openLogs(ID, { follow: false, signal })
    await readAll(stream)
    expect(await stream.read({ signal })).toBe(null)
    stream.destroy()
    await stream.closed
  })

  test('a log nobody reads stays with the engine', async () => {
    let taken = 0
    const { engine } = await connect((_, response) => {
      const chunk = Buffer.alloc(64 * 1024)
      const push = (): void => {
        while (taken < 64 * 2 ** 20) {
          taken += chunk.length
          if (!response.write(chunk)) return
        }
      }
      response.on('drain', push)
      push()
    })
    const stream = await engine.openLogs(ID, { follow: true, signal })
    let large = 0
    while (large < 32 * 1024) large = (await stream.read({ signal }))?.byteLength ?? 0
    await delay(100)
    expect(taken).toBeLessThan(8 * 2 ** 20)
    stream.destroy()
  })

  test('a log of many small messages arrives whole, in few pieces', async () => {
    const { engine } = await connect((_, response) => {
      let line = 0
      const next = (): void => {
        response.write(`${line++}\n`)
        if (line < 2000) setImmediate(next)
        else response.end()
      }
      next()
    })
    const stream = await engine.openLogs(ID, { follow: false, signal })
    const pieces: string[] = []
    for (;;) {
      const piece = await stream.read({ signal })
      if (piece === null) break
      pieces.push(Buffer.from(piece).toString())
    }
    stream.destroy()
    expect(pieces.join('').trimEnd().split('\n')).toEqual(
      Array.from({ length: 2000 }, (_, line) => `${line}`),
    )
    expect(pieces.length).toBeLessThan(500)
  })
})

describe('control calls', () => {
  test('share a connection, which close() ends; the engine can be used again', async () => {
    const { api, engine } = await connect((_, response) => response.end('[]'))
    await engine.listContainers({ signal })
    await engine.listContainers({ signal })
    expect(engine.connections()).toBe(1)
    engine.close()
    expect(engine.connections()).toBe(0)
    await eventually(async () => (await api.connections()) === 0)
    expect(await engine.listContainers({ signal })).toEqual([])
  })

  test('an answer cut in the middle is unavailable, not waited for for ever', async () => {
    const { engine } = await connect((request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('[{"Id":')
      setTimeout(() => request.socket.destroy(), 20)
    })
    await expect(engine.listContainers({ signal })).rejects.toMatchObject({ code: 'unavailable' })
    expect(engine.connections()).toBe(0)
  })

  test('an answer that never ends is given up with its socket', async () => {
    const { engine } = await connect((_, response) => response.writeHead(200).write('['))
    const calling = new AbortController()
    const failure = expect(engine.listContainers({ signal: calling.signal })).rejects.toBe('deadline')
    setTimeout(() => calling.abort('deadline'), 50)
    await failure
    expect(engine.connections()).toBe(0)
  })

  test('go on while every stream is held open', async () => {
    const { engine } = await connect((request, response) =>
      request.url?.includes('/logs') ? response.flushHeaders() : response.end('[]'),
    )
    const streams = await Promise.all(
      Array.from({ length: 60 }, () => engine.openLogs(ID, { follow: true, signal })),
    )
    expect(await engine.listContainers({ signal })).toEqual([])
    for (const stream of streams) stream.destroy()
  })

  test('close() rejects what is being opened and what is being read', async () => {
    const { engine } = await connect((request, response) =>
      request.url?.includes('/logs') ? response.flushHeaders() : undefined,
    )
    const stream = await engine.openLogs(ID, { follow: true, signal })
    const reading = expect(stream.read({ signal })).rejects.toMatchObject({ code: 'unavailable' })
    const listing = expect(engine.listContainers({ signal })).rejects.toMatchObject({ code: 'destroyed' })
    await delay(10)
    engine.close()
    engine.close()
    await Promise.all([reading, listing])
    expect(engine.connections()).toBe(0)
  })

  test('not what the API promises is a protocol error', async () => {
    const { engine } = await connect((_, response) => response.end('{"a": 1}'))
    await expect(engine.listContainers({ signal })).rejects.toMatchObject({ code: 'protocol' })
  })

  test('containers lose their slash and keep their own name among links', async () => {
    const { engine } = await connect((_, response) =>
      response.end(
        JSON.stringify([
          { Id: ID, Names: ['/web/alias', '/db'], Labels: { app: 'x' }, State: 'paused' },
          { Id: ID, Names: ['/old'], Labels: null, State: 'exited' },
        ]),
      ),
    )
    expect(await engine.listContainers({ signal })).toEqual([
      { id: ID, name: 'db', labels: { app: 'x' }, running: true },
      { id: ID, name: 'old', labels: {}, running: false },
    ])
  })
})

describe('the API version', () => {
  test.each([
    ['its own, of an old engine', { ...VERSION, ApiVersion: '1.24' }, '1.24'],
    ['one we know, of a newer engine', { ...VERSION, ApiVersion: '1.60', MinAPIVersion: '1.40' }, '1.47'],
    [
      'one we know and engine 29 does not refuse',
      { ...VERSION, ApiVersion: '1.52', MinAPIVersion: '1.44' },
      '1.47',
    ],
    [
      'its oldest, of an engine that refuses ours',
      { ...VERSION, ApiVersion: '1.60', MinAPIVersion: '1.50' },
      '1.50',
    ],
  ])('is %s', async (_, version, expected) => {
    const { engine } = await connect(silent, version)
    expect(await engine.info({ signal })).toEqual({
      kind: 'docker',
      version: '20.10.24',
      apiVersion: expected,
    })
  })

  test('Podman tells that it is Podman', async () => {
    const { engine } = await connect(silent, { ...VERSION, Components: [{ Name: 'Podman Engine' }] })
    expect((await engine.info({ signal })).kind).toBe('podman')
  })

  test("a log of Podman is asked for in its own API, of its own version: there a terminal's is in frames too", async () => {
    const paths: string[] = []
    const version = { ...VERSION, Version: '4.3.1', Components: [{ Name: 'Podman Engine' }] }
    const { engine } = await connect((request, response) => {
      paths.push(request.url!)
      response.end()
    }, version)
    ;(await engine.openLogs(ID, { follow: false, signal })).destroy()
    expect(paths).toEqual([expect.stringContaining(`/v4.3.1/libpod/containers/${ID}/logs?follow=0&stdout=1`)])
  })
})

describe('events', () => {
  test('arrive one by one however they are cut, characters included', async () => {
    const events = ['start', 'die'].map((Action) =>
      JSON.stringify({ Type: 'container', Action, Actor: { ID, Attributes: { name: 'wéb', app: 'ü' } } }),
    )
    const bytes = Buffer.from(`${events.join('\n')}\n`)
    const { engine } = await connect((_, response) => {
      let sent = 0
      const next = (): void => {
        response.write(bytes.subarray(sent, sent + 7))
        sent += 7
        if (sent < bytes.length) setImmediate(next)
        else response.end()
      }
      next()
    })
    const stream = await engine.openEvents({ signal })
    const expected = { id: ID, name: 'wéb', labels: { app: 'ü' } }
    expect(await stream.read({ signal })).toEqual({ ...expected, action: 'start' })
    expect(await stream.read({ signal })).toEqual({ ...expected, action: 'die' })
    expect(await stream.read({ signal })).toBe(null)
    stream.destroy()
    await stream.closed
  })

  test.each([
    ['of engine 29, a line each', '', '\n'],
    ['as a JSON text sequence', '\u001E', '\n'],
    ['with the line ends of others', '', '\r\n'],
  ])('%s', async (_, before, after) => {
    const event = (action: string): string =>
      `${before}${JSON.stringify({ Type: 'container', Action: action, Actor: { ID, Attributes: { name: 'web', image: 'i' } }, scope: 'local', time: 1, timeNano: 1 })}${after}`
    const { engine } = await connect((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json-seq' }).write(event('start').slice(0, 20))
      setImmediate(() => response.end(event('start').slice(20) + event('die')))
    })
    const stream = await engine.openEvents({ signal })
    const expected = { id: ID, name: 'web', labels: { image: 'i' } }
    expect(await stream.read({ signal })).toEqual({ ...expected, action: 'start' })
    expect(await stream.read({ signal })).toEqual({ ...expected, action: 'die' })
    expect(await stream.read({ signal })).toBe(null)
    stream.destroy()
  })

  test('a line without end is a protocol error', async () => {
    const { engine } = await connect((_, response) => response.write('x'.repeat(4 * 2 ** 20)))
    const stream = await engine.openEvents({ signal })
    await expect(stream.read({ signal })).rejects.toMatchObject({ code: 'protocol' })
    stream.destroy()
  })

  test('something else is a protocol error', async () => {
    const { engine } = await connect((_, response) => response.end('<html>\n'))
    const stream = await engine.openEvents({ signal })
    await expect(stream.read({ signal })).rejects.toMatchObject({ code: 'protocol' })
    stream.destroy()
  })
})
