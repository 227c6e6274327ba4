import { expect, test } from 'vitest'
import { ticksOf, workloadScript } from './docker/workload-script.ts'
import { CONTAINER_KINDS, containerCount } from './phase.ts'
import { PHASES } from './phases/phases.ts'
import { PACES, workloadsOf } from './workload.ts'
import { compressedDurations } from './compression.ts'

test.each(PHASES)('$name has as many containers of each kind as it says, all named differently', (phase) => {
  const workloads = workloadsOf(phase, 1, 'wt')
  for (const kind of CONTAINER_KINDS) {
    expect(workloads.filter((workload) => workload.kind === kind)).toHaveLength(phase.load[kind])
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
    { ticks: 5, lines: 1 },
  ],
  [
    { lines: 1, everySeconds: 1 / 60 },
    { ticks: 1, lines: 12 },
  ],
  [
    { lines: 100, everySeconds: 2 },
    { ticks: 10, lines: 100 },
  ],
  [
    { lines: 0, everySeconds: 1 / 60 },
    { ticks: 1, lines: 0 },
  ],
])('the pace %j is %j in ticks of a fifth of a second', (pace, ticks) => {
  expect(ticksOf(pace)).toEqual(ticks)
})

test('a workload writes to the stream it is told', () => {
  const workload = { name: 'wt-1', kind: 'silent', pace: { lines: 0, everySeconds: 1 } } as const
  expect(workloadScript({ ...workload, stream: 'stderr' })).toMatch(/^exec >&2$/m)
  expect(workloadScript({ ...workload, stream: 'stdout' })).not.toMatch(/exec/)
})

test('compression divides durations and leaves at least a millisecond', () => {
  expect(compressedDurations(60)).toMatchObject({ rotationInterval: 5000, readTimeout: 500, slotTurn: 83 })
  expect(compressedDurations(1_000_000).slotTurn).toBe(1)
})
