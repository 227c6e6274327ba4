import { expect, test } from 'vitest'
import { World, type SimulatedContainer } from '../../simulators/index.ts'
import { ToldLosses } from './told-losses.ts'

/** Nine lines, of which the last is alone in the file that is written. @param maxFiles of 1 the others are gone */
function rotatedLog(maxFiles: number): SimulatedContainer {
  const world = new World({ seed: 1 })
  const web = world.engine.addContainer({ name: 'web', logRotation: { maxSizeBytes: 300, maxFiles } })
  for (let line = 1; line <= 9; line++) web.write('stdout', `line ${line}\n`)
  return web
}

test.each([
  [3, 9, false, 'Its last line was read, and is gone: that can be seen', true],
  [3, 8, false, 'All that was read is left: what comes looks as if it came next', false],
  [3, 5, false, 'Nobody has read the end of what is left', false],
  [1, 9, false, 'Its last line was read, and is gone: that can be seen', true],
  [1, 8, false, 'All that was read was rotated away: what comes looks as if it came next', false],
  [
    3,
    9,
    true,
    'Its last line was read, and is gone, but it is followed: what comes looks as if it came next',
    false,
  ],
])(
  'of an emptied log of %i files of which %i of nine lines were read, followed: %s: %s',
  (maxFiles, reached, isFollowed, _, isSeen) => {
    const container = rotatedLog(maxFiles)
    container.log.empty()
    const told = new ToldLosses(() => [container])
    told.emptied(container, reached, { isFollowed })
    container.write('stdout', 'line 10\n')
    container.write('stdout', 'line 11\n')
    told.skipped('sink', { container, first: Math.max(reached, 8), behind: 10, causes: [['emptied']] })
    expect(told.found !== undefined).toBe(isSeen)
  },
)
