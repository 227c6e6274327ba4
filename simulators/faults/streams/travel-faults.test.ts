import { describe, expect, test } from 'vitest'
import { never, readToEnd, readWithin } from '../../engine/test-support.ts'
import { demonstrate, FaultRig } from '../fault.test-helper.ts'
import * as faults from './travel-faults.ts'

demonstrate(faults, {
  latency: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.latency({ delayMs: 2000, jitterMs: 500 }))
    const delays: number[] = []
    for (let line = 0; line < 20; line++) {
      rig.web.write('stdout', 'late\n')
      delays.push(await rig.durationOf(rig.readBytes(stream, 44)))
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1500)
    expect(Math.max(...delays)).toBeLessThanOrEqual(2510)
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(100)
    rig.world.engine.exit('web')
    expect(await rig.durationOf(stream.read({ signal: never }))).toBeGreaterThanOrEqual(1500)
  },

  bandwidth: async (rig) => {
    rig.web.write('stdout', `${'x'.repeat(9960)}\n`)
    rig.inject(faults.bandwidth({ bytesPerSecond: 1000 }))
    const stream = await rig.openLog({ follow: false })
    const ms = await rig.durationOf(readToEnd(stream))
    expect(ms).toBeGreaterThan(9500)
    expect(ms).toBeLessThan(10_500)
  },

  slowDrip: async (rig) => {
    rig.web.write('stdout', 'drip\n')
    rig.inject(faults.slowDrip({ bytes: 4, everyMs: 1000 }))
    const stream = await rig.openLog()
    await rig.readBytes(stream, 4)
    expect(await readWithin(rig.world, stream, 990)).toBe('idle')
    expect((await readWithin(rig.world, stream, 100))?.length).toBeLessThanOrEqual(4)
  },

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
