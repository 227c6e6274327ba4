import { expect, test } from 'vitest'
import { PERSONALITIES, type PersonalityName } from '../../simulators/index.ts'
import { encodeFrame } from '../../property-tests/models/stored-log.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'
import { createReader } from './reading/create-reader.ts'
import { stampOf } from './reading/parsing/stamp.ts'

const MINUTE_MS = 60_000

/** A line each second for three minutes, of which the last one is wanted. */
async function rigOf(name: PersonalityName): Promise<{ rig: MonitorRig; lines: () => number[] }> {
  const rig = new MonitorRig({
    monitor: { from: MINUTE_MS },
    engine: { personality: PERSONALITIES[name] },
  })
  const web = rig.add('web', {
    behaviour: { kind: 'chatty', everyMs: 1000 },
    lineText: (n) => String(n),
  })
  await rig.advance(3 * MINUTE_MS)
  return { rig, lines: () => rig.lines(web).map(Number) }
}

test.each(['20.10', '26', '28', 'podman-5'] as const)(
  'of a container that was there what was written in the given time is read, and nothing before: %s',
  async (name) => {
    const { rig, lines } = await rigOf(name)
    await rig.start()
    await rig.advance(10_000)
    await rig.stop()
    const [first = 0] = lines()
    expect([120, 121, 122]).toContain(first)
    expect(lines()).toEqual(lines().map((_, index) => first + index))
    expect(lines().at(-1)).toBeGreaterThan(187)
    expect(rig.complaints()).toEqual([])
  },
)

test.each(['kill', 'power'] as const)(
  'the moment from which a log is read is the same after a crash, however early that comes: %s',
  async (kind) => {
    for (const afterMs of [5, 20, 60, 150, 500, 1100]) {
      const { rig, lines } = await rigOf('26')
      await rig.start()
      await rig.advance(afterMs)
      const before = lines()
      rig.world.crash({ kind })
      rig.newProcess()
      await rig.advance(5000)
      await rig.start()
      await rig.advance(5000)
      await rig.stop()
      const [first = 0] = kind === 'kill' ? [...before, ...lines()] : lines()
      expect(lines()).toEqual(lines().map((_, index) => first + index))
    }
  },
)

test('the moment is on disk before anything is delivered that follows from it, and lines before it that come out of order are passed over exactly', () => {
  const source = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
  const options = { source, tty: false, poll: false, maxLineBytes: 64, from: 'start' } as const
  const reader = createReader({ ...options, since: stampOf(1000) })
  reader.open('snapshot')
  for (const [ms, text] of [
    [998, 'a'],
    [999, 'b'],
    [1000, 'c'],
    [999, 'd'],
    [1001, 'e'],
  ] as const)
    reader.push(
      encodeFrame({ stream: 1, stamp: stampOf(ms), data: Buffer.from(`${text}\n`), lineStart: true }),
    )
  const position = reader.take()?.position
  expect(position).toMatchObject({ records: 0, since: stampOf(1000) })
  expect(reader.take()).toBeUndefined()
  expect(reader.awaitsSave).toBe(true)
  reader.saved()
  expect(Buffer.from(reader.take()!.bytes).toString()).toBe('c\nd\ne\n')
  expect(reader.position.since).toBeUndefined()
})

test('what a container writes that comes later is read whole', async () => {
  const rig = new MonitorRig({ monitor: { from: 1000 } })
  await rig.start()
  const web = rig.add('web', { behaviour: { kind: 'chatty', everyMs: 500 } })
  await rig.advance(5000)
  await rig.stop()
  expect(rig.lines(web)).toEqual(rig.written(web))
})
