import { expect, test } from 'vitest'
import { framesOf, never, readUntilIdle } from '../../engine/test-support.ts'
import { demonstrate, FaultRig } from '../fault.test-helper.ts'
import * as faults from './output-faults.ts'

const web = { container: 'web' }

demonstrate(faults, {
  write: async (rig) => {
    rig.inject(faults.write({ ...web, text: 'half a', stream: 'stderr' }))
    rig.inject(faults.write({ ...web, text: ' line\n', stream: 'stderr' }))
    const [frame] = framesOf(await readUntilIdle(rig.world, await rig.openLog()))
    expect(frame).toMatchObject({ stream: 2, data: 'half a line\n' })
  },

  emptyLines: async (rig) => {
    rig.inject(faults.emptyLines({ ...web, count: 3 }))
    expect(await rig.readLines(await rig.openLog())).toEqual(['\n', '\n', '\n'])
  },

  longLine: async (rig) => {
    rig.inject(faults.longLine(web))
    await rig.world.clock.sleep(1000, { signal: never })
    const frames = framesOf(await readUntilIdle(rig.world, await rig.openLog()))
    expect(frames).toHaveLength(64)
    expect(new Set(frames.map(({ stamp }) => stamp)).size).toBe(1)
    const line = frames.map(({ data }) => data).join('')
    expect(line).toHaveLength(2 ** 20)
    expect(line.indexOf('\n')).toBe(2 ** 20 - 1)
  },

  cutCharacter: async (rig) => {
    rig.inject(faults.cutCharacter(web))
    const line = await asText(rig)
    // The json-file driver stores text: bytes that are no character become U+FFFD, and the character is lost.
    expect(line).toMatch(/x\uFFFD+ is cut\n$/)
    expect(line).not.toContain('€')
  },

  flood: async (rig) => {
    const flood = rig.inject(faults.flood({ ...web, linesPerSecond: 5000 }))
    await rig.world.clock.sleep(2000, { signal: never })
    flood[Symbol.dispose]()
    const { lastNumber } = rig.web
    expect(Math.abs(lastNumber - 10_000)).toBeLessThanOrEqual(50)
    await rig.world.clock.sleep(2000, { signal: never })
    expect(rig.web.lastNumber).toBe(lastNumber)
  },
})

test('a character that is cut at 16 KiB is whole again with the local driver, which stores bytes', async () => {
  const rig = new FaultRig({ logDriver: 'local' })
  rig.inject(faults.cutCharacter(web))
  await rig.world.run(async () => expect(await asText(rig)).toMatch(/x€ is cut\n$/))
})

async function asText(rig: FaultRig): Promise<string> {
  const pieces = await rig.readLines(await rig.openLog())
  expect(pieces).toHaveLength(2)
  return Buffer.from(pieces.join(''), 'latin1').toString()
}
