import { expect, test } from 'vitest'
import { UsageError } from '../../reference/usage-error.ts'
import { judge, passed, type CriterionResult } from '../criteria/verdict.ts'
import type { Observations } from '../observations.ts'
import { growing, observations, steady } from '../observations.test-support.ts'
import { containerCount } from '../phase.ts'
import { PHASES } from './phases.ts'
import { selectPhases } from './select-phases.ts'

function judged(phase: string, seen: Observations): Map<string, CriterionResult> {
  const [found] = selectPhases([phase])
  return new Map(judge(found!, seen).map((result) => [result.id, result]))
}

const goodLoad = observations({
  rotationsByContainer: new Map([['wt-01', 12]]),
  series: {
    tasks: steady(230),
    utilization: steady(1),
    fds: steady(110),
    fdsByKind: { socket: steady(60), file: steady(50) },
    healthy: steady(1),
  },
})

test('the phases are those of the requirements, with their load and length', () => {
  const table = PHASES.map((phase) => [
    phase.requirement,
    phase.name,
    containerCount(phase),
    phase.durationSeconds / 60,
  ])
  expect(table).toEqual([
    ['D1', 'rotation-continuity', 10, 15],
    ['D2', 'idle-stream', 1, 11],
    ['D3', 'leak', 50, 30],
    ['D4', 'regression', 8, 10],
    ['D5', 'load', 55, 60],
    ['D6', 'load-retest', 55, 30],
    ['D7', 'many-files', 3, 10],
    ['D8', 'connection-churn', 8, 10],
    ['D9', 'graceful-shutdown', 8, 10],
    ['D10', 'lifecycle', 4, 30],
    ['D11', 'stress', 18, 120],
    ['D13', 'hung-engine', 8, 10],
    ['D13', 'reconnects', 6, 10],
    ['D13', 'odd-output', 10, 15],
    ['D13', 'disk-full', 8, 30],
    ['D13', 'stored-log-rotation', 5, 60],
    ['D13', 'short-lives', 5, 15],
    ['D13', 'restart-loop', 6, 15],
    ['D13', 'few-descriptors', 55, 30],
    ['D13', 'clock-steps', 8, 15],
    ['D5', 'crowd', 200, 30],
    ['D12', 'soak', 40, 1440],
  ])
})

test.each(PHASES.map((phase) => phase.name))('%s never forgives a line lost, repeated or late', (name) => {
  const lines = { ...observations().lines, missing: 1, duplicated: 1, outOfOrder: 1, unexpected: 1 }
  const results = judged(name, observations({ lines }))
  const verdicts = ['missing', 'duplicated', 'out-of-order', 'unexpected'].map((id) => results.get(id)?.pass)
  expect(verdicts).toEqual([false, false, false, false])
})

test.each(PHASES.map((phase) => phase.name))('criteria of %s have different names', (name) => {
  const ids = selectPhases([name])[0]!.criteria.map((criterion) => criterion.id)
  expect(new Set(ids).size).toBe(ids.length)
})

test.each(PHASES)('$name fails when the engine is left with a stream for each container', (phase) => {
  const containers = containerCount(phase)
  const left = [...steady(40).slice(4), ...steady(40 + containers).slice(6)]
  const series = { engineFds: left, engineTasks: left }
  const results = judged(phase.name, observations({ containers, series }))
  expect([results.get('engine-descriptors')?.pass, results.get('engine-tasks')?.pass]).toEqual([false, false])
  expect(results.get('engine-descriptors')?.evidence).toEqual([
    `descriptors of the engine: 40 -> ${40 + containers} (+${containers})`,
  ])
})

test('connections of the engine that come and go in the middle of rotations are no growth', () => {
  const engineFds = [37, 37, 34, 37, 37, 37, 37, 37, 41, 37]
  const results = judged('idle-stream', observations({ containers: 1, series: { engineFds } }))
  expect(results.get('engine-descriptors')?.pass).toBe(true)
})

test('what grows in an engine that others use too neither passes nor fails', () => {
  const engineFds = growing(40, 10)
  const results = judged('load', observations({ engineIsExclusive: false, series: { engineFds } }))
  expect(results.get('engine-descriptors')).toMatchObject({ measured: null, pass: null })
})

test('load passes five of five when nothing grows and the pool is full', () => {
  const results = judged('load', goodLoad)
  const five = ['task-growth', 'pool-saturated', 'descriptor-growth', 'health', 'rotations']
  expect(five.map((id) => results.get(id)?.pass)).toEqual([true, true, true, true, true])
  expect(passed([...results.values()])).toBe(true)
})

test.each([
  ['task-growth', { tasks: growing(230, 1) }],
  ['pool-saturated', { utilization: steady(0.96) }],
  ['descriptor-growth', { fds: growing(110, 15) }],
  ['health', { healthy: [...steady(1).slice(1), 0] }],
] as const)('load fails on %s alone', (id, series) => {
  const results = judged('load', { ...goodLoad, series: { ...goodLoad.series, ...series } })
  const failed = [...results.values()].filter((result) => result.pass === false).map((result) => result.id)
  expect(failed).toEqual([id])
})

test.each([
  ['subject', { subjectProblems: ['mine ended by itself: exit status 1'] }],
  ['engine-descriptors', { series: { engineFds: growing(40, 60), engineTasks: steady(40) } }],
  ['engine-tasks', { series: { engineFds: steady(40), engineTasks: growing(40, 60) } }],
] as const)('load fails on %s alone, where other programs are seen', (id, seen) => {
  const series = { ...goodLoad.series, ...('series' in seen ? seen.series : {}) }
  const failed = [...judged('load', { ...goodLoad, ...seen, series }).values()].filter(
    ({ pass }) => pass === false,
  )
  expect(failed.map((result) => result.id)).toEqual([id])
})

const MIB = 2 ** 20

test.each([
  ['memory-growth', { rssBytes: growing(100 * MIB, 6 * MIB), cpuSeconds: growing(0, 2) }],
  ['cpu-rise', { rssBytes: steady(100 * MIB), cpuSeconds: [0, 1, 2, 3, 4, 5, 6, 8, 10, 12] }],
] as const)('stress fails on %s alone, where processes are seen', (id, series) => {
  const failed = [...judged('stress', observations({ disturbances: 14, restarts: [1], series })).values()]
    .filter(({ pass }) => pass === false)
    .map((result) => result.id)
  expect(failed).toEqual([id])
})

test.each([['health-tells']])('disk-full fails on %s alone, where health is good all the time', (id) => {
  const seen = { disturbances: 2, series: { t: steady(600), healthy: steady(1) } }
  const failed = [...judged('disk-full', observations(seen)).values()].filter(({ pass }) => pass === false)
  expect(failed.map((result) => result.id)).toEqual([id])
})

test.each([['lives']])('restart-loop fails on %s alone, where a container is not started again', (id) => {
  const seen = { disturbances: 3, livesOfEach: new Map([['wt-02', 3]]) }
  const failed = [...judged('restart-loop', observations(seen)).values()].filter(({ pass }) => pass === false)
  expect(failed.map((result) => result.id)).toEqual([id])
})

test.each([['descriptors']])(
  'few-descriptors fails on %s alone, where one more is open for a moment',
  (id) => {
    const seen = { series: { fds: [...steady(60).slice(1), 129] } }
    const failed = [...judged('few-descriptors', observations(seen)).values()].filter(
      ({ pass }) => pass === false,
    )
    expect(failed.map((result) => result.id)).toEqual([id])
  },
)

test.each([
  ['while the disk is full', 1199, true],
  ['before that', 299, false],
  ['only afterwards', 1201, false],
] as const)('disk-full is told by health that is not good %s', (_, at, pass) => {
  const series = { t: [0, at, 1500], healthy: [1, 0, 1] }
  expect(judged('disk-full', observations({ series })).get('health-tells')?.pass).toBe(pass)
})

test('processor time of processes that follow one another is added up', () => {
  const cpuSeconds = [1, 2, 3, 4, 0, 1, 2, 3, 0, 1]
  const { measured } = judged('stress', observations({ series: { cpuSeconds } })).get('cpu-rise')!
  expect(measured).toBeLessThan(1.5)
  expect(measured).toBeGreaterThan(0.5)
})

test('load fails when nothing was rotated', () => {
  const results = judged('load', { ...goodLoad, rotationsByContainer: new Map([['wt-01', 0]]) })
  expect(results.get('rotations')?.pass).toBe(false)
})

test('rotations of a process that was ended count as well', () => {
  const series = { rotations: [0, 3, 5, 0, null, 1, 0] }
  const seen = observations({ rotationsByContainer: new Map([['wt-01', 0]]), series })
  expect(judged('odd-output', seen).get('rotations')).toMatchObject({ measured: 6, pass: true })
})

test('descriptors that grew are named with kind, count and growth, the worst first', () => {
  const series = {
    ...goodLoad.series,
    fds: growing(110, 60),
    fdsByKind: { file: steady(50), socket: growing(60, 60) },
  }
  expect(judged('load', { ...goodLoad, series }).get('descriptor-growth')?.evidence).toEqual([
    'socket: 60 -> 600 (+540)',
    'file: 50 -> 50 (0)',
  ])
})

test('rotation continuity wants three rotations of each container, not on average', () => {
  const rotationsByContainer = new Map([
    ['wt-01', 9],
    ['wt-02', 2],
  ])
  const result = judged('rotation-continuity', observations({ rotationsByContainer })).get('rotations-each')
  expect(result).toMatchObject({ measured: 2, pass: false, evidence: ['wt-02 rotated 2 times'] })
})

test.each([
  ['passes', 9, 10, null, true],
  ['fails', 10, 10, null, false],
  ['is not asked', 10, 10, new Map([['wt-01', 9]]), null],
] as const)(
  'rotation continuity %s by its connections where the subject does not count: %i of %i were held from start to end',
  (_, lastingConnections, containers, rotationsByContainer, pass) => {
    const seen = observations({ containers, lastingConnections, rotationsByContainer })
    expect(judged('rotation-continuity', seen).get('lasting-connections')?.pass).toBe(pass)
  },
)

test('a phase that did not disturb the subject as it says has failed', () => {
  expect(judged('reconnects', observations({ disturbances: 4 })).get('disturbances')?.pass).toBe(false)
  expect(judged('reconnects', observations({ disturbances: 5 })).get('disturbances')?.pass).toBe(true)
})

test.each(PHASES)('$name fails when the subject ends by itself, with what it said last', ({ name }) => {
  const words = 'mine ended by itself: exit status 1; it said: cannot open database'
  const result = judged(name, observations({ subjectProblems: [words] })).get('subject')
  expect(result).toMatchObject({ pass: false, evidence: [words] })
})

test('growth of tasks in the leak phase is spread over its containers', () => {
  const seen = observations({ containers: 50, series: { tasks: [...growing(200, 0).slice(1), 301] } })
  expect(judged('leak', seen).get('task-growth-per-container')).toMatchObject({ measured: 2.02, pass: false })
})

test('what was not observed neither passes nor fails', () => {
  expect(judged('load', observations()).get('task-growth')).toMatchObject({ measured: null, pass: null })
})

test('a broken invariant fails the run, with its message', () => {
  const results = judged('idle-stream', observations({ violations: ['I5: a stream is too old'] }))
  expect(results.get('invariants')).toMatchObject({ pass: false, evidence: ['I5: a stream is too old'] })
  expect(passed([...results.values()])).toBe(false)
})

test('a phase that does not exist is refused with the names of those that do', () => {
  expect(() => selectPhases(['lode'])).toThrow(UsageError)
  expect(() => selectPhases(['lode'])).toThrow(/"lode".*"load"/)
  expect(selectPhases(['all'])).toBe(PHASES)
})
