import { expect, test } from 'vitest'
import { completeConfig } from '../reference/config/complete-config.ts'
import { createCollector } from '../reference/main.ts'
import { faults, retainedBytes, World } from '../simulators/index.ts'

/** A rotation may leave nothing. What a collection of garbage leaves by chance is far below; an object for each rotation is far above. */
const BYTES_MAX = 200_000
const ROTATIONS = 1000
const WARM_UP = 3000
/** Worlds with a collector in the middle of something each: what waits then waits for ever. */
const KILLED = 100
/** One of them holds some 700 kB. */
const KILLED_BYTES_MAX = 1_000_000

test('a thousand rotations leave no more memory in use than there was before', async () => {
  const world = new World({ seed: 1, recordLocations: false })
  for (const name of NAMES) world.engine.addContainer({ name })
  const ports = { ...world.ports(), logger: SILENT }
  const collector = createCollector(ROTATING, ports, NO_LOCATIONS)
  await world.run(() => collector.start())
  const opened = (): number => world.engine.everyContainer.reduce((sum, each) => sum + each.logsFollowed, 0)
  const rotate = async (times: number): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
    for (const last = opened() + times; opened() < last;) await world.advance(INTERVAL_MS)
  }
  await rotate(WARM_UP)
  const bytes = await retainedBytes(() => rotate(ROTATIONS))
  await world.run(() => collector.stop())
  expect(bytes).toBeLessThan(BYTES_MAX)
})

test('a hundred collectors that were killed leave no more memory in use than there was before', async () => {
  await beginAndKill(KILLED)
  const bytes = await retainedBytes(() => beginAndKill(KILLED))
  expect(bytes).toBeLessThan(KILLED_BYTES_MAX)
})

/** So many collectors, each in a world of its own, while it waits for streams to be closed. */
async function beginAndKill(times: number): Promise<void> {
  for (let seed = 1; seed <= times; seed++) {
    const world = new World({ seed, recordLocations: false })
    for (const name of NAMES) world.engine.addContainer({ name, behaviour: CHATTY })
    const collector = createCollector(ROTATING, { ...world.ports(), logger: SILENT }, NO_LOCATIONS)
    // oxlint-disable-next-line no-await-in-loop -- one world at a time
    await world.run(() => collector.start())
    world.inject(faults.hungClose({ streams: 'all' }))
    // oxlint-disable-next-line no-await-in-loop
    await world.advance(INTERVAL_MS + seed)
    world.crash({ kind: 'kill' })
  }
}

const CHATTY = { kind: 'chatty', everyMs: 100, jitter: 0.3 } as const
const NO_LOCATIONS = { recordLocations: false }
const NAMES = ['one', 'two', 'three', 'four', 'five']
const INTERVAL_MS = 10_000
const ROTATING = completeConfig({ containerMonitor: { streamRotation: { intervalMs: INTERVAL_MS } } })
const nothing = (): void => {}
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing }
