import { expect } from 'vitest'
import { never, readToEnd } from '../../engine/test-support.ts'
import type { Demonstrations } from '../demonstration-rig.test-helper.ts'
import { MESSAGE_BYTES } from './connection-faults.test-helper.ts'
import * as faults from './travel-faults.ts'

/** Those that are to be seen in process and over sockets in the same way. */
export const TRAVEL_DEMONSTRATIONS: Omit<Demonstrations<typeof faults>, 'slicer'> = {
  latency: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.latency({ delayMs: rig.ms(2000), jitterMs: rig.ms(500) }))
    const delays: number[] = []
    for (let line = 0; line < 12; line++) {
      const arriving = rig.durationOf(rig.readBytes(stream, MESSAGE_BYTES))
      await rig.web.write('stdout', 'late\n')
      delays.push(await arriving)
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(rig.ms(1500) - 1)
    expect(Math.max(...delays)).toBeLessThanOrEqual(rig.atMostMs(2510))
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(rig.ms(100))
    const ending = rig.durationOf(stream.read({ signal: never }))
    await rig.exit()
    expect(await ending).toBeGreaterThanOrEqual(rig.ms(1500) - 1)
  },

  bandwidth: async (rig) => {
    await rig.web.write('stdout', `${'x'.repeat(9960)}\n`)
    rig.inject(faults.bandwidth({ bytesPerSecond: rig.perSecond(1000) }))
    const stream = await rig.openLog({ follow: false })
    const ms = await rig.durationOf(readToEnd(stream))
    expect(ms).toBeGreaterThan(rig.ms(9000))
    expect(ms).toBeLessThan(rig.atMostMs(10_500))
  },

  slowDrip: async (rig) => {
    await rig.web.write('stdout', 'drip\n')
    rig.inject(faults.slowDrip({ bytes: 4, everyMs: rig.ms(1000) }))
    const stream = await rig.openLog()
    await rig.readBytes(stream, 4)
    expect(await rig.readWithin(stream, rig.ms(500))).toBe('idle')
    expect(await rig.readWithin(stream, rig.ms(10_000))).toHaveProperty('byteLength', 4)
  },
}
