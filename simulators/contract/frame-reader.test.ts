import { expect, test } from 'vitest'
import { FrameReader } from './frame-reader.ts'
import { log } from './log-seen.ts'

const FRAMES = Buffer.from('\u0001\0\0\0\0\0\0\u0002a\n\u0002\0\0\0\0\0\0\u0002\u00e9\n', 'latin1')

test('frames are read however they are cut', () => {
  const reader = new FrameReader(false)
  for (const byte of FRAMES) reader.add(Uint8Array.of(byte))
  expect(reader.seen).toEqual(log('out a', ['stderr', '\u00e9\n']))
})

test('a frame that is not complete is not seen', () => {
  const reader = new FrameReader(false)
  reader.add(FRAMES.subarray(0, -1))
  expect(reader.seen).toEqual(log('out a'))
})

test('with a TTY there are no frames', () => {
  const reader = new FrameReader(true)
  expect(reader.seen).toEqual(log())
  reader.add(FRAMES.subarray(8, 10))
  expect(reader.seen).toEqual(log(['raw', 'a\n']))
})
