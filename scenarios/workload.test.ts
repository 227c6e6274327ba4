import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { briefScript, ticksOf, workloadScript } from './docker/workload-script.ts'
import { CONTAINER_KINDS, containerCount, type ContainerKind } from './phase.ts'
import { PHASES } from './phases/phases.ts'
import { PACES, briefLines, lineOf, workloadsOf, type Workload } from './workload.ts'
import { compressedDurations } from './compression.ts'

test.each(PHASES)('$name has as many containers of each kind as it says, all named differently', (phase) => {
  const workloads = workloadsOf(phase, 1, 'wt')
  for (const kind of CONTAINER_KINDS) {
    expect(workloads.filter((workload) => workload.kind === kind)).toHaveLength(phase.load[kind] ?? 0)
  }
  expect(new Set(workloads.map((workload) => workload.name)).size).toBe(containerCount(phase))
})

test('compression keeps the number of lines of a phase', () => {
  const [chatty] = workloadsOf(PHASES[0]!, 60, 'wt')
  const { lines, everySeconds } = chatty!.pace
  expect(lines / (everySeconds * 60)).toBeCloseTo(PACES.chatty.lines / PACES.chatty.everySeconds)
})

test.each([
  [
    { lines: 1, everySeconds: 1 },
    { tickMs: 1000, lines: 1 },
  ],
  [
    { lines: 1, everySeconds: 1 / 60 },
    { tickMs: 200, lines: 12 },
  ],
  [
    { lines: 100, everySeconds: 2 },
    { tickMs: 2000, lines: 100 },
  ],
  [
    { lines: 0, everySeconds: 1 / 60 },
    { tickMs: 60_000, lines: 0 },
  ],
])('the pace %j is %j, not more often than five times a second', (pace, ticks) => {
  expect(ticksOf(pace)).toEqual(ticks)
})

/** The first container of a kind. */
function workloadOf(kind: ContainerKind): Workload {
  return workloadsOf({ ...PHASES[0]!, load: { [kind]: 1 } }, 600, 'wt')[0]!
}

test('a workload writes to the stream it is told', () => {
  const workload = workloadOf('silent')
  expect(workloadScript({ ...workload, stream: 'stderr' })).toMatch(/^exec >&2$/m)
  expect(workloadScript({ ...workload, stream: 'stdout' })).not.toMatch(/^exec >/m)
})

test('lines have the lengths of their kind, in turn', () => {
  const lengths = Array.from({ length: 7 }, (_, index) => lineOf(workloadOf('huge'), index + 1).length)
  expect(lengths).toEqual([16_383, 16_384, 40_000, 70_000, 300_000, 1_048_576, 16_383])
})

const BUSYBOX = '/bin/busybox'

test.skipIf(!existsSync(BUSYBOX)).each(CONTAINER_KINDS)(
  'the program of a %s container writes its lines, the last one when it is told to end',
  async (kind) => {
    const workload = { ...workloadOf(kind), stream: 'stdout' } as const
    const child = spawn(BUSYBOX, ['sh', '-c', workloadScript(workload)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { LAST: path.join(await temporaryDirectory(), 'last') },
    })
    const output = text(child.stdout)
    await sleep(700)
    child.kill()
    const lines = (await output).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines).toEqual(lines.map((_, index) => lineOf(workload, index + 1)))
    expect(lines.length).toBeGreaterThan(kind === 'silent' ? 1 : 2)
  },
)

test.skipIf(!existsSync(BUSYBOX))(
  'the program of a restarting container ends by itself, and goes on with the next number when it is started again',
  async () => {
    const workload = { ...workloadOf('restarting'), stream: 'stdout' } as const
    const env = { LAST: path.join(await temporaryDirectory(), 'last') }
    const life = async (): Promise<string> => {
      const child = spawn(BUSYBOX, ['sh', '-c', workloadScript(workload)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env,
      })
      return await text(child.stdout)
    }
    const lines = `${await life()}${await life()}`.split('\n').slice(0, -1)
    expect(lines.length).toBeGreaterThan(3)
    expect(lines).toEqual(lines.map((_, index) => lineOf(workload, index + 1)))
  },
)

test.skipIf(!existsSync(BUSYBOX))(
  'the program of a container that lives for a moment writes its lines',
  async () => {
    const child = spawn(BUSYBOX, ['sh', '-c', briefScript('wt-brief-01')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    expect(await text(child.stdout)).toBe(`${briefLines('wt-brief-01').join('\n')}\n`)
  },
)

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'workload-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

test('compression divides durations and leaves at least a millisecond', () => {
  expect(compressedDurations(60)).toMatchObject({ rotationInterval: 5000, readTimeout: 500, slotTurn: 83 })
  expect(compressedDurations(1_000_000).slotTurn).toBe(1)
})
