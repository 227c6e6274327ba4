import { expect, test } from 'vitest'
import { completeConfig } from '../reference/config/complete-config.ts'
import { createCollector } from '../reference/main.ts'
import { retainedBytes, World } from '../simulators/index.ts'

/** A rotation may leave nothing. What a collection of garbage leaves by chance is far below; an object for each rotation is far above. */
const BYTES_MAX = 200_000
const ROTATIONS = 1000
const WARM_UP = 3000

test('a thousand rotations leave no more memory in use than there was before', async () => {
  const world = new World({ seed: 1, recordLocations: false })
  for (const name of NAMES) world.engine.addContainer({ name })
  const config = completeConfig({ containerMonitor: { streamRotation: { intervalMs: INTERVAL_MS } } })
  const ports = { ...world.ports(), logger: SILENT }
  const collector = createCollector(config, ports, { recordLocations: false })
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

const NAMES = ['one', 'two', 'three', 'four', 'five']
const INTERVAL_MS = 10_000
const nothing = (): void => {}
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing }
