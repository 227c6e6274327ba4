import { expect, test } from 'vitest'
import type { DockerEngine } from '../../../reference/ports/index.ts'
import { World } from '../../world.ts'
import type { ConnectOptions } from './simulated-docker-engine.ts'
import { never, readUntilIdle } from '../test-support.ts'

const CONTAINERS = 20

function chattyWorld(): World {
  const world = new World({ seed: 1, recordTrace: true })
  for (let i = 0; i < CONTAINERS; i++) {
    world.engine.addContainer({ name: `web${i}`, behaviour: { kind: 'chatty', everyMs: 1000, jitter: 0.5 } })
  }
  return world
}

/** Follows a log for ever; adds what it reads to `pieces`, with the time. */
async function follow(
  world: World,
  engine: DockerEngine,
  id: string,
  pieces: { atMs: number; bytes: Uint8Array }[],
): Promise<void> {
  const stream = await engine.openLogs(id, { signal: never, follow: true })
  for (let bytes = await stream.read({ signal: never }); bytes !== null;) {
    pieces.push({ atMs: world.nowMs, bytes })
    bytes = await stream.read({ signal: never })
  }
}

/** Follows every container for a minute; stops them, and waits until all has come. */
async function followAll(world: World, options: ConnectOptions) {
  const engine = world.engine.connect(options)
  const followed = world.engine.containers.map((container) => {
    const pieces: { atMs: number; bytes: Uint8Array }[] = []
    void follow(world, engine, container.id, pieces)
    return { container, pieces }
  })
  await world.advance(60_000)
  for (const { id } of world.engine.containers) world.engine.stop(id)
  await world.quiesce()
  return followed
}

test('a gathered client is given everything, once and in order, at multiples of its period', async () => {
  const world = chattyWorld()
  for (const { container, pieces } of await followAll(world, { gather: { ms: 250 } })) {
    const { active } = container.log
    expect(container.log.stored).toBeGreaterThan(40)
    expect(
      Buffer.compare(Buffer.concat(pieces.map(({ bytes }) => bytes)), active.view(0, active.length)),
    ).toBe(0)
    expect(pieces.filter(({ atMs }) => atMs % 250 !== 0)).toEqual([])
  }
})

test('a gathered client costs one event a period, however many streams it has', async () => {
  const world = chattyWorld()
  await followAll(world, { gather: { ms: 1000 } })
  const gathered = world.trace.filter(({ label }) => label === 'gathered deliveries')
  expect(gathered.length).toBeGreaterThan(55)
  expect(gathered.length).toBeLessThan(65)
})

test('a gathered delivery that is given up leaves no event', async () => {
  const world = new World({ seed: 1 })
  const { id } = world.engine.addContainer({ name: 'web' })
  const engine = world.engine.connect({ gather: { ms: 1000 } })
  const stream = await world.run(() => engine.openLogs(id, { signal: never, follow: true }))
  const reading = new AbortController()
  const read = stream.read(reading)
  world.engine.container(id).write('stdout', 'line\n')
  expect(world.scheduled).toHaveLength(1)
  reading.abort(new Error('given up'))
  await expect(read).rejects.toThrow('given up')
  expect(world.scheduled).toEqual([])
  expect(Buffer.from(await world.run(() => readUntilIdle(world, stream))).toString()).toMatch(/ line\n$/)
})

test('who asks for a log besides following it is given at once what has come of it', async () => {
  const world = chattyWorld()
  const engine = world.engine.connect({ gather: { ms: 20_000 } })
  const [{ id } = { id: '' }] = world.engine.containers
  const pieces: { atMs: number; bytes: Uint8Array }[] = []
  void follow(world, engine, id, pieces)
  await world.advance(30_000)
  const before = pieces.length
  const snapshot = await world.run(() => engine.openLogs(id, { signal: never, follow: false, tail: 1 }))
  const askedMs = world.nowMs
  await world.advance(100)
  snapshot.destroy()
  expect(pieces[before]?.atMs).toBeLessThan(askedMs + 50)
})
