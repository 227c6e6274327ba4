import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatStamp } from './stamp-format.ts'

test('a stamp is the moment in RFC 3339 with nine decimals, whatever the one before was', () => {
  const second = fc.integer({ min: 0, max: 4_102_444_800 })
  const nanoseconds = fc.integer({ min: 0, max: 999_999_999 })
  fc.assert(
    fc.property(second, nanoseconds, (s, ns) => {
      const date = new Date(s * 1000).toISOString().slice(0, 19)
      expect(Buffer.from(formatStamp(s, ns)).toString()).toBe(`${date}.${String(ns).padStart(9, '0')}Z`)
    }),
  )
})
