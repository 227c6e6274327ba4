import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { completeConfig } from '../config/complete-config.ts'
import { createCollector } from '../main.ts'

test('a log that takes longer to align than the rotation interval is read to its end all the same', async () => {
  const world = new World({ seed: 3, recordLocations: false })
  const container = world.engine.addContainer({ name: 'big', behaviour: { kind: 'silent' }, started: true })
  for (let n = 0; n < 150_000; n++) container.writeNumberedLine()
  const config = completeConfig({
    containerMonitor: { streamRotation: { intervalMs: 40, pauseBetweenRotationsMs: 1 } },
  })
  const collector = createCollector(config, world.ports())
  await world.run(() => collector.start())
  await world.advance(20_000)
  const expected = world.engine.expectedOutput(container.id).length
  const { statistics } = world.engine
  await world.run(() => collector.stop())
  const [file = ''] = await world.run(() => world.fileSystem.readdir(config.sinks.localFile.directory))
  const { size } = await world.run(() => world.fileSystem.stat(`${config.sinks.localFile.directory}/${file}`))
  expect(size).toBe(expected)
  // Reading on takes at least as long as the search did, so the work in all stays within some times the log.
  expect(statistics.linesScanned / 150_000).toBeLessThan(20)
})
