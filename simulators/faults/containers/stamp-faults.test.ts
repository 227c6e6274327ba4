import { expect } from 'vitest'
import { framesOf, never, readUntilIdle } from '../../engine/test-support.ts'
import { demonstrate, type FaultRig } from '../fault.test-helper.ts'
import * as faults from './stamp-faults.ts'

demonstrate(faults, {
  duplicateStamps: async (rig) => {
    const fault = rig.inject(faults.duplicateStamps({ container: 'web' }))
    await writeLines(rig, 5)
    fault[Symbol.dispose]()
    await writeLines(rig, 5)
    const stamps = await stampsOf(rig)
    expect(new Set(stamps.slice(0, 5)).size).toBe(1)
    expect(new Set(stamps).size).toBe(6)
  },

  outOfOrderStamps: async (rig) => {
    rig.inject(faults.outOfOrderStamps({ container: 'web', byMs: 60_000 }))
    await writeLines(rig, 50)
    const stamps = await stampsOf(rig)
    expect(stamps.every((stamp) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(stamp))).toBe(true)
    expect(stamps.filter((stamp, index) => index > 0 && stamp < stamps[index - 1]!).length).toBeGreaterThan(
      10,
    )
  },
})

async function writeLines(rig: FaultRig, count: number): Promise<void> {
  for (let line = 0; line < count; line++) {
    rig.web.write('stdout', `${line}\n`)
    await rig.world.clock.sleep(100, { signal: never })
  }
}

async function stampsOf(rig: FaultRig): Promise<string[]> {
  return framesOf(await readUntilIdle(rig.world, await rig.openLog())).map(({ stamp }) => stamp)
}
