import { describe, expect, test } from 'vitest'
import { beginningOf, behind, finished, fits, isCopy, isFinished, overlapStart } from './file-place.ts'

const text = (length: number, first = 'a'): Buffer => Buffer.from(first + 'x'.repeat(length - 2) + '\n')

/** The place behind the bytes, which are read in pieces. */
function placeIn(bytes: Buffer, piece = bytes.length): ReturnType<typeof behind> {
  let place = beginningOf({ device: 1, inode: 2 })
  while (place.offset < bytes.length)
    place = behind(place, bytes.subarray(overlapStart(place), Math.min(bytes.length, place.offset + piece)))
  return place
}

describe('a place', () => {
  for (const length of [1, 2, 255, 256, 257, 400, 511, 512, 1000]) {
    const bytes = length === 1 ? Buffer.from('a') : text(length)

    test(`behind ${length} bytes is the same however they were read`, () => {
      for (const piece of [1, 7, 64, 300]) expect(placeIn(bytes, piece)).toEqual(placeIn(bytes))
    })

    test(`behind ${length} bytes fits the same bytes with more behind them, and no others`, () => {
      const place = placeIn(bytes)
      const start = overlapStart(place)
      expect(fits(place, bytes.subarray(start))).toBe(true)
      expect(fits(place, Buffer.concat([bytes.subarray(start), Buffer.from('more')]))).toBe(true)
      expect(fits(place, bytes.subarray(start, -1))).toBe(false)
      const other = Buffer.from(bytes)
      other[length - 1]! ^= 1
      expect(fits(place, other.subarray(start))).toBe(false)
    })
  }

  test('of a short file fits no file that begins otherwise', () => {
    expect(fits(placeIn(text(200)), text(200, 'b'))).toBe(false)
  })

  test('of an empty file fits every file', () => {
    expect(fits(beginningOf({ device: 1, inode: 2 }), Buffer.from('anything'))).toBe(true)
  })
})

test('a copy begins like the file, whether it has more or less of it', () => {
  const place = placeIn(text(100))
  expect(isCopy(place, text(100))).toBe(true)
  expect(isCopy(place, text(100).subarray(0, 40))).toBe(true)
  expect(isCopy(place, Buffer.concat([text(100), Buffer.from('more')]))).toBe(true)
  expect(isCopy(place, text(100, 'b'))).toBe(false)
  expect(isCopy(place, Buffer.alloc(0))).toBe(false)
})

test('a finished file is known by how it begins: an inode may be another file by now', () => {
  const known = finished(placeIn(text(100)))
  expect(isFinished(known, text(100))).toBe(true)
  expect(isFinished(known, Buffer.concat([text(100), Buffer.from('more')]))).toBe(true)
  expect(isFinished(known, text(100, 'b'))).toBe(false)
  expect(isFinished(known, text(90))).toBe(false)
})
