import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StampReader } from './stamp-reader.ts'
import { compareStamps, hasUsualStamp, stampLengthAt, stampOf, usualStamp, withUsualStamp } from './stamp.ts'

const USUAL = '2026-11-21T01:17:37.000000001Z'

const usual = (message: string): string => Buffer.from(withUsualStamp(Buffer.from(message))).toString()

const is = (text: string, start = 0, end = text.length): boolean =>
  hasUsualStamp(Buffer.from(text), start, end)

describe('a stamp', () => {
  test.each([
    ['2026-11-21T01:17:37Z', '2026-11-21T01:17:37.000000000Z'],
    ['2026-11-21T01:17:37.5Z', '2026-11-21T01:17:37.500000000Z'],
    ['2026-11-21T01:17:37.123456789Z', '2026-11-21T01:17:37.123456789Z'],
    ['2026-11-21T03:17:37.25+02:00', '2026-11-21T01:17:37.250000000Z'],
    ['2026-11-20T23:17:37.123456789-02:00', '2026-11-21T01:17:37.123456789Z'],
    ['2026-11-21T03:17:37+02:00', '2026-11-21T01:17:37.000000000Z'],
    // A leap second, which no Date has.
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:60.000000000Z'],
  ])('%s is %s in the usual form, and what is behind it stays', (text, expected) => {
    expect(usual(`${text} a b\n`)).toBe(`${expected} a b\n`)
    expect(usual(`${text} `)).toBe(`${expected} `)
    expect(stampLengthAt(Buffer.from(`..${text} a`), 2)).toBe(text.length)
  })

  test.each([
    'no stamp at all',
    '',
    ' 2026-11-21T01:17:37Z x',
    '2026-11-21T01:17:37Zx y',
    '2026-11-21T01:17:37x y',
    '2026-11-21 01:17:37Z x',
    '2026-11-21T01:17:3/Z x',
    '2026-11-21T01:17:3:Z x',
    '2026-11-21T01:17:37.Z x',
    '2026-11-21T01:17:37.1234567890Z x',
    'x2026-11-21T01:17:37Z x',
    '2026-11-21T01:17:37.1Zx x',
    '2026-13-21T01:17:37.1Z x',
  ])('is not in %j, which is said with how it begins', (message) => {
    const start = JSON.stringify(message.slice(0, 35))
    expect(() => withUsualStamp(Buffer.from(message))).toThrow(
      expect.objectContaining({
        message: `Cannot read a message: expected an RFC 3339 stamp, found ${start}`,
        code: 'protocol',
      }),
    )
  })

  test('has a space behind it, and no message is too short to be looked at', () => {
    expect(stampLengthAt(Buffer.from(USUAL), 0)).toBe(0)
    expect(stampLengthAt(Buffer.from(`${USUAL}x`), 0)).toBe(0)
    expect(stampLengthAt(Buffer.from(' '), 0)).toBe(0)
    expect(stampLengthAt(Buffer.from('2026-11-21T01:17:37.123456789+02:00 '), 0)).toBe(35)
  })

  test('of the usual form is one with a Z as its thirtieth byte, a space behind it, and nothing missing', () => {
    expect([is(`${USUAL} `), is(`..${USUAL} `, 2), is(`${USUAL} `, 0, 30)]).toEqual([true, true, false])
    expect([is(`${USUAL}x`), is(`${USUAL.replace('Z', '0')} `)]).toEqual([false, false])
    expect(is(`..${USUAL} `, 2, 32)).toBe(false)
  })

  test.each([
    ['/', false],
    ['0', true],
    ['9', true],
    [':', false],
  ])('of the usual form has nine decimals: with %j as any of them it is one: %s', (byte, expected) => {
    for (let at = 20; at < 29; at++)
      expect(is(`${USUAL.slice(0, at)}${byte}${USUAL.slice(at + 1)} `)).toBe(expected)
    expect(is(`${USUAL.replace('.', byte)} `)).toBe(false)
  })

  test.each(['0000-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00'])(
    'is not made of %s, which is in a year of more than four digits in UTC',
    (text) => {
      expect(usualStamp(text)).toBeNull()
    },
  )

  test('that is shorter is not of the usual form, whatever is behind it', () => {
    const short = ['2026-11-21T01:17:37Z', '2026-11-21T01:17:37.5Z', '2026-11-21T01:17:37.123456Z']
    for (const stamp of short) {
      const text = `${stamp.padEnd(21, ' ').padEnd(29, '0')}Z text`
      const [message, bytes] = [`${stamp} ${text.slice(stamp.length + 1)}`, stamp.length]
      expect([message, is(message)]).toEqual([message, false])
      expect(stampLengthAt(Buffer.from(message), 0)).toBe(bytes)
    }
  })

  test('says when: in milliseconds, in microseconds, and which is earlier', () => {
    const moment = fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [one, other] = [stampOf(a.getTime()), stampOf(b.getTime())]
        expect(usualStamp(one)).toBe(one)
        const [bytes, others] = [Buffer.from(`.${one}`), Buffer.from(`...${other}`)]
        expect(Math.sign(compareStamps(bytes, 1, others, 3))).toBe(Math.sign(a.getTime() - b.getTime()))
        const reader = new StampReader()
        expect(reader.microseconds(bytes, 1)).toBe(a.getTime() * 1000)
        expect(reader.microseconds(others, 3)).toBe(b.getTime() * 1000)
      }),
    )
    expect(new StampReader().microseconds(Buffer.from('1970-01-01T00:01:02.345678999Z'), 0)).toBe(62_345_678)
  })

  test('of the same millisecond is later when any of its last decimals is', () => {
    for (let at = 20; at < 29; at++) {
      const later = `${USUAL.slice(0, at)}9${USUAL.slice(at + 1)}`
      expect(compareStamps(Buffer.from(USUAL), 0, Buffer.from(later), 0)).toBeLessThan(0)
    }
  })
})
