import { describe, expect, test } from 'vitest'
import { never, readToEnd } from '../../engine/test-support.ts'
import { demonstrate, FaultRig } from '../fault.test-helper.ts'
import * as faults from './travel-faults.ts'
import { TRAVEL_DEMONSTRATIONS } from './travel-faults.test-helper.ts'

demonstrate(faults, {
  ...TRAVEL_DEMONSTRATIONS,

  slicer: async (rig) => {
    rig.web.write('stdout', 'thin\n')
    rig.inject(faults.slicer())
    const stream = await rig.openLog({ follow: false })
    const pieces: number[] = []
    for (let piece = await stream.read({ signal: never }); piece !== null;) {
      pieces.push(piece.length)
      piece = await stream.read({ signal: never })
    }
    expect(pieces).toEqual(Array.from({ length: 44 }, () => 1))
  },
})

describe('faults together', () => {
  test('each adds its own, and what is taken away acts no more', async () => {
    const rig = new FaultRig()
    rig.web.write('stdout', `${'x'.repeat(960)}\n`)
    await rig.world.run(async () => {
      const slicer = rig.inject(faults.slicer({ bytes: 10 }))
      const slow = rig.inject(faults.slowDrip({ bytes: 100, everyMs: 1000 }))
      const stream = await rig.openLog()
      expect(await stream.read({ signal: never })).toSatisfy((piece: Uint8Array) => piece.length <= 10)
      slicer[Symbol.dispose]()
      expect(await rig.durationOf(rig.readBytes(stream, 90))).toBeLessThan(1000)
      slow[Symbol.dispose]()
      expect(await rig.durationOf(rig.readLines(stream))).toBeLessThan(1010)
    })
  })

  test('bytes that are held back hold the end back with them, and none is lost or repeated', async () => {
    const rig = new FaultRig()
    await rig.world.run(async () => {
      rig.inject(faults.latency({ delayMs: 3000, jitterMs: 3000 }))
      rig.inject(faults.bandwidth({ bytesPerSecond: 500 }))
      const stream = await rig.openLog()
      const lines = Array.from({ length: 50 }, (_, number) => `${number}\n`)
      const reading = readToEnd(stream)
      for (const line of lines) {
        rig.web.write('stdout', line)
        await rig.world.clock.sleep(100, { signal: never })
      }
      rig.world.engine.exit('web')
      const text = Buffer.from(await reading).toString('latin1')
      expect([...text.matchAll(/Z (\d+\n)/g)].map(([, line]) => line)).toEqual(lines)
    })
  })
})
