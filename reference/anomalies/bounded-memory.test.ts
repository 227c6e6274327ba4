import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { DetectorRig, linesAt, requests, strange, watched } from './detector-rig.test-helper.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Memory in use once everything that can be freed is, bytes. */
function usedBytes(): number {
  for (let n = 0; n < 3; n++) collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Sources of so many kinds of lines each, whose rates are known as after a long time; and what is counted for them. */
function fullRig(kinds: number, words: number): { rig: DetectorRig; counted: number } {
  const rig = new DetectorRig({ bytesPerSecond: 8 * 1024 * 1024, memoryBytesMax: 64 * 1024 * 1024 })
  const buffers = rig.detector.bytes
  for (let number = 0; number < SOURCES; number++) {
    const source = watched(`s${number}`)
    rig.write(source, ...Array.from({ length: kinds }, (_, kind) => strange(number * kinds + kind, words)))
    const { rate } = rig.detector.models.find(source)!
    for (const model of [rate.single, rate.spans]) {
      const slots = model.stored().days.length
      model.restore({
        levels: new Float32Array(120).fill(20),
        starts: new Float64Array(120),
        untrainedLevels: new Float32Array(120),
        untrainedStarts: new Float64Array(120),
        open: new Float64Array(0),
        lows: new Float32Array(slots * 5).fill(19),
        highs: new Float32Array(slots * 5).fill(21),
        days: new Uint8Array(slots).fill(5),
      })
    }
  }
  rig.tick()
  expect(rig.mined).toBe(SOURCES * kinds)
  return { rig, counted: rig.detector.bytes - buffers }
}

const SOURCES = 60

test.each([
  [31, 64],
  [1, 64],
  [3, 1],
])(
  'what is counted is at least what is held, of lines of %i words in %i kinds',
  { retry: 2 },
  (words, kinds) => {
    const warmUp = fullRig(kinds, words)
    const before = usedBytes()
    const second = fullRig(kinds, words)
    // Each has the same two buffers.
    const held = usedBytes() - before - 2 * 8 * 1024 * 1024
    expect(second.counted).toBe(warmUp.counted)
    expect(second.counted, `${held} are held`).toBeGreaterThan(held)
    expect(second.counted, `${held} are held`).toBeLessThan(4 * held)
    expect(second.rig.detector.models.size + warmUp.rig.detector.models.size).toBe(2 * SOURCES)
  },
)

test('the bound holds, and who wrote nothing for longest is forgotten first', () => {
  const memoryBytesMax = 1024 * 1024
  const rig = new DetectorRig({ memoryBytesMax, bytesPerSecond: 1024 * 1024 })
  const often = watched('often')
  for (let source = 0; source < 200; source++) {
    rig.write(often, ...requests(3))
    rig.write(
      watched(`s${source}`),
      ...Array.from({ length: 20 }, (_, kind) => strange(source * 20 + kind, 9)),
    )
    expect(rig.detector.bytes).toBeLessThanOrEqual(memoryBytesMax)
    rig.pass(1000)
    expect(rig.detector.bytes).toBeLessThanOrEqual(memoryBytesMax)
  }
  expect(rig.evicted).toBeGreaterThan(150)
  expect(rig.detector.models.find(often)).toBeDefined()
  expect(rig.detector.models.find(watched('s0'))).toBeUndefined()
})

test('what is copied has a bound for each second and each source, and what is left out is counted', () => {
  const rig = new DetectorRig({ bytesPerSecond: 100_000 })
  const line = 'a line that is some fifty bytes long, and no more  '
  const many = Array.from({ length: 10_000 }, () => line)
  for (const source of ['a', 'b', 'c', 'd', 'e', 'f']) rig.write(watched(source), ...many)
  rig.tick()
  expect(rig.mined).toBeGreaterThan(100_000 / (line.length + 16) - 10)
  expect(rig.mined * (line.length + 16)).toBeLessThanOrEqual(100_000)
  expect(rig.mined + rig.skipped['bytes']!).toBe(60_000)
})

test('of a block that is too much lines from all over it are looked at, of long lines their beginning', () => {
  const rig = new DetectorRig({ bytesPerSecond: 100_000 })
  const lines = Array.from({ length: 1000 }, (_, index) => `${strange(index, 1)} ${'x'.repeat(1000)}`)
  rig.detector.observe(linesAt(watched('a'), lines, [rig.nowMs]), rig.nowMs)
  rig.tick()
  const examples = [...rig.detector.models.find(watched('a'))!.content.templates].map(({ example }) =>
    Buffer.from(example).toString(),
  )
  expect(examples.length).toBeGreaterThan(20)
  expect(examples.some((example) => example.startsWith(lines[0]!.slice(0, 10)))).toBe(true)
  const last = lines.findLastIndex((each) => examples.some((example) => each.startsWith(example)))
  expect(last).toBeGreaterThan(900)
})

test('lines for which the processor had no time fill one buffer, and no more', () => {
  const rig = new DetectorRig({ bytesPerSecond: 100_000 })
  for (let second = 0; second < 20; second++) {
    for (const source of ['a', 'b', 'c', 'd']) rig.write(watched(source), ...requests(500))
    rig.detector.allowance.renew()
  }
  expect(rig.skipped['cpu']).toBeGreaterThan(0)
  const before = rig.mined
  rig.tick()
  expect((rig.mined - before) * 30).toBeLessThan(200_000)
})
