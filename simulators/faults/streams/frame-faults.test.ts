import { expect, test } from 'vitest'
import { framesOf, readUntilIdle } from '../../engine/test-support.ts'
import { demonstrate, FaultRig } from '../fault.test-helper.ts'
import * as faults from './frame-faults.ts'

demonstrate(faults, {
  garbageHeader: async (rig) => {
    rig.web.write('stdout', 'one\n')
    rig.inject(faults.garbageHeader({ streams: 'next' }))
    const bytes = await readUntilIdle(rig.world, await rig.openLog())
    expect(bytes[0]).toBeGreaterThan(3)
    expect(framesOf(bytes.subarray(8)).map(({ data }) => data)).toEqual(['one\n'])
  },

  errorFrame: async (rig) => {
    const stream = await rig.openLog()
    rig.web.write('stdout', 'one\ntwo\n')
    const first = await stream.read({ signal: new AbortController().signal })
    rig.inject(faults.errorFrame({ message: 'Error grabbing logs: invalid character' }))
    const bytes = Buffer.concat([first!, await readUntilIdle(rig.world, stream)])
    const frames = bytesOfFrames(bytes)
    const error = frames.find(({ stream: number }) => number === 3)
    expect(error?.payload).toBe('Error grabbing logs: invalid character')
    expect(frames.filter(({ stream: number }) => number === 1)).toHaveLength(2)
  },

  giantFrame: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.giantFrame({ bytes: 5_000_000 }))
    const [frame] = bytesOfFrames(Buffer.from(await readUntilIdle(rig.world, stream)))
    expect(frame?.payload).toHaveLength(5_000_000)
    expect(frame?.payload).toMatch(/^2026-01-01T00:00:00\.\d{9}Z x/)
  },
})

test('a stream of a TTY has no frames, and none is slipped in', async () => {
  const rig = new FaultRig({ tty: true })
  rig.web.write('stdout', 'one\n')
  await rig.world.run(async () => {
    for (const kind of [faults.garbageHeader, faults.errorFrame, faults.giantFrame])
      rig.inject(kind({ streams: 'next' }))
    const text = Buffer.from(await readUntilIdle(rig.world, await rig.openLog())).toString()
    expect(text.slice(31)).toBe('one\r\n')
  })
})

function bytesOfFrames(bytes: Buffer): { stream: number; payload: string }[] {
  const frames: { stream: number; payload: string }[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at + 4)
    frames.push({ stream: bytes[at]!, payload: bytes.toString('latin1', at + 8, end) })
    at = end
  }
  return frames
}
