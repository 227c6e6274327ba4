import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { blockOf, sourceOf } from '../../dispatch/pipeline-rig.test-helper.ts'
import { comparePlaces, RecordCursor, type Place } from './record-cursor.ts'

const source = sourceOf('web')

/** Blocks of a source with holes between some, and a new epoch now and then. */
const runs = fc.array(
  fc.record({ records: fc.integer({ min: 1, max: 4 }), hole: fc.nat(2), isNew: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 5,
  },
)

test.prop([runs, fc.nat(12), fc.nat(25), fc.nat(3)], { numRuns: 200 })(
  'passing records, or going to a place, leaves behind exactly those before it',
  (drawn, skipped, ordinal, epoch) => {
    const places: Place[] = []
    let [next, current] = [0, 0]
    const blocks = drawn.map(({ records, hole, isNew }) => {
      next += hole
      current += isNew ? 1 : 0
      for (let n = 0; n < records; n++) places.push({ epoch: current, ordinal: next + n })
      const lines = Array.from({ length: records }, () => 'x')
      const block = blockOf(source, next, lines, current)
      next += records
      return block
    })
    const cursor = new RecordCursor(blocks)
    cursor.skip(skipped)
    const passed = Math.min(skipped, places.length)
    expect([cursor.passed, cursor.done]).toEqual([passed, passed === places.length])
    if (!cursor.done) expect(cursor.place).toEqual(places[passed])
    const ahead = cursor.copy()
    ahead.skipTo({ epoch, ordinal })
    const before = places.filter((place) => comparePlaces(place, { epoch, ordinal }) < 0).length
    expect([ahead.passed, cursor.passed]).toEqual([Math.max(passed, before), passed])
  },
)
