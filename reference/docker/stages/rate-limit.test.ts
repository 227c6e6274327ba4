import { describe, expect, test } from 'vitest'
import { MonitorRig, type MonitorRigOptions } from '../monitor-rig.test-helper.ts'
import { stampOf } from '../reading/parsing/stamp.ts'
import { RateLimit, rateOf, type Bucket, type Rate } from './rate-limit.ts'

const TWO_A_SECOND: Rate = { unit: 'lines', perSecond: 2, burst: 3 }

/** Which of the lines, written at those milliseconds, are taken. */
function takenOf(rate: Rate, times: readonly number[], text = 'line'): { taken: number[]; dropped: number } {
  const taken: number[] = []
  let dropped = 0
  let state: Bucket | undefined
  times.forEach((ms, index) => {
    // A new one for each: what matters is in the state.
    const output = { push: (): void => void taken.push(index) }
    const limit = new RateLimit(rate, output, () => (dropped += 1), state)
    const bytes = Buffer.from(text)
    limit.push(1, Buffer.from(stampOf(ms)), 0, bytes, 0, bytes.length)
    state = limit.state
  })
  return { taken, dropped }
}

describe('a rate', () => {
  test('lets a burst pass, then what it gives by the time of the stamps', () => {
    const times = [0, 0, 0, 0, 400, 500, 600, 1000, 60_000, 60_000, 60_000, 60_000]
    expect(takenOf(TWO_A_SECOND, times)).toEqual({ taken: [0, 1, 2, 5, 7, 8, 9, 10], dropped: 4 })
  })

  test('is not confused by stamps out of order, and begins anew where the clock was put back', () => {
    expect(takenOf(TWO_A_SECOND, [0, 0, 0, 500, 499, 501, 1000])).toMatchObject({ taken: [0, 1, 2, 3, 6] })
    expect(takenOf(TWO_A_SECOND, [9000, 9000, 9000, 9000, 1000, 1500])).toMatchObject({ taken: [0, 1, 2, 5] })
  })

  test('in bytes lets a record pass that is larger than the burst, once that is full', () => {
    const rate: Rate = { unit: 'bytes', perSecond: 10, burst: 20 }
    expect(takenOf(rate, [0, 0, 1000, 9900, 10_100], 'x'.repeat(99)).taken).toEqual([0, 4])
  })

  test('is what is configured, with as much at once as it gives in that time', () => {
    const given = { burstMs: 1500, whenExceeded: 'drop', linesPerSecond: null, bytesPerSecond: null } as const
    expect(rateOf(given)).toBeNull()
    expect(rateOf({ ...given, linesPerSecond: 2 })).toEqual(TWO_A_SECOND)
    expect(rateOf({ ...given, bytesPerSecond: 100 })).toEqual({ unit: 'bytes', perSecond: 100, burst: 150 })
  })
})

function rigOf(rateLimit: NonNullable<MonitorRigOptions['monitor']>['rateLimit'], slots = 50): MonitorRig {
  return new MonitorRig({
    slots,
    monitor: { rateLimit: { linesPerSecond: 10, burstMs: 1000, ...rateLimit } },
  })
}

describe('beyond the rate', () => {
  test('lines are left out, counted, and said once a minute; what is written slowly and read at once is whole', async () => {
    const rig = rigOf({ whenExceeded: 'drop' })
    const slow = rig.add('slow', { behaviour: { kind: 'chatty', everyMs: 200 } })
    await rig.advance(20_000)
    const fast = rig.add('fast', { behaviour: { kind: 'bursty', everyMs: 1000, lines: 50 } })
    await rig.start()
    await rig.advance(100_000)
    rig.stopContainer('fast')
    await rig.advance(1000)
    await rig.stop()
    expect(rig.lines(slow)).toEqual(rig.written(slow))
    const kept = rig.lines(fast).length
    expect(kept).toBeGreaterThan(990)
    expect(kept).toBeLessThan(1020)
    const [sample] = await rig.samples('log_capturer_lines_rate_limited_total{')
    expect(Number(sample!.split(' ').at(-1)) + kept).toBe(rig.written(fast).length)
    expect(rig.complaints().map((each) => each.replace(/\d+/, 'n'))).toEqual(
      Array.from(
        { length: 2 },
        () =>
          'A container writes more than rate_limit allows: lines are left out {"container":"fast","lines":n}',
      ),
    )
  })

  test('reading waits, and in the end has every line; nothing takes the wait for a stream that is stuck', async () => {
    const rig = rigOf({ whenExceeded: 'delay' })
    const fast = rig.add('fast', { behaviour: { kind: 'bursty', everyMs: 600_000, lines: 3000 } })
    await rig.advance(600_000)
    await rig.start()
    await rig.advance(60_000)
    // What came in one piece before reading waited is there at once.
    expect(rig.lines(fast).length).toBeLessThan(rig.written(fast).length)
    await rig.advance(600_000)
    await rig.stop()
    const lines = rig.lines(fast)
    expect(lines).toEqual(rig.written(fast).slice(0, lines.length))
    expect(lines.length).toBeGreaterThanOrEqual(3000)
    expect(rig.complaints()).toEqual([])
    const [waited] = await rig.samples('log_capturer_rate_limit_delay_seconds_total{')
    expect(Number(waited!.split(' ').at(-1))).toBeGreaterThan(200)
  })

  test('a container that reading waits for leaves its slot to others in its turn', async () => {
    const rig = rigOf({ whenExceeded: 'delay', linesPerSecond: 5 }, 1)
    const fast = rig.add('fast', { behaviour: { kind: 'bursty', everyMs: 60_000, lines: 2000 } })
    const quiet = rig.add('quiet', { behaviour: { kind: 'chatty', everyMs: 1000 } })
    await rig.advance(60_000)
    await rig.start()
    await rig.advance(60_000)
    expect(rig.lines(quiet).length).toBeGreaterThan(100)
    expect(rig.lines(fast).length).toBeGreaterThan(0)
    expect(rig.check('containers').ok).toBe(true)
    await rig.stop()
    expect(rig.complaints()).toEqual([])
  })
})
