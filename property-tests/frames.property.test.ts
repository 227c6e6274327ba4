import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { Demultiplexer } from '../reference/docker/reading/parsing/demultiplexer.ts'

/** More than fit on the stack of whoever reads each within the one before. */
const FRAMES = 30_000
const MESSAGE = Buffer.from('2026-01-01T00:00:00.000000000Z \n')

test.prop([fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 })], { numRuns: 4, seed: 1 })(
  'a chunk of many frames is read frame by frame, wherever it is cut',
  (cuts) => {
    const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, MESSAGE.length]), MESSAGE])
    const bytes = Buffer.alloc(FRAMES * frame.length, frame)
    const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].toSorted(
      (a, b) => a - b,
    )
    const demultiplexer = new Demultiplexer()
    let messages = 0
    let from = 0
    for (const to of ends) {
      demultiplexer.push(bytes.subarray(from, to), (_stream, buffer, start, end) => {
        if (MESSAGE.equals(buffer.subarray(start, end))) messages += 1
      })
      from = to
    }
    expect(messages).toBe(FRAMES)
  },
)
