import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SinkMark } from '../../dispatch/sink.ts'
import { DistinctTimes } from './distinct-times.ts'

const SECOND = 1_000_000_000n
const START = 1_767_225_600n * SECOND

/** Stamps as an engine gives them: of nanoseconds, milliseconds or whole seconds; equal, a little disordered, and after a clock that was put back or on. */
const TIMES = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(0n, 0n, 0n, 1n, 17n, 1_000_000n, SECOND) },
        { weight: 2, arbitrary: fc.constantFrom(-1n, -3_000n, -400_000_000n) },
        { weight: 1, arbitrary: fc.constantFrom(-3600n * SECOND, -5n * SECOND, 3600n * SECOND) },
      ),
      fc.nat({ max: 3 }),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let time = START
    return steps.map(([step]) => (time += step))
  })

function stamps(source: string, times: readonly bigint[], mark?: SinkMark): [bigint[], SinkMark] {
  const distinct = new DistinctTimes(source, mark)
  return [times.map((time) => distinct.next(time)), distinct.mark()]
}

test('a record that is sent again has its stamp again, whatever batches it comes in and whichever process sends it', () => {
  fc.assert(
    fc.property(TIMES, fc.nat({ max: 60 }), (times, at) => {
      const [whole] = stamps('a', times)
      const [first, mark] = stamps('a', times.slice(0, at))
      const kept: SinkMark = JSON.parse(JSON.stringify(mark))
      expect([...first, ...stamps('a', times.slice(at), kept)[0]]).toEqual(whole)
    }),
  )
})

test('every stamp is later than the one before it, unless the clock is put back', () => {
  fc.assert(
    fc.property(TIMES, (times) => {
      const [given] = stamps('a', times)
      for (let at = 1; at < given.length; at++) {
        const wentBack = times.slice(0, at).some((earlier) => times[at]! + SECOND <= earlier)
        if (!wentBack) expect(given[at]).toBeGreaterThan(given[at - 1]!)
      }
    }),
  )
})

test('where stamps are whole seconds no two of a source are the same, also when the clock is put back', () => {
  const seconds = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.nat({ max: 3 })), { maxLength: 30 })
  fc.assert(
    fc.property(seconds, (steps) => {
      let time = START
      const times = steps.flatMap(([by, again]) => {
        time += BigInt(by) * SECOND
        return Array.from({ length: again + 1 }, () => time)
      })
      expect(new Set(stamps('a', times)[0]).size).toBe(times.length)
    }),
  )
})

test('a stamp is moved by less than a second, also where the clock was far ahead before', () => {
  fc.assert(
    fc.property(TIMES, (times) => {
      const [given] = stamps('a', times)
      given.forEach((stamp, at) =>
        expect(stamp - times[at]!).toSatisfy((by: bigint) => by >= 0n && by < SECOND + SECOND),
      )
    }),
  )
})

test('the same lines of two containers in the same whole second do not meet', () => {
  const second = Array.from({ length: 50 }, () => START)
  const [one] = stamps('a'.repeat(64), second)
  const [other] = stamps('b'.repeat(64), second)
  expect(new Set([...one, ...other]).size).toBe(100)
})

test('stamps of nanoseconds that differ stay as they are', () => {
  const times = [START + 1n, START + 2n, START + 1_000_001n]
  expect(stamps('a', times)[0]).toEqual(times)
})
