import { expect } from 'vitest'
import { framesOf, never } from '../../engine/test-support.ts'
import type { Demonstrations } from '../demonstration-rig.test-helper.ts'
import * as faults from './frame-faults.ts'

export const FRAME_DEMONSTRATIONS: Demonstrations<typeof faults> = {
  garbageHeader: async (rig) => {
    await rig.web.write('stdout', 'one\n')
    rig.inject(faults.garbageHeader({ streams: 'next' }))
    const bytes = await rig.readUntilIdle(await rig.openLog())
    expect(bytes[0]).toBeGreaterThan(3)
    expect(framesOf(bytes.subarray(8)).map(({ data }) => data)).toEqual(['one\n'])
  },

  errorFrame: async (rig) => {
    const stream = await rig.openLog()
    await rig.web.write('stdout', 'one\ntwo\n')
    const first = await stream.read({ signal: never })
    rig.inject(faults.errorFrame({ message: 'Error grabbing logs: invalid character' }))
    const bytes = Buffer.concat([first!, await rig.readUntilIdle(stream)])
    const frames = bytesOfFrames(bytes)
    const error = frames.find(({ stream: number }) => number === 3)
    expect(error?.payload).toBe('Error grabbing logs: invalid character')
    expect(frames.filter(({ stream: number }) => number === 1)).toHaveLength(2)
  },

  giantFrame: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.giantFrame({ bytes: 5_000_000 }))
    const [frame] = bytesOfFrames(await rig.readUntilIdle(stream))
    expect(frame?.payload).toHaveLength(5_000_000)
    expect(frame?.payload).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z x/)
  },
}

function bytesOfFrames(bytes: Buffer): { stream: number; payload: string }[] {
  const frames: { stream: number; payload: string }[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at + 4)
    frames.push({ stream: bytes[at]!, payload: bytes.toString('latin1', at + 8, end) })
    at = end
  }
  return frames
}
