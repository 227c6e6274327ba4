import { describe, expect, test } from 'vitest'
import type { DockerEngine, LogStream } from '../../reference/ports/index.ts'
import { ask, askJson, open, startDaemon } from '../daemon/daemon.test-helper.ts'
import { World } from '../world.ts'
import { DOCKER_28, PERSONALITIES, PODMAN_5, type EnginePersonality } from './personality.ts'
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

const NEVER_EARLY = { ...PODMAN_5, splitFollow: { gapMs: 20, endsEarlyChance: 0, endsWithinMs: 1000 } }

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

describe('Podman 5', () => {
  test('stamps are sent in whole seconds', async () => {
    const here = machine(PODMAN_5)
    await here.world.run(async () => {
      await here.world.clock.sleep(1500, { signal: never })
      here.web.write('stdout', 'one\n')
      expect((await snapshot(here)).slice(8)).toBe('2026-01-01T00:00:01Z one\n')
    })
  })

  test('a longer line is stored in chunks of 8 KiB, and tail counts it as one', async () => {
    const here = machine(PODMAN_5)
    await here.world.run(async () => {
      here.web.write('stdout', `first\n${'x'.repeat(20_000)}\nlast\n`)
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
    const early = { ...PODMAN_5, splitFollow: { gapMs: 20, endsEarlyChance: 1, endsWithinMs: 5000 } }
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

  test('the head of an answer waits for the first output', async () => {
    const here = machine(NEVER_EARLY)
    await here.world.run(async () => {
      const opening = follow(here, {})
      const waited = await Promise.race([
        opening.then(() => 'opened'),
        here.world.clock.sleep(60_000, { signal: never }).then(() => 'silent'),
      ])
      expect(waited).toBe('silent')
      here.web.write('stdout', 'one\n')
      ;(await opening).destroy()
    })
  })

  test('it says what it is', async () => {
    const daemon = await startDaemon({ personality: PODMAN_5 })
    expect(await askJson(daemon, '/version')).toMatchObject({
      json: { Version: '5.4.2', ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }, {}, {}] },
    })
    expect((await ask(daemon, '/_ping')).headers['server']).toBe('Libpod/5.4.2 (linux)')
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
