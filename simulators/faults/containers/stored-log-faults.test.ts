import { expect, test } from 'vitest'
import { DOCKER_20_10, DOCKER_28 } from '../../engine/personality.ts'
import { framesOf, never, readUntilIdle } from '../../engine/test-support.ts'
import { demonstrate, FaultRig } from '../fault.test-helper.ts'
import * as faults from './stored-log-faults.ts'

const web = { container: 'web' }

demonstrate(faults, {
  spoiltRecord: async (rig) => {
    writeLines(rig, 1, 200)
    rig.inject(faults.spoiltRecord({ ...web, back: 101 }))
    const frames = framesOf(await readUntilIdle(rig.world, await rig.openLog()))
    expect(frames.at(-1)!.stream).toBe(3)
    expect(await rig.readLines(await rig.openLog({ tail: 100 }))).toEqual(lines(101, 200))
  },

  emptiedLog: async (rig) => {
    writeLines(rig, 1, 5)
    rig.inject(faults.emptiedLog(web))
    writeLines(rig, 6, 8)
    expect(await rig.readLines(await rig.openLog({ follow: false }))).toEqual(lines(6, 8))
    const tail = await rig.openLog({ follow: false, tail: 2 })
    expect(await rig.readLines(tail, 600_000)).toEqual([])
    rig.world.engine.restart('web')
    expect(await rig.readLines(await rig.openLog({ tail: 2 }))).toEqual(lines(7, 8))
  },
})

test('of an emptied log engine 20.10 sends what was written since, whatever it is asked for', async () => {
  const rig = new FaultRig({}, { personality: DOCKER_20_10 })
  await rig.world.run(async () => {
    writeLines(rig, 1, 5)
    const following = await rig.openLog()
    expect(await rig.readLines(following)).toEqual(lines(1, 5))
    rig.inject(faults.emptiedLog(web))
    writeLines(rig, 6, 8)
    expect(await rig.readLines(following)).toEqual(lines(6, 8))
    expect(await rig.readLines(await rig.openLog({ tail: 2 }))).toEqual(lines(7, 8))
  })
})

test('time goes on for who follows the end of an emptied log that goes on being written', async () => {
  const rig = new FaultRig({ behaviour: { kind: 'chatty', everyMs: 100 } })
  await rig.world.run(async () => {
    await rig.world.clock.sleep(5000, { signal: never })
    rig.inject(faults.emptiedLog(web))
    expect(await rig.readLines(await rig.openLog({ tail: 2 }), 60_000)).toEqual([])
  })
})

test.each([DOCKER_20_10, DOCKER_28])(
  'engine $version goes on behind a spoilt record, without a word of it',
  async (personality) => {
    const rig = new FaultRig({}, { personality })
    await rig.world.run(async () => {
      writeLines(rig, 1, 200)
      rig.inject(faults.spoiltRecord({ ...web, back: 101 }))
      const following = await rig.openLog()
      const first = await rig.readLines(following)
      writeLines(rig, 201, 205)
      const all = [...first, ...(await rig.readLines(following))]
      expect(all.slice(0, 99)).toEqual(lines(1, 99))
      expect(all.slice(-5)).toEqual(lines(201, 205))
      expect(all).not.toContain('100\n')
    })
  },
)

function writeLines(rig: FaultRig, from: number, to: number): void {
  rig.web.write('stdout', lines(from, to).join(''))
}

function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`)
}
