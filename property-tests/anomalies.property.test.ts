import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DetectorRig, linesAt, MINUTE_MS, watched } from '../reference/anomalies/detector-rig.test-helper.ts'
import { LINE_BYTES_MAX, LINE_COST } from '../reference/anomalies/sample-buffer.ts'
import { encodeSource, readSource } from '../reference/anomalies/model/stored-source.ts'
import { CONTENTS, someLines } from './anomalies/watched-lines.ts'
import { happenings, watchedRun } from './anomalies/watched-world.ts'

const step = fc.record({
  source: fc.nat(5),
  content: fc.constantFrom(...CONTENTS),
  count: fc.nat(80),
  seed: fc.nat(1_000_000),
  /** Of the stamps, against the clock. */
  lateMs: fc.constantFrom(0, 0, 0, 500, MINUTE_MS, 10 * MINUTE_MS, -10 * MINUTE_MS),
  passMs: fc.constantFrom(0, 100, 1000, 1000, MINUTE_MS, MINUTE_MS, 10 * MINUTE_MS),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never
const steps = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' })

const SMALL = { memoryBytesMax: 1024 * 1024, bytesPerSecond: 20_000, templatesPerSource: 16 }

function perform(rig: DetectorRig, { source, content, count, seed, lateMs, passMs }: Step): void {
  const block = linesAt(watched(`s${source}`), someLines(content, count, seed), [rig.nowMs - lateMs])
  rig.detector.observe(block, rig.nowMs)
  if (passMs > 0) rig.pass(passMs)
}

function performed(story: readonly Step[]): DetectorRig {
  const rig = new DetectorRig(SMALL)
  for (const each of story) perform(rig, each)
  return rig
}

/** What is kept of all sources, a line each. */
function stored(rig: DetectorRig): string[] {
  return Array.from(rig.detector.models, encodeSource)
}

/** No line waits, and no source is there. */
function leave(rig: DetectorRig): void {
  rig.tick()
  rig.tick()
  for (const model of rig.detector.models) rig.detector.gone(model.source)
  rig.found.length = 0
}

describe('whatever sources write', () => {
  test('memory has its bound, so has what is copied in a second, and each line was looked at or is counted', () => {
    fc.assert(
      fc.property(steps, (story) => {
        const rig = new DetectorRig(SMALL)
        let lines = 0
        let copied = 0
        for (const each of story) {
          const skippedBefore = sum(rig.skipped)
          perform(rig, { ...each, passMs: 0 })
          const taken = each.count - (sum(rig.skipped) - skippedBefore)
          const [line = Buffer.alloc(0)] = someLines(each.content, 1, each.seed)
          // The shortest of them.
          copied += taken * (Math.min(Math.max(0, line.length - 20), LINE_BYTES_MAX) + LINE_COST)
          lines += each.count
          expect(copied).toBeLessThanOrEqual(SMALL.bytesPerSecond)
          expect(rig.detector.bytes).toBeLessThanOrEqual(SMALL.memoryBytesMax)
          if (each.passMs > 0) {
            rig.pass(each.passMs)
            copied = 0
          }
          expect(rig.detector.bytes).toBeLessThanOrEqual(SMALL.memoryBytesMax)
          for (const { content } of rig.detector.models)
            expect([...content.templates].length).toBeLessThanOrEqual(SMALL.templatesPerSource)
        }
        rig.tick()
        rig.tick()
        expect(rig.mined + sum(rig.skipped)).toBe(lines)
      }),
      { numRuns: 12 },
    )
  })

  test('the same gives the same findings and the same model', () => {
    fc.assert(
      fc.property(steps, (story) => {
        const [one, other] = [performed(story), performed(story)]
        expect(one.found).toEqual(other.found)
        expect(stored(one)).toEqual(stored(other))
      }),
      { numRuns: 5 },
    )
  })

  test('a model that was stored and read again is the same, and finds the same', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const one = performed(before)
        leave(one)
        const other = new DetectorRig(SMALL)
        for (const line of stored(one)) other.detector.restore(readSource(line))
        expect(stored(other)).toEqual(stored(one))
        other.nowMs = one.nowMs
        other.tick()
        // The clock was put forward: from here on both train at the same times.
        for (const rig of [one, other]) rig.pass(24 * 60 * MINUTE_MS)
        expect(stored(other)).toEqual(stored(one))
        for (const each of after) for (const rig of [one, other]) perform(rig, each)
        expect(other.found).toEqual(one.found)
        expect(stored(other)).toEqual(stored(one))
      }),
      { numRuns: 6 },
    )
  })

  test('of a stored model any value may be another: it is refused with an error, or can be worked with', () => {
    const rig = performed(
      Array.from({ length: 40 }, (_, index) => ({
        source: index % 3,
        content: CONTENTS[index % CONTENTS.length]!,
        count: 30,
        seed: index * 100,
        lateMs: 0,
        passMs: 5 * MINUTE_MS,
      })),
    )
    const lines = stored(rig)
    let refused = 0
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(), fc.jsonValue(), steps, (index, at, value, after) => {
        const changed = new DetectorRig(SMALL)
        try {
          changed.detector.restore(readSource(replaced(lines[index]!, at, value)))
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          refused += 1
        }
        for (const each of after.slice(0, 10)) perform(changed, each)
        expect(changed.detector.bytes).toBeLessThanOrEqual(SMALL.memoryBytesMax)
        JSON.stringify(changed.found)
      }),
      { numRuns: 30 },
    )
    expect(refused).toBeGreaterThan(10)
  })
})

/** The line with one of its values, or with one letter where that is chosen, another. */
function replaced(line: string, at: number, value: unknown): string {
  let left = at % (line.match(/[:[]/g)?.length ?? 1)
  return JSON.stringify(JSON.parse(line), (_, old: unknown) => (left-- === 0 ? value : old)) ?? 'null'
}

describe('in a world', () => {
  test('files are the same with and without detector, whatever happens to its model; each holds each line once', async () => {
    let looked = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), happenings, async (seed, story) => {
        const [on, off] = [await watchedRun(seed, true, story), await watchedRun(seed, false, story)]
        expect(on.files).toEqual(off.files)
        expect(on.files).toEqual(on.written)
        expect(off.looked).toBe(0)
        looked += on.looked
      }),
      { numRuns: 8 },
    )
    expect(looked).toBeGreaterThan(200)
  })

  test('the same seed gives the same run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), happenings, async (seed, story) => {
        const [one, other] = [await watchedRun(seed, true, story), await watchedRun(seed, true, story)]
        expect(one.traceHash).toBe(other.traceHash)
      }),
      { numRuns: 2 },
    )
  })
})

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
