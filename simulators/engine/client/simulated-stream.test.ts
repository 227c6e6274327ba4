import { beforeEach, expect, test } from 'vitest'
import type { LogStream } from '../../../reference/ports/index.ts'
import * as faults from '../../faults/engine-catalogue.ts'
import { World } from '../../world.ts'
import type { SimulatedContainer } from '../simulated-container.ts'
import { framesOf, never } from '../test-support.ts'

const TEN_SECONDS_MS = 10_000
/** The longest a piece travels. */
const LATENCY_MS_MAX = 3

let world: World
let web: SimulatedContainer
let stream: LogStream

beforeEach(async () => {
  world = new World({ seed: 5, recordTrace: true })
  web = world.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: TEN_SECONDS_MS } })
  const engine = world.engine.connect()
  stream = await world.run(() => engine.openLogs(web.id, { signal: never, follow: true }))
})

/** What the next read yields, and when. */
async function nextRead(): Promise<{ atMs: number; data: string; storedAtMs: number }> {
  const bytes = await world.run(() => stream.read({ signal: never }))
  const [frame] = framesOf(bytes!)
  const storedAtMs = Date.parse(frame!.stamp) - world.clock.wallTime() + world.nowMs
  return { atMs: world.nowMs, data: frame!.data, storedAtMs }
}

test('a line that a read waits for is one event, a little after the moment it is written', async () => {
  const before = world.eventCount
  const { atMs, data, storedAtMs } = await nextRead()
  expect(world.eventCount - before).toBe(1)
  expect(data).toMatch(/^web 1 /)
  expect(atMs).toBeGreaterThan(storedAtMs)
  expect(atMs).toBeLessThan(storedAtMs + 1 + LATENCY_MS_MAX)
})

test('what nobody could foresee comes before the line that was waited for', async () => {
  const startMs = world.nowMs
  const read = stream.read({ signal: never })
  web.write('stdout', 'unforeseen\n')
  const [frame] = framesOf((await world.run(() => read))!)
  expect(frame!.data).toBe('unforeseen\n')
  expect(world.nowMs).toBeLessThan(startMs + LATENCY_MS_MAX)
})

test('a workload that was replaced is not waited for, and the new one is', async () => {
  const read = stream.read({ signal: never })
  web.setBehaviour({ kind: 'bursty', everyMs: 100, lines: 2 })
  const startMs = world.nowMs
  expect(framesOf((await world.run(() => read))!)).toHaveLength(2)
  expect(world.nowMs).toBeLessThan(startMs + 100 + LATENCY_MS_MAX)
  web.setBehaviour({ kind: 'silent' })
  void stream.read({ signal: never })
  await world.quiesce()
  expect(world.scheduled).toEqual([])
})

test('a workload that became slower is waited for all the same', async () => {
  const read = stream.read({ signal: never })
  web.setBehaviour({ kind: 'chatty', everyMs: 100 * TEN_SECONDS_MS })
  expect(framesOf((await world.run(() => read))!)).toHaveLength(1)
  expect(world.nowMs).toBeGreaterThan(TEN_SECONDS_MS)
})

test('a container that ends ends the read that waited for its next line', async () => {
  const startMs = world.nowMs
  const read = stream.read({ signal: never })
  world.engine.stop('web')
  expect(await world.run(() => read)).toBeNull()
  expect(world.nowMs).toBeLessThan(startMs + LATENCY_MS_MAX)
})

test('a line that something on the way holds back comes when it is let go', async () => {
  const stalled = world.inject(faults.blocked({ afterBytes: 0, container: 'web', streams: 'open' }))
  const read = stream.read({ signal: never })
  await world.advance(2 * TEN_SECONDS_MS)
  stalled[Symbol.dispose]()
  const startMs = world.nowMs
  expect(framesOf((await world.run(() => read))!).length).toBeGreaterThan(0)
  expect(world.nowMs).toBeLessThan(startMs + LATENCY_MS_MAX)
})

test('what delays a stream is told of each line at its time', async () => {
  world.inject(faults.latency({ delayMs: 1000, container: 'web', streams: 'open' }))
  for (let line = 1; line <= 3; line++) {
    const { atMs, data, storedAtMs } = await nextRead()
    expect(data).toMatch(new RegExp(`^web ${line} `))
    expect(atMs - storedAtMs).toBeGreaterThan(1000)
    expect(atMs - storedAtMs).toBeLessThan(1001 + LATENCY_MS_MAX)
  }
})

test('a world is quiet while a read waits for a line to come, and not while one is on its way', async () => {
  void stream.read({ signal: never })
  await world.quiesce()
  expect(world.nowMs).toBeLessThan(1000)
  const [delivery] = world.scheduled
  await world.advance(delivery!.atMs - world.nowMs - 1e-6)
  expect(web.log.stored).toBe(1)
  await world.quiesce()
  expect(world.nowMs).toBe(delivery!.atMs)
})
