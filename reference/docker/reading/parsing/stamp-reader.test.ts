import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TimeWriter } from '../../../dispatch/time-writer.ts'
import { StampReader } from './stamp-reader.ts'

const moments = fc.array(
  fc.tuple(
    fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
    fc.integer({ min: 0, max: 999_999_999 }),
  ),
  { minLength: 1 },
)

describe('StampReader and TimeWriter', () => {
  test('a stamp is read as nanoseconds and written as it was', () => {
    fc.assert(
      fc.property(moments, (list) => {
        const reader = new StampReader()
        const writer = new TimeWriter()
        const times = new BigInt64Array(list.length)
        list.forEach(([date, nanoseconds], index) => {
          const second = Math.floor(date.getTime() / 1000)
          const stamp = `${new Date(second * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`
          reader.read(Buffer.from(`..${stamp} x`), 2, times, index)
          expect(times[index]).toBe(BigInt(second) * 1_000_000_000n + BigInt(nanoseconds))
          expect(writer.write(times[index]!)).toBe(stamp)
        })
      }),
    )
  })

  test('stamps one after the other are read each for itself, whatever they differ in and whatever lies before them', () => {
    const first = '2026-11-21T01:17:37.000000000Z'
    const reversed = first.slice(1, 17).split('').toReversed().join('')
    const digits = Array.from(first).flatMap((byte, at) => (/\d/.test(byte) ? [at] : []))
    for (const at of digits) {
      for (const digit of ['0', '1', '9']) {
        for (const before of ['', reversed]) {
          const message = Buffer.from(`${before}${first.slice(0, at)}${digit}${first.slice(at + 1)} x`)
          const reader = new StampReader()
          const [times, alone] = [new BigInt64Array(2), new BigInt64Array(1)]
          reader.read(Buffer.from(first), 0, times, 0)
          reader.read(message, before.length, times, 1)
          new StampReader().read(message, before.length, alone, 0)
          expect([message.toString(), times[1]]).toEqual([message.toString(), alone[0]])
        }
      }
    }
  })

  test('times of two arrays do not get into each other', () => {
    const reader = new StampReader()
    const [one, two] = [new BigInt64Array(1), new BigInt64Array(1)]
    reader.read(Buffer.from('1970-01-01T00:00:01.000000000Z'), 0, one, 0)
    reader.read(Buffer.from('1970-01-01T00:00:02.000000000Z'), 0, two, 0)
    expect([one[0], two[0]]).toEqual([1_000_000_000n, 2_000_000_000n])
  })

  test('a stamp that names no moment is read as 0 and the time within its minute', () => {
    const times = new BigInt64Array(1)
    new StampReader().read(Buffer.from('2026-99-01T00:00:01.000000000Z'), 0, times, 0)
    expect(times[0]).toBe(1_000_000_000n)
  })
})
