import { expect, test } from 'vitest'
import type { DockerEngine } from '../reference/ports/index.ts'
import { World } from './world.ts'

const never = new AbortController().signal

/** A world with containers that write a line a second each. */
function chattyWorld(containers: number): World {
  const world = new World({ seed: 1, recordLocations: false })
  for (let i = 0; i < containers; i++) {
    const behaviour = { kind: 'chatty', everyMs: 1000, jitter: 0.3 } as const
    world.engine.addContainer({ name: `web${i}`, behaviour })
  }
  return world
}

/** Reads a container for ever, with a new stream every `turnMs`. */
async function follow(world: World, engine: DockerEngine, id: string, turnMs: number): Promise<void> {
  for (;;) {
    const stream = await engine.openLogs(id, { signal: never, follow: true, tail: 306 })
    const turn = new AbortController()
    const timer = world.clock.sleep(turnMs, { signal: never }).finally(() => turn.abort())
    const { signal } = turn
    await readToEnd(stream, signal)
    stream.destroy()
    await timer
  }
}

async function readToEnd(
  stream: Awaited<ReturnType<DockerEngine['openLogs']>>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (let bytes = await stream.read({ signal }); bytes !== null;) bytes = await stream.read({ signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function runFollowed(containers: number, turnMs: number, virtualMs: number): Promise<World> {
  const world = chattyWorld(containers)
  const engine = world.engine.connect()
  for (const { id } of world.engine.containers) void follow(world, engine, id, turnMs)
  await world.advance(virtualMs)
  return world
}

test('events that do nothing', async ({ bench }) => {
  const events = 200_000
  const result = await bench('200,000 events', async () => {
    const world = new World({ seed: 1 })
    for (let i = 0; i < events; i++) world.schedule(i % 1000, 'nothing', () => {})
    await world.quiesce()
  }).run({ iterations: 5, warmup: false, time: 0 })
  expect(events / (result.latency.mean / 1000)).toBeGreaterThan(100_000)
})

test('55 containers, 60 minutes, 36,000 reopens', async ({ bench }) => {
  const result = await bench('55 containers for an hour', async () => {
    const world = await runFollowed(55, 5000, 3_600_000)
    expect(world.engine.statistics.logReplies).toBeGreaterThan(36_000)
  }).run({ iterations: 3, warmup: false, time: 0 })
  expect(result.latency.mean).toBeLessThan(10_000)
})
