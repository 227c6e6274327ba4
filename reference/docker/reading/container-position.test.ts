import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  ContainerPosition,
  parseContainerPosition,
  type ContainerPositionParts,
} from './container-position.ts'
import { stampOf } from './parsing/stamp.ts'

const STAMP = stampOf(1000)
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

/** Of a reader that has read nothing, under settings without stages. */
const NOTHING: ContainerPositionParts = {
  epoch: 0,
  records: 0,
  cursor: { messages: 0, ring: new Float64Array(0), newest: '' },
  partials: [],
  maxLineBytes: 64,
  digests: { multiline: undefined, lineFilter: undefined, rateLimit: undefined },
  stages: { joined: [], bucket: undefined },
  since: undefined,
  unterminated: [],
}
const EVERYTHING: ContainerPositionParts = {
  epoch: 2,
  records: 7,
  cursor: {
    messages: 9,
    ring: Float64Array.of(5, 6),
    repeats: 3,
    newest: STAMP,
    counted: { sinceNewest: 1, lines: 8 },
  },
  partials: [{ stream: 2, stamp: bytes(STAMP), bytes: bytes('begun') }],
  maxLineBytes: 64,
  digests: { multiline: 'm', lineFilter: 'f', rateLimit: 'r' },
  stages: {
    joined: [{ stream: 1, stamp: bytes(STAMP), bytes: bytes('a\n b'), lines: 2, lastUs: 5, sealed: true }],
    bucket: { tokens: 0.5, atUs: 6 },
  },
  since: STAMP,
  unterminated: [{ stamp: STAMP, length: 4 }],
  place: { device: 1, inode: 2, offset: 3, check: 4 },
}
const OF_NOTHING = {
  epoch: 0,
  records: 0,
  messages: 0,
  ring: [],
  newest: '',
  partials: [],
  maxLineBytes: 64,
  unterminated: [],
}

function saved(parts: ContainerPositionParts): unknown {
  return JSON.parse(JSON.stringify(new ContainerPosition(parts)))
}

describe('the position of a container', () => {
  test('is read as it was saved', () => {
    for (const parts of [NOTHING, EVERYTHING])
      expect(parseContainerPosition(saved(parts))).toEqual(new ContainerPosition(parts))
  })

  test('is read also with a stamp of bytes that are no text', () => {
    const odd = `${'\u00e9'.repeat(19)}.000000001Z`
    const stamp = new Uint8Array(Buffer.from(odd, 'latin1'))
    const parts = {
      ...NOTHING,
      cursor: { ...NOTHING.cursor, newest: odd },
      partials: [{ stream: 1, stamp, bytes: bytes('begun') }],
    }
    expect(parseContainerPosition(saved(parts))).toEqual(new ContainerPosition(parts))
  })

  test('says on disk what there is to say, and of what there is not nothing', () => {
    expect(saved(NOTHING)).toEqual(OF_NOTHING)
    expect(saved({ ...NOTHING, cursor: { ...NOTHING.cursor, repeats: 0 } })).toEqual(OF_NOTHING)
    expect(saved(EVERYTHING)).toEqual({
      epoch: 2,
      records: 7,
      messages: 9,
      ring: [5, 6],
      repeats: 3,
      newest: STAMP,
      counted: { sinceNewest: 1, lines: 8 },
      partials: [{ stream: 2, stamp: STAMP, base64: 'YmVndW4=' }],
      maxLineBytes: 64,
      multiline: 'm',
      lineFilter: 'f',
      rateLimit: 'r',
      joined: [{ stream: 1, stamp: STAMP, base64: 'YQogYg==', lines: 2, lastUs: 5, sealed: true }],
      bucket: { tokens: 0.5, atUs: 6 },
      since: STAMP,
      unterminated: [{ stamp: STAMP, length: 4 }],
      place: { device: 1, inode: 2, offset: 3, check: 4 },
    })
  })

  test('of an earlier version, which kept less, is read as well', () => {
    const earlier = { ...OF_NOTHING, epoch: undefined, maxLineBytes: undefined, unterminated: undefined }
    const read = new ContainerPosition({ ...NOTHING, maxLineBytes: undefined })
    expect(parseContainerPosition(earlier)).toEqual(read)
    const one = { stamp: STAMP, length: 4 }
    expect(parseContainerPosition({ ...earlier, unterminated: one }).unterminated).toEqual([one])
  })

  test('has the form of an open line made once, however often it is saved', () => {
    const shape = z.object({ partials: z.tuple([z.unknown()]) })
    const partials = [{ stream: 1, stamp: bytes(STAMP), bytes: bytes('begun') }]
    const [one, other] = [0, 1].map(
      (records) => shape.parse(new ContainerPosition({ ...NOTHING, records, partials }).toJSON()).partials[0],
    )
    expect(other).toBe(one)
  })

  test.each([
    '2026-01-01T00:00:01Z',
    '2026-01-01T00:00:01.000000000+00:00',
    '2026-01-01T00:00:01.00000000ZZ',
    '2026-01-01T00:00:01.000000000Z x',
    '',
  ])('is refused with the stamp %j, which is not in the usual form', (stamp) => {
    const unterminated = [{ stamp, length: 4 }]
    const partials = [{ stream: 1, stamp, base64: '' }]
    for (const tampered of [{ since: stamp }, { partials }])
      expect(() => parseContainerPosition({ ...OF_NOTHING, ...tampered })).toThrow(
        /^Cannot read a container's position: .*expected a stamp with nine decimals and Z/,
      )
    for (const tampered of [{ newest: stamp || 'none' }, { unterminated }])
      expect(() => parseContainerPosition({ ...OF_NOTHING, ...tampered })).toThrow(/newest|unterminated/)
  })
})
