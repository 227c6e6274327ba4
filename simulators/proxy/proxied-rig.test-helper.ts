import { mkdtemp, rm } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { HttpDockerEngine } from '../../reference/adapters/engine/http-docker-engine.ts'
import type { DockerEngine, LogStream } from '../../reference/ports/index.ts'
import { framesOf, never } from '../engine/test-support.ts'
import { CALL_DEMONSTRATIONS } from '../faults/calls/call-faults.test-helper.ts'
import * as calls from '../faults/calls/call-faults.ts'
import { OVER } from '../faults/define-fault.ts'
import type { DemonstrationContainer, DemonstrationRig } from '../faults/demonstration-rig.test-helper.ts'
import type { Fault, FaultEntry } from '../faults/fault.ts'
import { calm } from '../faults/streams/calm.ts'
import { CALM_DEMONSTRATION } from '../faults/streams/calm.test-helper.ts'
import { CONNECTION_DEMONSTRATIONS } from '../faults/streams/connection-faults.test-helper.ts'
import * as connections from '../faults/streams/connection-faults.ts'
import { FRAME_DEMONSTRATIONS } from '../faults/streams/frame-faults.test-helper.ts'
import * as frames from '../faults/streams/frame-faults.ts'
import { TRAVEL_DEMONSTRATIONS } from '../faults/streams/travel-faults.test-helper.ts'
import * as travel from '../faults/streams/travel-faults.ts'
import type { WireMachine } from '../wire/disturbable-engine.ts'
import { EngineProxy } from './over-sockets/engine-proxy.ts'

/** An engine on a socket, with one silent container. */
export interface EngineStage extends AsyncDisposable {
  /** `unix:///path` */
  readonly address: string
  readonly web: DemonstrationContainer
  /** How a container is called in orders. */
  nameOf(name: string): string
  addContainer(name: string): Promise<DemonstrationContainer>
  exit(): Promise<void>
  pause(): Promise<void>
}

/** A proxy before an engine on a socket, in real time, and a client behind it. Times are a tenth of those in the demonstrations, two seconds at most. */
export class ProxiedRig implements DemonstrationRig, AsyncDisposable {
  readonly client: DockerEngine
  readonly proxy: EngineProxy
  readonly #stage: EngineStage
  readonly #injects: boolean
  readonly #directory: string

  /** @param injects false lets every fault that is injected do nothing */
  static async open(stage: EngineStage, injects: boolean): Promise<ProxiedRig> {
    const directory = await mkdtemp(path.join(tmpdir(), 'proxied-'))
    const proxy = await EngineProxy.listen({
      upstream: stage.address,
      listen: { socketPath: path.join(directory, 'proxy.sock') },
      nameOf: (name) => stage.nameOf(name),
    })
    const rig = new ProxiedRig(stage, proxy, directory, injects)
    await rig.client.info({ signal: never })
    return rig
  }

  private constructor(stage: EngineStage, proxy: EngineProxy, directory: string, injects: boolean) {
    this.#stage = stage
    this.#injects = injects
    this.#directory = directory
    this.proxy = proxy
    const http = new HttpDockerEngine(proxy.address)
    this.client = {
      info: (options) => handled(http.info(options)),
      listContainers: (options) => handled(http.listContainers(options)),
      inspectContainer: (id, options) => handled(http.inspectContainer(id, options)),
      openEvents: (options) => handled(http.openEvents(options)),
      openLogs: (id, options) => handled(http.openLogs(id, options)),
      close: () => http.close(),
    }
  }

  get web(): DemonstrationContainer {
    return this.#stage.web
  }

  /** Where the proxy listens. */
  get socketPath(): string {
    return path.join(this.#directory, 'proxy.sock')
  }

  inject(fault: Fault<WireMachine>): Disposable {
    return this.#injects ? this.proxy.inject(fault) : OVER
  }

  addContainer(name: string): Promise<DemonstrationContainer> {
    return this.#stage.addContainer(name)
  }

  exit(): Promise<void> {
    return this.#stage.exit()
  }

  pause(): Promise<void> {
    return this.#stage.pause()
  }

  openLog(options: { follow?: boolean; tail?: number } = {}): Promise<LogStream> {
    return this.client.openLogs(this.web.id, { signal: never, follow: true, ...options })
  }

  ms(ms: number): number {
    return Math.min(ms / SCALE, LONGEST_MS)
  }

  perSecond(count: number): number {
    return count * SCALE
  }

  atMostMs(): number {
    return Infinity
  }

  async sleep(ms: number): Promise<void> {
    await delay(ms)
  }

  async readWithin(stream: LogStream, ms: number): Promise<Uint8Array | null | 'idle'> {
    const reading = new AbortController()
    const timer = setTimeout(() => reading.abort(new Error('idle')), ms)
    try {
      return await stream.read(reading)
    } catch (error) {
      if (reading.signal.aborted) return 'idle'
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async readUntilIdle(stream: LogStream, idleMs: number = IDLE_MS): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for (;;) {
      const piece = await this.readWithin(stream, idleMs)
      if (piece === 'idle' || piece === null) return Buffer.concat(pieces)
      pieces.push(piece)
    }
  }

  async readLines(stream: LogStream, idleMs?: number): Promise<string[]> {
    return framesOf(await this.readUntilIdle(stream, idleMs)).map(({ data }) => data)
  }

  readBytes(stream: LogStream, bytes: number): Promise<void> {
    return handled(
      (async () => {
        for (let read = 0; read < bytes;) read += (await stream.read({ signal: never }))?.length ?? Infinity
      })(),
    )
  }

  durationOf(work: Promise<unknown>): Promise<number> {
    const startedMs = performance.now()
    return handled(work.then(() => performance.now() - startedMs))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close()
    await this.proxy[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true, force: true })
  }
}

/** What is seen over sockets only. */
const OVER_SOCKETS: Readonly<Record<string, (rig: ProxiedRig) => Promise<void>>> = {
  slicer: async (rig) => {
    await rig.web.write('stdout', 'thin\n')
    rig.inject(travel.slicer())
    const response = await open(rig, `/containers/${rig.web.id}/logs?stdout=1&timestamps=1`)
    let pieces = 0
    response.on('data', () => (pieces += 1))
    await once(response, 'end')
    expect(pieces).toBe(44)
  },

  headersThenNothing: async (rig) => {
    using _fault = rig.inject(calls.headersThenNothing({ operation: 'list' }))
    const response = await open(rig, '/containers/json')
    expect(response.statusCode).toBe(200)
    expect(await Promise.race([handled(text(response)), delay(1000, 'nothing')])).toBe('nothing')
    response.destroy()
  },

  // Only those of one container: others may use the engine.
  lateEventHeaders: async (rig) => {
    const filters = encodeURIComponent(JSON.stringify({ container: [rig.web.id] }))
    const fault = rig.inject(calls.lateEventHeaders())
    const opening = handled(open(rig, `/events?filters=${filters}`))
    const second = handled(open(rig, `/events?filters=${filters}`))
    expect(await Promise.race([opening, delay(1000, 'nothing')])).toBe('nothing')
    await rig.pause()
    expect(String((await once(await opening, 'data'))[0])).toContain('pause')
    ;(await second).destroy()
    const third = open(rig, `/events?filters=${filters}`)
    fault[Symbol.dispose]()
    ;(await third).destroy()
  },

  endWithoutClose: async (rig) => {
    using client = follower(rig)
    await vi.waitFor(() => expect(client.received()).toContain('\r\n\r\n'), WAIT)
    rig.inject(connections.endWithoutClose())
    await vi.waitFor(() => expect(client.received()).toMatch(/0\r\n\r\n$/), WAIT)
    expect(await Promise.race([client.closed, delay(300, 'open')])).toBe('open')
  },

  hungClose: async (rig) => {
    const fault = rig.inject(connections.hungClose())
    const before = rig.proxy.engineConnections
    const client = follower(rig)
    await vi.waitFor(() => expect(client.received()).toContain('\r\n\r\n'), WAIT)
    client[Symbol.dispose]()
    await delay(1000)
    expect(rig.proxy.engineConnections).toBe(before + 1)
    fault[Symbol.dispose]()
    await vi.waitFor(() => expect(rig.proxy.engineConnections).toBe(before), WAIT)
  },
}

/** Shows each fault of streams and calls at work on an engine that does not know it, and that what shows it fails where the fault does nothing. */
export function demonstrateThroughProxy(openStage: () => Promise<EngineStage>): void {
  const demonstrations: Readonly<Record<string, (rig: ProxiedRig) => Promise<void>>> = {
    ...CALM_DEMONSTRATION,
    ...CALL_DEMONSTRATIONS,
    ...CONNECTION_DEMONSTRATIONS,
    ...FRAME_DEMONSTRATIONS,
    ...TRAVEL_DEMONSTRATIONS,
    ...OVER_SOCKETS,
  }
  const kinds: Readonly<Record<string, FaultEntry>> = { calm, ...calls, ...connections, ...frames, ...travel }
  test('every fault of streams and calls is among them', () => {
    expect(Object.keys(demonstrations).toSorted()).toEqual(Object.keys(kinds).toSorted())
  })

  describe.each(Object.entries(demonstrations))('%s', (name, demonstration) => {
    const show = async (injects: boolean, limitMs: number): Promise<void> => {
      await using stage = await openStage()
      await using rig = await ProxiedRig.open(stage, injects)
      const tooLong = delay(limitMs, null, { ref: false }).then(() => {
        throw new Error(`${name} was not seen within ${limitMs} ms`)
      })
      await Promise.race([handled(demonstration(rig)), handled(tooLong)])
    }

    test.concurrent('is seen through a proxy', async () => {
      await show(true, 60_000)
    })

    test.concurrent('and only where it is injected', async () => {
      await expect(show(false, NOTHING_MS)).rejects.toThrow()
    })
  })
}

/** The answer to a request over a connection of its own, as soon as its head is there. */
function open(rig: ProxiedRig, target: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath: rig.socketPath, path: target, agent: false }, (response) => {
      response.on('error', () => undefined)
      resolve(response)
    })
      .on('error', reject)
      .end()
  })
}

/** Follows the log of `web` over a socket of its own, which asks for the connection to be closed at the end. */
function follower(rig: ProxiedRig): Disposable & { received(): string; readonly closed: Promise<unknown> } {
  const socket = connect(rig.socketPath).on('error', () => undefined)
  let received = ''
  socket.setEncoding('latin1').on('data', (piece: string) => (received += piece))
  const target = `/containers/${rig.web.id}/logs?follow=1&stdout=1`
  socket.write(`GET ${target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n`)
  return {
    received: () => received,
    closed: handled(once(socket, 'end')),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** Nobody may wait for it any more when it fails. */
function handled<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}

const SCALE = 10
const LONGEST_MS = 2000
const IDLE_MS = 400
const NOTHING_MS = 8000
const WAIT = { timeout: 4000, interval: 10 }
