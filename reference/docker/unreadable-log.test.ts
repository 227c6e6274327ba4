import { expect, test } from 'vitest'
import { PERSONALITIES, type SimulatedContainer } from '../../simulators/index.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'

const MINUTE_MS = 60_000

interface Read {
  readonly rig: MonitorRig
  readonly container: SimulatedContainer
}

function rigOf(version: keyof typeof PERSONALITIES): MonitorRig {
  return new MonitorRig({
    engine: { personality: PERSONALITIES[version] },
    monitor: { readTimeoutMs: 5000, reconnectIntervalMs: 2000 },
  })
}

/** A container that has written some lines, and goes on with one every 300 ms. */
async function writing(rig: MonitorRig, lines: number, maxSizeBytes = Infinity): Promise<Read> {
  const logRotation = { maxSizeBytes, maxFiles: 3 }
  const container = rig.add('web', { behaviour: { kind: 'chatty', everyMs: 300 }, logRotation })
  await rig.advance(1)
  for (let n = 0; n < lines; n++) container.writeNumberedLine()
  return { rig, container }
}

/** The lines that are in the log and can be read, and those of them that were not delivered. */
function missing({ rig, container }: Read): string[] {
  const written = rig.written(container)
  const delivered = new Set(rig.lines(container))
  return container.log
    .readable()
    .map((number) => written[number - 1]!)
    .filter((line) => !delivered.has(line))
}

function repeated({ rig, container }: Read): string[] {
  const lines = rig.lines(container)
  return lines.filter((line, index) => lines.indexOf(line) !== index)
}

async function gaps({ rig }: Read): Promise<number> {
  const samples = await rig.samples('log_capturer_container_gaps_total')
  return samples.reduce((sum, sample) => sum + Number(sample.split(' ').at(-1)), 0)
}

for (const version of ['20.10', '26', '28', '29'] as const) {
  test.each([
    { lines: 300, back: 151 },
    { lines: 1400, back: 1200 },
    { lines: 90, back: 5 },
  ])(
    `${version}: what lies behind a spoilt record is delivered, and the gap is told: $lines lines, $back from the end`,
    async ({ lines, back }) => {
      for (const firstRead of [false, true]) {
        const read = await writing(rigOf(version), firstRead ? 20 : lines)
        const { rig, container } = read
        if (firstRead) {
          await rig.start()
          await rig.advance(1000)
          await rig.stop()
          rig.newProcess()
          for (let n = 0; n < lines; n++) container.writeNumberedLine()
        }
        const spoilt = rig.written(container).length - back
        container.log.spoil(back)
        await rig.start()
        await rig.advance(2 * MINUTE_MS)
        await rig.stop()
        // Engine 26 reads ahead, and what it has not sent when it comes to the record cannot be had.
        const lost = missing(read).filter(
          (line) => version !== '26' || rig.written(container).indexOf(line) >= spoilt,
        )
        expect({ firstRead, lost: lost.length, repeated: repeated(read).length }).toEqual({
          firstRead,
          lost: 0,
          repeated: 0,
        })
        expect(await gaps(read)).toBe(1)
      }
    },
  )

  test(`${version}: a log that was emptied from outside is read on, and told as a gap once`, async () => {
    const read = await writing(rigOf(version), 300)
    const { rig, container } = read
    await rig.start()
    await rig.advance(20_000)
    container.log.empty()
    await rig.advance(2 * MINUTE_MS)
    expect(missing(read).length).toBeLessThan(20)
    rig.stopContainer('web')
    await rig.advance(5000)
    await rig.stop()
    expect(missing(read).length).toBe(0)
    expect(repeated(read).length).toBe(0)
    expect(await gaps(read)).toBeLessThanOrEqual(1)
  })
}

for (const version of ['20.10', '26', '28'] as const) {
  test(`${version}: a healthy log, quiet or busy, has no gap`, async () => {
    for (const lines of [0, 10, 300, 3000]) {
      const read = await writing(rigOf(version), lines)
      await read.rig.start()
      await read.rig.advance(2 * MINUTE_MS)
      await read.rig.stop()
      expect(missing(read).length).toBe(0)
      expect(repeated(read).length).toBe(0)
      expect(await gaps(read)).toBe(0)
    }
  })
}

test('after the clock was set back and lines were rotated away what is stored is delivered, with one gap told', async () => {
  const read = await writing(rigOf('20.10'), 300, 20_000)
  const { rig, container } = read
  await rig.start()
  await rig.advance(5000)
  await rig.stop()
  rig.newProcess()
  rig.world.clock.stepWallTime(-60 * MINUTE_MS)
  for (let n = 0; n < 5000; n++) container.writeNumberedLine()
  await rig.start()
  await rig.advance(MINUTE_MS)
  await rig.stop()
  expect(missing(read).length).toBe(0)
  expect(repeated(read).length).toBe(0)
  expect(await gaps(read)).toBe(1)
})
