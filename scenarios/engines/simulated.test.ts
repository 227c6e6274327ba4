import { expect, test } from 'vitest'
import { ALWAYS } from '../criteria/criteria.ts'
import type { Phase } from '../phase.ts'
import { selectPhases } from '../phases/select-phases.ts'
import type { RunResult } from '../report/run-result.ts'
import { runPhase } from '../run-phase.ts'
import { referenceSubject } from '../subjects/reference.ts'
import { parseSubject, readSubjectFile } from '../subjects/subject-file.ts'
import type { Subject } from '../subjects/subject.ts'
import { realTimeEngine } from './real-time.ts'
import { provideSimulated } from './simulated.ts'

async function run(
  phase: Phase,
  subject: Subject,
  compress: number,
  scenario: string | null = null,
): Promise<RunResult> {
  const provider = provideSimulated(scenario === null ? null : { file: 'faults.yaml', text: scenario })
  await using engine = realTimeEngine(provider, subject, null)
  return await runPhase(engine, phase, {
    compress,
    seed: 1,
    signal: new AbortController().signal,
    progress: { step: () => undefined, clock: () => undefined },
  })
}

test('the reference collector passes idle-stream as a process of its own, and nothing is left in the daemon', async () => {
  const [phase] = selectPhases(['idle-stream'])
  const result = await run(phase!, referenceSubject(null), 120)
  expect(result.criteria.filter((criterion) => criterion.pass !== true)).toEqual([])
  expect(result.lines.emitted).toBe(2)
})

test('a follower that gives no stream back is found in the daemon, though it loses no line', async () => {
  const result = await run(BRIEF, leakyFollower(), 60)
  const failed = result.criteria.filter((criterion) => criterion.pass === false).map(({ id }) => id)
  expect(failed).toEqual(['engine-descriptors', 'engine-tasks'])
  expect(result.lines).toMatchObject({ missing: 0, duplicated: 0, unexpected: 0 })
})

test('what a scenario orders happens while the clock runs, and the reference collector loses nothing by it', async () => {
  const scenario = `
timeline:
  - {at: 500ms, do: half-frame-reset, after_bytes: 5, streams: open}
  - {at: 1s, do: restart-engine, down: 800ms}
  - {at: 2500ms, do: slicer, container: wt-01, for: 500ms}
`
  const result = await run(BRIEF, referenceSubject(null), 60, scenario)
  expect(result.criteria.filter((criterion) => criterion.pass !== true)).toEqual([])
  // It could not be asked while it was away.
  expect(result.series.engineFds?.slice(1, -1)).toContain(null)
})

test('what a scenario orders of the sink meets a collector that ships: lines it sends again are counted', async () => {
  const scenario = `
timeline:
  - {at: 500ms, do: server-error, for: 300ms}
  - {at: 1200ms, do: sink-refused, for: 300ms}
  - {at: 2s, do: accepts-then-fails, times: 1}
`
  const shipping = await readSubjectFile(
    new URL('../subjects/shipping-follower.yaml', import.meta.url).pathname,
  )
  const result = await run(BRIEF, shipping, 60, scenario)
  const failed = result.criteria.filter((criterion) => criterion.pass === false).map(({ id }) => id)
  expect(failed).toEqual(['duplicated'])
  expect(result.lines.missing).toBe(0)
})

test('a scenario that is wrong is told before anything is started', async () => {
  const scenario = 'timeline: [{at: 1s, do: reset, container: wt-99}]'
  const refused = run(BRIEF, referenceSubject(null), 60, scenario)
  await expect(refused).rejects.toThrow(
    /^faults.yaml:1: timeline.0.container: "wt-99" is not allowed; allowed: wt-01, .*, wt-06$/,
  )
})

/** Every kind of container, on slots for all of them, for three seconds at a compression of 60. */
const BRIEF: Phase = {
  name: 'brief',
  requirement: 'D3',
  description: 'Six containers for a moment',
  durationSeconds: 180,
  slots: 10,
  load: { chatty: 2, bursty: 2, silent: 2 },
  criteria: ALWAYS,
}

function leakyFollower(): Subject {
  const text = `
name: leaky-follower
command: [node, leaky-follower.ts]
env: {DOCKER_HOST: '{{docker_host}}', OUT_DIR: '{{out_dir}}', LABEL: '{{label}}', ROTATION_MS: 1000}
output: {from: files, files: '*.log'}
`
  return parseSubject(text, new URL('../subjects/leaky-follower.yaml', import.meta.url).pathname)
}
