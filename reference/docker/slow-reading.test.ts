import { expect, test } from 'vitest'
import {
  faults,
  PERSONALITIES,
  type ContainerOptions,
  type SimulatedContainer,
} from '../../simulators/index.ts'
import { MonitorRig, type MonitorRigOptions } from './monitor-rig.test-helper.ts'

const ENGINES = ['20.10', '26'] as const
/** A hundred lines a second; a log file is full after little more than one. */
const BUSY = { behaviour: { kind: 'chatty', everyMs: 10 } } as const
const SMALL_FILES = { maxSizeBytes: 20_000 }

function rigOf(version: keyof typeof PERSONALITIES, options: MonitorRigOptions): MonitorRig {
  return new MonitorRig({ engine: { personality: PERSONALITIES[version] }, ...options })
}

async function started(rig: MonitorRig, options: Partial<ContainerOptions>): Promise<SimulatedContainer> {
  await rig.start()
  return rig.add('busy', options)
}

/** Runs of lines that a container wrote and the sink does not hold. What it holds must be in order, and once. */
function missingRuns(rig: MonitorRig, container: SimulatedContainer): number {
  const lines = rig.lines(container)
  let runs = 0
  let next = 0
  let isMissing = false
  for (const line of rig.written(container)) {
    if (line === lines[next]) next += 1
    else if (!isMissing) runs += 1
    isMissing = line !== lines[next - 1]
  }
  expect(next).toBe(lines.length)
  return runs
}

const gaps = (rig: MonitorRig): number => rig.complaints().filter((each) => each.includes('"gap"')).length

test.for(ENGINES)(
  '%s: of a container that writes more than its rate all is read that the engine keeps',
  async (version) => {
    const rateLimit = { linesPerSecond: 80, burstMs: 1000, whenExceeded: 'delay' } as const
    const rig = rigOf(version, { monitor: { rateLimit } })
    const container = await started(rig, { ...BUSY, logRotation: { ...SMALL_FILES, maxFiles: 60 } })
    await rig.advance(40_000)
    container.setBehaviour({ kind: 'silent' })
    await rig.advance(120_000)
    expect(container.log.lost.losses.map(({ cause }) => cause)).toContain('passed over')
    expect(rig.lines(container)).toEqual(rig.written(container))
    expect(gaps(rig)).toBe(0)
    await rig.stop()
  },
)

test.for(ENGINES)('%s: each time that the engine did not keep some of it a gap is told', async (version) => {
  const rateLimit = { linesPerSecond: 20, burstMs: 1000, whenExceeded: 'delay' } as const
  const rig = rigOf(version, { monitor: { rateLimit } })
  const container = await started(rig, { ...BUSY, logRotation: { ...SMALL_FILES, maxFiles: 3 } })
  await rig.advance(40_000)
  container.setBehaviour({ kind: 'silent' })
  await rig.advance(120_000)
  const missing = missingRuns(rig, container)
  expect(missing).toBeGreaterThan(2)
  expect(gaps(rig)).toBe(missing)
  await rig.stop()
})

test.for(ENGINES)(
  '%s: while there is no room for what was read nothing is passed over for good',
  async (version) => {
    const rig = rigOf(version, { dispatcher: { queueBytesMax: 1024 * 1024 } })
    const container = await started(rig, {
      behaviour: { kind: 'chatty', everyMs: 10, lineBytes: { min: 2000, max: 2000 } },
      logRotation: { maxSizeBytes: 200_000, maxFiles: 60 },
    })
    await rig.advance(5000)
    const hang = rig.world.fileSystem.disturb({ kind: 'hang' }, { path: /srv\/logs/ })
    await rig.advance(20_000)
    hang[Symbol.dispose]()
    await rig.advance(5000)
    container.setBehaviour({ kind: 'silent' })
    await rig.advance(60_000)
    expect(container.log.lost.losses.map(({ cause }) => cause)).toContain('passed over')
    expect(rig.lines(container)).toEqual(rig.written(container))
    await rig.stop()
  },
)

test.for([15_000, 20_000])(
  '20.10: a follow that takes long to send what is stored, and then passes over a file of %i bytes, is not trusted',
  async (maxSizeBytes) => {
    const rig = rigOf('20.10', {})
    const container = await started(rig, {
      behaviour: { kind: 'chatty', everyMs: 50 },
      logRotation: { maxSizeBytes, maxFiles: 10 },
    })
    await rig.advance(30_000)
    using _ = rig.world.inject(faults.bandwidth({ bytesPerSecond: 8000, container: 'busy' }))
    rig.world.inject(faults.reset({ container: 'busy', streams: 'open' }))
    await rig.advance(60_000)
    container.setBehaviour({ kind: 'silent' })
    await rig.advance(60_000)
    expect(container.log.lost.losses.map(({ cause }) => cause)).toContain('passed over while catching up')
    expect(rig.lines(container)).toEqual(rig.written(container))
    await rig.stop()
  },
)
