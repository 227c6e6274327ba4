import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  ask,
  askJson,
  eventually,
  open,
  openedSince,
  openSockets,
  socketOf,
  startDaemon,
} from '../daemon/daemon.test-helper.ts'
import type { SimulatedDaemon } from '../daemon/simulated-daemon.ts'
import * as faults from './engine-catalogue.ts'

/** What is different over a socket from what it is in process. */

const LOGS = '/containers/web/logs?follow=1&stdout=1'

async function startWithWeb(): Promise<SimulatedDaemon> {
  const daemon = await startDaemon()
  daemon.engine.addContainer({ name: 'web' })
  return daemon
}

test('late headers: the head of the answer comes with the first output', async () => {
  const daemon = await startWithWeb()
  daemon.inject(faults.lateHeaders())
  const opening = open(daemon, LOGS)
  expect(await Promise.race([opening, delay(60, 'nothing')])).toBe('nothing')
  daemon.engine.container('web').write('stdout', 'first\n')
  const response = await opening
  expect(response.headers['content-type']).toBe('application/vnd.docker.multiplexed-stream')
  response.destroy()
})

test('late headers of events: the head of the answer comes with the first event', async () => {
  const daemon = await startWithWeb()
  daemon.inject(faults.lateEventHeaders())
  const opening = open(daemon, '/events')
  expect(await Promise.race([opening, delay(60, 'nothing')])).toBe('nothing')
  daemon.engine.pause('web')
  const response = await opening
  response.destroy()
})

test('late headers of events: where the fault is over the head comes at once', async () => {
  const daemon = await startWithWeb()
  const fault = daemon.inject(faults.lateEventHeaders())
  const opening = open(daemon, '/events')
  await delay(20)
  fault[Symbol.dispose]()
  ;(await opening).destroy()
})

test('an empty list, events that are refused, and a container that cannot be inspected', async () => {
  const daemon = await startWithWeb()
  daemon.engine.addContainer({ name: 'other' })
  daemon.inject(faults.emptyList({ times: 1 }))
  daemon.inject(faults.eventsRefused())
  daemon.inject(faults.inspectFails({ container: 'web' }))
  expect(await askJson(daemon, '/containers/json')).toMatchObject({ status: 200, json: [] })
  expect((await askJson(daemon, '/containers/json')).json).toHaveLength(2)
  expect((await ask(daemon, '/events')).status).toBe(403)
  expect((await ask(daemon, '/containers/web/json')).status).toBe(500)
  expect((await ask(daemon, '/containers/other/json')).status).toBe(200)
})

test('a spoilt record ends the answer of engine 26 with an error in it, with a TTY too', async () => {
  const daemon = await startDaemon()
  daemon.engine.addContainer({ name: 'web', tty: true }).write('stdout', 'one\ntwo\n')
  daemon.inject(faults.spoiltRecord({ container: 'web' }))
  const { body } = await ask(daemon, '/containers/web/logs?stdout=1')
  expect(body.toString()).toMatch(/^(one\r\n)?Error grabbing logs: invalid character '\\x00' looking/)
})

test('end without close: the body is complete, and the connection stays open', async () => {
  const daemon = await startWithWeb()
  const client = rawClient(daemon)
  await eventually(() => client.received().includes('\r\n\r\n'))
  daemon.inject(faults.endWithoutClose())
  await eventually(() => client.received().endsWith('0\r\n\r\n'))
  expect(await Promise.race([client.closed, delay(100, 'open')])).toBe('open')
  client.destroy()
})

test('hung close: the engine keeps its side of a stream whose client is gone, until it is calmed', async () => {
  const daemon = await startWithWeb()
  const { wires } = daemon.engine.container('web')
  const before = openSockets()
  const fault = daemon.inject(faults.hungClose())
  const response = await open(daemon, LOGS)
  response.destroy()
  await eventually(() => openedSince(before) === 0)
  await delay(50)
  expect(wires.size).toBe(1)
  fault[Symbol.dispose]()
  await eventually(() => wires.size === 0)
})

test('headers then nothing: the head of a list comes, its body does not', async () => {
  const daemon = await startWithWeb()
  using _fault = daemon.inject(faults.headersThenNothing({ operation: 'list' }))
  const response = await open(daemon, '/containers/json')
  expect(response.statusCode).toBe(200)
  expect(await Promise.race([buffer(response), delay(60, 'nothing')])).toBe('nothing')
  response.destroy()
})

test('never answered: not even a head comes', async () => {
  const daemon = await startWithWeb()
  const fault = daemon.inject(faults.neverAnswered({ operation: 'inspect' }))
  const answer = askJson(daemon, '/containers/web/json')
  expect(await Promise.race([answer, delay(60, 'nothing')])).toBe('nothing')
  fault[Symbol.dispose]()
  expect(await answer).toMatchObject({ status: 200, json: { Name: '/web' } })
})

test('error status: the answer is an error in JSON', async () => {
  const daemon = await startWithWeb()
  daemon.inject(faults.errorStatus({ status: 500, times: 1 }))
  expect(await askJson(daemon, '/containers/json')).toEqual({
    status: 500,
    json: { message: 'status 500 was ordered' },
  })
})

test('slow answer: it is right, and late', async () => {
  const daemon = await startWithWeb()
  daemon.inject(faults.slowAnswer({ operation: 'list', delayMs: 80 }))
  const answer = askJson(daemon, '/containers/json')
  expect(await Promise.race([answer, delay(40, 'nothing')])).toBe('nothing')
  expect((await answer).status).toBe(200)
})

test('refused: nobody listens, and the stream that stands goes on', async () => {
  const daemon = await startWithWeb()
  const response = await open(daemon, LOGS)
  const fault = daemon.inject(faults.refused())
  await expect(ask(daemon, '/_ping')).rejects.toMatchObject({
    code: expect.stringMatching(/ENOENT|ECONNREFUSED/),
  })
  daemon.engine.container('web').write('stdout', 'still here\n')
  const [piece] = await once(response, 'data')
  expect(String(piece)).toContain('still here')
  fault[Symbol.dispose]()
  await delay(10)
  expect((await ask(daemon, '/_ping')).status).toBe(200)
  response.destroy()
})

test('event stream dropped: it breaks, and a log goes on', async () => {
  const daemon = await startWithWeb()
  const [events, log] = [await open(daemon, '/events'), await open(daemon, LOGS)]
  daemon.inject(faults.eventStreamDropped())
  await expect(text(events)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(log.destroyed).toBe(false)
  log.destroy()
})

test('half frame then reset: the connection breaks inside the header', async () => {
  const daemon = await startWithWeb()
  daemon.inject(faults.halfFrameReset({ afterBytes: 5 }))
  daemon.engine.container('web').write('stdout', 'one\n')
  const client = rawClient(daemon)
  await client.closed
  const [, body] = client.received().split('\r\n\r\n')
  expect(body).toBe('5\r\n\x01\0\0\0\0\r\n')
})

test('slicer: each byte comes in a piece of its own', async () => {
  const daemon = await startWithWeb()
  daemon.inject(faults.slicer())
  daemon.engine.container('web').write('stdout', 'one\n')
  const { body, pieces } = await readPieces(daemon)
  expect(body.toString('latin1', 8)).toBe('one\n')
  expect(pieces).toBe(12)
})

/** Follows the log of `web` over a socket of its own, which asks for the connection to be closed at the end. */
function rawClient(daemon: SimulatedDaemon): {
  received(): string
  readonly closed: Promise<unknown>
  destroy(): void
} {
  const socket = connect(socketOf(daemon))
  let received = ''
  socket.setEncoding('latin1').on('data', (piece: string) => (received += piece))
  socket.write(`GET ${LOGS} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n`)
  return { received: () => received, closed: once(socket, 'end'), destroy: () => socket.destroy() }
}

/** A snapshot of the log with the number of chunks the daemon sent it in. */
async function readPieces(daemon: SimulatedDaemon): Promise<{ body: Buffer; pieces: number }> {
  const response = await open(daemon, '/containers/web/logs?stdout=1')
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(response, 'end')
  return { body: Buffer.concat(chunks), pieces: chunks.length }
}

test.skipIf(spawnSync('docker', ['--version']).status !== 0)(
  'error frame: the docker command shows it as an error of the daemon',
  async () => {
    const daemon = await startWithWeb()
    const { engine } = daemon
    engine.container('web').write('stdout', 'one\n')
    daemon.inject(faults.errorFrame({ streams: 'next', message: 'Error grabbing logs: EOF' }))
    const command = spawn('docker', ['-H', daemon.address, 'logs', 'web'])
    const [, error] = await Promise.all([text(command.stdout), text(command.stderr)])
    expect(error).toContain('Error grabbing logs: EOF')
  },
)
