import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withFile } from './file.test-helper.ts'
import { digest, holds, isSame, markOf, placeOf, readTail, TAIL_BYTES, tailAfter } from './place.ts'

const PLACE = { length: 5, identity: { inode: 1, device: 2 }, tail: 'ab', generation: 3 }

test('a place is kept as a mark; what is not of its kind is not taken from one', () => {
  expect(placeOf(markOf(PLACE))).toEqual(PLACE)
  const empty = { length: 0, identity: undefined, tail: undefined, generation: undefined }
  expect(markOf(empty)).toStrictEqual({ length: 0 })
  expect([placeOf({}), placeOf({ length: 0, inode: 1 }), placeOf({ device: 1 })]).toEqual([
    empty,
    empty,
    empty,
  ])
  expect(placeOf({ inode: '1', device: '2', tail: 3, generation: '4' })).toEqual(empty)
})

test('files are the same by number and device', () => {
  const [one, device, inode] = [PLACE.identity, { inode: 1, device: 3 }, { inode: 2, device: 2 }]
  expect([isSame(one, { ...one }), isSame(one, device), isSame(one, inode), isSame(one, undefined)]).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('a digest is FNV-1a of 32 bits: marks on disk hold it', () => {
  expect(['', 'a', 'foobar'].map((text) => digest(Buffer.from(text)))).toEqual([
    '811c9dc5',
    'e40c292c',
    'bf9cf968',
  ])
  expect(digest(Buffer.from([0xcc, 0x24, 0x31, 0xc4]))).toBe('00000000')
})

test('the tail is the last 64 bytes, in a file, and after something was appended', async () => {
  const text = Array.from({ length: 100 }, (_, n) => String.fromCharCode(32 + (n % 90))).join('')
  for (const length of [0, 1, 63, 64, 65, 100]) {
    // oxlint-disable-next-line no-await-in-loop -- one file after the other
    const tail = await withFile(text, (file) => readTail(file, length))
    expect(Buffer.from(tail).toString()).toBe(text.slice(0, length).slice(-TAIL_BYTES))
  }
  const tail = await withFile('ab', (file) => readTail(file, 3))
  expect(Buffer.from(tail).toString()).toBe('ab')
  const parts = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 5 })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: TAIL_BYTES }), parts, (before, buffers) => {
      const all = Buffer.concat([before, ...buffers])
      expect(Buffer.compare(tailAfter(before, buffers), all.subarray(-TAIL_BYTES))).toBe(0)
    }),
  )
})

test('a file holds what ends at a place when it is long enough and has the same tail', async () => {
  const tail = digest(Buffer.from('ab'))
  expect([await holdsPlace(2, tail), await holdsPlace(3, undefined), await holdsPlace(0, undefined)]).toEqual(
    [true, true, true],
  )
  expect([await holdsPlace(3, tail), await holdsPlace(1, tail), await holdsPlace(4, undefined)]).toEqual([
    false,
    false,
    false,
  ])
})

/** Whether a file of three bytes holds it. */
function holdsPlace(length: number, tail: string | undefined): Promise<boolean> {
  return withFile('abc', (file, size) => holds(file, size, { ...PLACE, length, tail }))
}
