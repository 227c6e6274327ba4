import { describe, expect, test } from 'vitest'
import { DetectorRig, linesAt, MINUTE_MS, requests, watched, word } from './detector-rig.test-helper.ts'

const web = watched('web')

/** Some 100 lines a minute, a little more or less, as a rig has learnt them for two hours. */
function settledRig(): DetectorRig {
  const rig = new DetectorRig()
  rig.minutes(web, 121, (minute) => requests(95 + (minute % 11)))
  return rig
}

describe('rates', () => {
  test('that are as usual are no news, and five times as many lines are', () => {
    const rig = settledRig()
    expect(rig.kinds()).toEqual([])
    rig.minutes(web, 3, (minute) => requests(minute === 0 ? 500 : 100))
    expect(rig.kinds()).toEqual(['rate_high'])
    expect(rig.found[0]).toMatchObject({ observed: 500, source: { name: 'web', id: 'id of web' } })
    expect(rig.found[0]!.expected).toBeGreaterThan(90)
    expect(rig.found[0]!.expected).toBeLessThan(110)
    expect(rig.found[0]!.score).toBeGreaterThan(4)
    expect(rig.usual.at(-1)).toBe('web rate')
  })

  test('silence is found in its second minute: a minute is judged when lines may no longer come late', () => {
    const rig = settledRig()
    const before = rig.nowMs
    rig.minutes(web, 5, () => [])
    expect(rig.found[0]).toMatchObject({ kind: 'rate_low', observed: 0 })
    expect(rig.found[0]!.minute).toBe(Math.round((before - rig.nowMs) / MINUTE_MS) + 126 + 2)
    expect(rig.found[0]!.score).toBeLessThan(-4)
  })

  test('a change that lasts is usual after an hour', () => {
    const rig = settledRig()
    rig.minutes(web, 70, () => requests(500))
    rig.found.length = 0
    rig.minutes(web, 30, () => requests(500))
    expect(rig.kinds()).toEqual([])
  })

  test('lines that come a minute late count where they were written, older ones nowhere', () => {
    const rig = settledRig()
    const previous = rig.nowMs - MINUTE_MS + 1000
    rig.detector.observe(linesAt(web, requests(400), [previous]), rig.nowMs)
    rig.detector.observe(linesAt(web, requests(400), [previous - MINUTE_MS]), rig.nowMs)
    expect(rig.late).toBe(400)
    rig.minutes(web, 3, () => requests(100))
    expect(rig.found.map(({ observed }) => observed).every((lines) => lines! >= 495)).toBe(true)
    expect(rig.found).toHaveLength(1)
  })

  test('a block over two windows is counted in both', () => {
    const rig = settledRig()
    rig.minutes(web, 1, () => [])
    const start = Math.floor(rig.nowMs / MINUTE_MS) * MINUTE_MS
    const stamps = Array.from({ length: 600 }, (_, index) => (index < 100 ? start - 1 : start + index))
    rig.detector.observe(linesAt(web, requests(600), stamps), rig.nowMs)
    rig.pass(MINUTE_MS)
    rig.minutes(web, 2, () => requests(100))
    expect(rig.found.map(({ kind, observed }) => [kind, observed])).toEqual([['rate_high', 500]])
  })

  test('of a source that is gone nothing is expected, and of one that comes back nothing before its first whole window', () => {
    const rig = settledRig()
    rig.detector.gone(web)
    rig.pass(30 * MINUTE_MS)
    rig.nowMs += MINUTE_MS / 2
    const next = watched('web', 'another id')
    rig.write(next, ...requests(10))
    rig.pass(MINUTE_MS / 2)
    rig.minutes(next, 5, () => requests(100))
    expect(rig.kinds()).toEqual([])
    rig.minutes(next, 3, (minute) => requests(minute === 0 ? 500 : 100))
    expect(rig.found).toMatchObject([{ kind: 'rate_high', source: { name: 'web', id: 'another id' } }])
  })

  test('that the one before it is gone is told after the one of its name is there: that one stays', () => {
    const rig = settledRig()
    rig.write(watched('web', 'another id'), 'a line')
    rig.detector.gone(web)
    expect(rig.detector.models.find(web)!.presentSinceMs).not.toBeNull()
  })

  test('few lines mean nothing, and are not learnt, while something is wrong with reading', () => {
    const rig = settledRig()
    rig.reading = false
    rig.minutes(web, 60, () => [])
    rig.reading = true
    rig.minutes(web, 5, () => requests(100))
    expect(rig.kinds()).toEqual([])
  })

  for (const [what, ms] of [
    ['put forward', 7 * 60 * MINUTE_MS],
    ['put back', -7 * 60 * MINUTE_MS],
  ] as const)
    test(`a clock that is ${what} is no anomaly, and after it they are found again`, () => {
      const rig = settledRig()
      rig.pass(ms)
      rig.minutes(web, 20, () => requests(100))
      expect(rig.kinds()).toEqual([])
      rig.minutes(web, 3, (minute) => requests(minute === 0 ? 500 : 100))
      expect(rig.kinds()).toEqual(['rate_high'])
    })

  test('bursts that come every ten minutes are usual', () => {
    const rig = new DetectorRig()
    rig.minutes(web, 300, (minute) => (minute % 10 === 3 ? requests(80) : []))
    expect(rig.found.filter(({ minute }) => minute > 60)).toEqual([])
  })

  test('what comes every day at the same time is usual from the third day on, and its absence is found', () => {
    const rig = new DetectorRig()
    rig.minutes(web, 3 * 1440, (minute) => requests(isNight(minute) ? 400 : 40))
    expect(rig.found.filter(({ minute }) => minute > 2 * 1440)).toEqual([])
    expect(rig.found.filter(({ minute }) => minute < 2 * 1440).length).toBeGreaterThan(0)
    expect(rig.detector.models.find(web)!.rate.knowsDay).toBe(true)
    rig.found.length = 0
    rig.minutes(web, 150, () => requests(40))
    expect(rig.found[0]).toMatchObject({ kind: 'rate_low', observed: 40, minute: 3 * 1440 + 122 })
  })
})

/** A job of a quarter of an hour, at two in the morning. */
function isNight(minute: number): boolean {
  return minute % 1440 >= 120 && minute % 1440 < 135
}

/** Requests, and among them so many failures. */
function mixed(errors: number): () => string[] {
  const failures = Array.from({ length: errors }, (_, index) => `could not reach database ${index}`)
  return () => [...requests(100 - errors), ...failures]
}

describe('content', () => {
  test('a kind of line that is new is told once, as a template, when kinds are known', () => {
    const rig = settledRig()
    rig.write(web, '2026-01-05 panic: index 7 out of range')
    rig.minutes(web, 2, () => [...requests(100), '2026-01-05 panic: index 9 out of range'])
    expect(rig.found).toMatchObject([
      { kind: 'new_template', templates: [{ template: '<*> panic: index <*> out of range' }] },
    ])
  })

  test('of a source whose kinds are not known yet nothing is told', () => {
    const rig = new DetectorRig()
    rig.minutes(web, 50, () => requests(100))
    rig.write(web, 'panic: it is broken')
    rig.pass(MINUTE_MS)
    expect(rig.kinds()).toEqual([])
  })

  test('of a source that writes ever new kinds nothing is told', () => {
    const rig = new DetectorRig()
    rig.minutes(web, 400, (minute) => requests(100).concat(word(minute * 17)))
    expect(rig.kinds().filter((kind) => kind === 'new_template')).toEqual([])
  })

  test('at most three new kinds of a source are told in an interval', () => {
    const rig = settledRig()
    for (const name of ['alpha', 'beta', 'gamma', 'delta', 'epsilon'])
      rig.write(web, `${name} ${name} ${name}`)
    rig.pass(MINUTE_MS)
    expect(rig.kinds()).toEqual(['new_template', 'new_template', 'new_template'])
  })

  test('another mix is found at the next training, with what changed', () => {
    const rig = new DetectorRig()
    rig.minutes(web, 121, mixed(2))
    rig.minutes(web, 20, mixed(40))
    const [finding] = rig.found.filter(({ kind }) => kind === 'mix_shift')
    expect(finding).toMatchObject({ kind: 'mix_shift' })
    expect(finding!.minute).toBeLessThan(145)
    const database = finding!.templates.find(({ template }) => template.includes('database'))!
    expect(database.usualShare).toBeCloseTo(0.02, 2)
    expect(database.share).toBeGreaterThan(0.3)
  })
})

test('nothing is kept of a block: what is looked at later is what it was', () => {
  const rig = settledRig()
  const block = linesAt(web, ['panic: something is broken'], [rig.nowMs])
  rig.detector.observe(block, rig.nowMs)
  block.bytes.fill(0x78)
  rig.pass(MINUTE_MS)
  expect(rig.found).toMatchObject([{ templates: [{ template: 'panic: something is broken' }] }])
})

test('a block is as it was', () => {
  const rig = settledRig()
  const block = linesAt(web, requests(100), [rig.nowMs])
  const { bytes, ends, streams, times } = block
  const before = [bytes, ends, streams, times].map((column) => column.join(','))
  rig.detector.observe(block, rig.nowMs)
  rig.pass(MINUTE_MS)
  expect([bytes, ends, streams, times].map((column) => column.join(','))).toEqual(before)
})
