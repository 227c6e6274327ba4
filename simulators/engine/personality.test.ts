import { describe, expect, test } from 'vitest'
import type { DockerEngine, LogStream } from '../../reference/ports/index.ts'
import { ask, askJson, open, startDaemon } from '../daemon/daemon.test-helper.ts'
import { World } from '../world.ts'
import {
  DOCKER_28,
  DOCKER_29,
  PERSONALITIES,
  PODMAN_4,
  PODMAN_5,
  type EnginePersonality,
} from './personality.ts'
import { EVERYTHING } from './reply/selected-log.ts'
import type { SimulatedContainer } from './simulated-container.ts'
import { never, readToEnd, readWithin } from './test-support.ts'

interface Machine {
  readonly world: World
  readonly web: SimulatedContainer
  readonly client: DockerEngine
}

function machine(personality: EnginePersonality, seed = 1): Machine {
  const world = new World({ seed, engine: { personality } })
  return { world, web: world.engine.addContainer({ name: 'web' }), client: world.engine.connect() }
}

const NEVER_EARLY = { ...PODMAN_5, splitFollow: { ...PODMAN_4.splitFollow!, outlivesRemoval: true } }

async function snapshot({ client }: Machine, tail?: number): Promise<string> {
  const stream = await client.openLogs('web', {
    signal: never,
    follow: false,
    ...(tail !== undefined && { tail }),
  })
  return Buffer.from(await readToEnd(stream)).toString('latin1')
}

/** What follows the stamps. */
function dataOf(wire: string): string[] {
  return wire.split(/.{8}\d{4}-\d\d-\d\dT\S+Z /s).slice(1)
}

async function readFor(world: World, stream: LogStream, ms: number): Promise<string> {
  const until = world.nowMs + ms
  let text = ''
  for (;;) {
    const piece = await readWithin(world, stream, Math.max(1, until - world.nowMs))
    if (piece === 'idle' || piece === null) return text
    text += Buffer.from(piece).toString('latin1')
  }
}

describe.each([
  ['4', PODMAN_4],
  ['5', PODMAN_5],
])('Podman %s', (_, podman) => {
  test('stamps are sent in whole seconds', async () => {
    const here = machine(podman)
    await here.world.run(async () => {
      await here.world.clock.sleep(1500, { signal: never })
      here.web.write('stdout', 'one\n')
      expect((await snapshot(here)).slice(8)).toBe('2026-01-01T00:00:01Z one\n')
    })
  })

  test('what is read at once, 8 KiB at most, has one stamp and is stored line by line, what lacks a newline too', async () => {
    const here = machine(podman)
    await here.world.run(async () => {
      here.web.write('stdout', `${'x'.repeat(8192)}\nfirst\n${'y'.repeat(8186)}rest `)
      await here.world.clock.sleep(2000, { signal: never })
      here.web.write('stdout', 'of it\n')
      const wire = await snapshot(here)
      const data = ['x'.repeat(8192), '\n', 'first\n', 'y'.repeat(8185), 'yrest ', 'of it\n']
      expect(dataOf(wire)).toEqual(data)
      expect(wire.match(/:\d\dZ/g)).toEqual([...Array.from({ length: 5 }, () => ':00Z'), ':02Z'])
    })
  })

  test('a terminal is read in pieces of 4,095 bytes; its log is in frames in the API of Podman, and in none in that of Docker', async () => {
    const daemon = await startDaemon({ personality: podman })
    const web = daemon.engine.addContainer({ name: 'web', tty: true })
    web.write('stdout', `${'x'.repeat(4095)}rest\n`)
    const query = 'logs?stdout=1&timestamps=1'
    const framed = await ask(daemon, `/v${podman.version}/libpod/containers/web/${query}`)
    expect(dataOf(framed.body.toString('latin1')).map(({ length }) => length)).toEqual([4095, 6])
    const raw = await ask(daemon, `/v1.41/containers/web/${query}`)
    expect(raw.body.toString('latin1')).toMatch(/^\d{4}.*Z x+\d{4}.*Z rest\r\n$/)
    const stream = await daemon.engine.connect().openLogs('web', { signal: never, follow: false })
    expect((await stream.read({ signal: never }))![0]).toBe(1)
    stream.destroy()
  })

  test('bytes that are no text are stored as they are', async () => {
    const here = machine(podman)
    await here.world.run(async () => {
      here.web.write('stdout', Uint8Array.of(0xff, 0x0a))
      expect(dataOf(await snapshot(here))).toEqual(['\u{ff}\n'])
    })
  })

  test('until is exclusive, leaves out what is newer, and ends no follow', async () => {
    const here = machine(podman)
    await here.world.run(async () => {
      here.web.write('stdout', 'one\n')
      await here.world.clock.sleep(2000, { signal: never })
      here.web.write('stdout', 'two\n')
      const selection = { ...EVERYTHING, until: '2026-01-01T00:00:02.000000000Z' }
      const wire = here.world.engine.openLog('web', { follow: true, tail: Infinity, selection })
      expect(wire.state).toBe('ready')
      expect(dataOf(Buffer.from(wire.take(1000)).toString('latin1'))).toEqual(['one\n'])
      here.web.write('stdout', 'three\n')
      expect(wire.state).toBe('waiting')
      wire.close()
    })
  })

  test('of a follow without tail nothing is missing: it is one read', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const here = machine({ ...podman, splitFollow: { ...podman.splitFollow!, endsEarlyChance: 0 } }, seed)
      await here.world.run(async () => {
        here.web.write('stdout', 'before\n')
        const stream = await follow(here, {})
        here.web.write('stdout', 'meanwhile\n')
        expect(dataOf(await readFor(here.world, stream, 1000))).toEqual(['before\n', 'meanwhile\n'])
      })
    }
  })

  test('it says what it is', async () => {
    const { version } = podman
    const daemon = await startDaemon({ personality: podman })
    expect(await askJson(daemon, '/version')).toMatchObject({
      json: { Version: version, ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }, {}, {}] },
    })
    expect((await ask(daemon, '/_ping')).headers['server']).toBe(`Libpod/${version} (linux)`)
  })
})

describe('Podman 4', () => {
  test('tail joins what lacks a newline to the line before, the last first, whatever stream it is of', async () => {
    const here = machine(PODMAN_4)
    await here.world.run(async () => {
      const { web } = here
      for (const text of ['lost ', 'one\n', 'a ', 'b ']) web.write('stdout', text)
      web.write('stderr', 'two\n')
      web.write('stdout', 'c ')
      expect(dataOf(await snapshot(here, 1))).toEqual(['twoc \n'])
      expect(dataOf(await snapshot(here, 2))).toEqual(['oneb a \n', 'twoc \n'])
      expect(dataOf(await snapshot(here, 9))).toEqual(['oneb a \n', 'twoc \n'])
      expect(dataOf(await snapshot(here))).toEqual(['lost ', 'one\n', 'a ', 'b ', 'two\n', 'c '])
    })
  })

  test('a removal ends a follow', async () => {
    const here = machine(PODMAN_4)
    await here.world.run(async () => {
      here.web.write('stdout', 'one\n')
      const stream = await follow(here, {})
      await readFor(here.world, stream, 1000)
      here.world.engine.remove('web')
      expect(await readWithin(here.world, stream, 60_000)).toBe(null)
    })
  })

  test('the head of an answer waits for the first output', async () => {
    const here = machine(PODMAN_4)
    await here.world.run(async () => {
      const opening = follow(here, {})
      expect(await openedWithin(here.world, opening, 60_000)).toBe(false)
      here.web.write('stdout', 'one\n')
      ;(await opening).destroy()
    })
  })
})

describe('Podman 5', () => {
  test('tail counts a long line as one, and gives all of it', async () => {
    const here = machine(PODMAN_5)
    await here.world.run(async () => {
      here.web.write('stdout', 'first\n')
      here.web.write('stdout', `${'x'.repeat(20_000)}\n`)
      here.web.write('stdout', 'last\n')
      expect(dataOf(await snapshot(here, 2)).map(({ length }) => length)).toEqual([8192, 8192, 3617, 5])
      expect(dataOf(await snapshot(here, 1))).toEqual(['last\n'])
      expect(dataOf(await snapshot(here, 9))[0]).toBe('first\n')
    })
  })

  test('what is written between tail and follow is in neither', async () => {
    let lost = 0
    for (let seed = 1; seed <= 20; seed++) {
      const here = machine(NEVER_EARLY, seed)
      await here.world.run(async () => {
        here.web.write('stdout', 'before\n')
        const stream = await follow(here, { tail: 10 })
        here.web.write('stdout', 'meanwhile\n')
        await here.world.clock.sleep(50, { signal: never })
        here.web.write('stdout', 'after\n')
        const lines = dataOf(await readFor(here.world, stream, 1000))
        expect(lines.filter((line) => line !== 'meanwhile\n')).toEqual(['before\n', 'after\n'])
        if (!lines.includes('meanwhile\n')) lost += 1
      })
    }
    expect(lost).toBeGreaterThan(10)
  })

  test('a follow ends early now and then, while its container runs', async () => {
    const early = {
      ...PODMAN_5,
      splitFollow: { ...PODMAN_5.splitFollow!, endsEarlyChance: 1, endsWithinMs: 5000 },
    }
    const here = machine(early)
    await here.world.run(async () => {
      here.web.write('stdout', 'one\n')
      const stream = await follow(here, {})
      expect(dataOf(Buffer.from(await readToEnd(stream)).toString('latin1'))).toEqual(['one\n'])
      expect(here.web.running).toBe(true)
    })
  })

  test('a removal does not end a follow; the end of the process does', async () => {
    for (const how of ['remove', 'exit'] as const) {
      const here = machine(NEVER_EARLY)
      await here.world.run(async () => {
        here.web.write('stdout', 'one\n')
        const stream = await follow(here, {})
        await readFor(here.world, stream, 1000)
        here.world.engine[how]('web')
        expect(await readWithin(here.world, stream, 60_000)).toBe(how === 'remove' ? 'idle' : null)
      })
    }
  })

  test('the head of an answer comes at once', async () => {
    const here = machine(NEVER_EARLY)
    await here.world.run(async () => {
      const opening = follow(here, {})
      expect(await openedWithin(here.world, opening, 1000)).toBe(true)
      ;(await opening).destroy()
    })
  })
})

test('Docker 28 speaks API 1.51, and its log API is that of 26', async () => {
  const daemon = await startDaemon({ personality: DOCKER_28 })
  const { headers } = await ask(daemon, '/_ping')
  expect([headers['api-version'], headers['server']]).toEqual(['1.51', 'Docker/28.5.2 (linux)'])
  daemon.engine.addContainer({ name: 'web' })
  const response = await open(daemon, '/v1.51/containers/web/logs?stdout=1&follow=1')
  expect(response.headers['content-type']).toBe('application/vnd.docker.multiplexed-stream')
  response.destroy()
})

test('Docker 29 speaks API 1.52, and refuses what is older than 1.44 and what is newer than itself', async () => {
  const daemon = await startDaemon({ personality: DOCKER_29 })
  const answers = async (version: string): Promise<[number | undefined, unknown]> => {
    const { status, json } = await askJson(daemon, `/v${version}/containers/json`)
    return [status, json]
  }
  expect(await answers('1.44')).toEqual([200, []])
  expect(await answers('1.52')).toEqual([200, []])
  expect(await answers('1.43')).toEqual(
    refused(
      '1.43 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version',
    ),
  )
  expect(await answers('1.53')).toEqual(refused('1.53 is too new. Maximum supported API version is 1.52'))
})

function refused(words: string): [number, unknown] {
  return [400, { message: `client version ${words}` }]
}

test('a client sees which engine it is', async () => {
  for (const [name, personality] of Object.entries(PERSONALITIES)) {
    const here = machine(personality)
    const { kind, version } = await here.world.run(() => here.client.info({ signal: never }))
    expect(kind).toBe(name.startsWith('podman') ? 'podman' : 'docker')
    expect(version.startsWith(name.replace('podman-', ''))).toBe(true)
  }
})

function follow({ client }: Machine, options: { tail?: number }): Promise<LogStream> {
  return client.openLogs('web', { signal: never, follow: true, ...options })
}

function openedWithin({ clock }: World, opening: Promise<LogStream>, ms: number): Promise<boolean> {
  return Promise.race([opening.then(() => true), clock.sleep(ms, { signal: never }).then(() => false)])
}
