import { expect, test } from 'vitest'
import { World, type SimulatedContainer } from '../../simulators/index.ts'
import { ToldLosses } from './told-losses.ts'

/** Nine lines, of which the last is alone in the file that is written. */
function rotatedLog(): SimulatedContainer {
  const world = new World({ seed: 1 })
  const web = world.engine.addContainer({ name: 'web', logRotation: { maxSizeBytes: 300, maxFiles: 3 } })
  for (let line = 1; line <= 9; line++) web.write('stdout', `line ${line}\n`)
  return web
}

test.each([
  [9, 'Its last line was read, and is gone: that can be seen', true],
  [8, 'All that was read is left: what comes looks as if it came next', false],
  [5, 'Nobody has read the end of what is left', false],
])('of an emptied log of which %i of nine lines were read: %s', (reached, _, isSeen) => {
  const container = rotatedLog()
  container.log.empty()
  const told = new ToldLosses(() => [container])
  told.emptied(container, reached)
  container.write('stdout', 'line 10\n')
  container.write('stdout', 'line 11\n')
  told.skipped('sink', { container, first: Math.max(reached, 8), behind: 10, causes: [['emptied']] })
  expect(told.found !== undefined).toBe(isSeen)
})
