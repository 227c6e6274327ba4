import { describe, expect, test } from 'vitest'
import { growing, steady } from '../observations.test-support.ts'
import { comparisonTable } from './comparison-table.ts'
import { compare } from './comparison.ts'
import { comparedCharts } from './charts.ts'
import { htmlReport } from './page/html-report.ts'
import { result } from './report.test-support.ts'
import { reportOf } from './run-report.ts'
import type { RunResult } from './run-result.ts'

/** A run whose tasks grow by so many a minute. */
function run(growth: number, subject = 'mine', minute = 0): RunResult {
  const series = { tasks: growing(10, growth / 2) }
  return result({ series }, false, { subject, startedAt: new Date(minute * 60_000) })
}

function growthRow(runs: readonly RunResult[]): string {
  const table = comparisonTable(compare(runs)!)
  return /^load +growth of tasks +< 2 tasks\/min +(.*)$/m.exec(table)![1]!.replaceAll(/ {2,}/g, ' | ')
}

test('there is nothing to compare where each phase was run once', () => {
  expect(compare([run(0)])).toBeNull()
})

test('subjects stand side by side', () => {
  const runs = [run(0, 'reference'), run(30, 'leaky')]
  expect(compare(runs)!.lanes).toEqual(['reference', 'leaky'])
  expect(growthRow(runs)).toBe('0 pass | 30 FAIL')
  expect(comparisonTable(compare(runs)!)).toMatch(/^load +verdict +passed +failed$/m)
})

test('several runs of one are a history, in the order of time, whatever the order of the files', () => {
  const runs = [run(1, 'mine', 2), run(5, 'mine', 3), run(0, 'mine', 1)]
  const [phase] = compare(runs)!.phases
  const growth = phase!.rows.find(({ description }) => description === 'growth of tasks')!
  expect(growth.cells[0]!.history.map(({ measured }) => measured)).toEqual([0, 1, 5])
  expect(growthRow(runs)).toBe('1 (0 to 5) FAIL 1 of 3')
  expect(comparisonTable(compare(runs)!)).toMatch(/^load +verdict +2 of 3 passed$/m)
})

test('a criterion with another limit is another one', () => {
  const other = run(0, 'other')
  const criteria = other.criteria.map((each) => (each.id === 'task-growth' ? { ...each, limit: 5 } : each))
  const [phase] = compare([run(0), { ...other, criteria }])!.phases
  const rows = phase!.rows.filter(({ description }) => description === 'growth of tasks')
  expect(rows.map(({ allowed, cells }) => [allowed, cells.map((cell) => cell !== null)])).toEqual([
    ['< 2 tasks/min', [true, false]],
    ['< 5 tasks/min', [false, true]],
  ])
})

test('engines and compressions are told apart where there are several', () => {
  const docker = { ...run(0), engine: 'docker', compress: 60 } as const
  expect(compare([run(0), docker])!.lanes).toEqual([
    'mine on virtual, compressed by 1',
    'mine on docker, compressed by 60',
  ])
})

/** A run on an engine. */
function on(engine: RunResult['engine'], growth: number): RunResult {
  return { ...run(growth), engine }
}

/** The run with another verdict on one of its criteria; `null`: not measured. */
function saying(id: string, pass: boolean | null, its: RunResult): RunResult {
  return { ...its, criteria: its.criteria.map((each) => (each.id === id ? { ...each, pass } : each)) }
}

/** What is told of the engines, line by line. */
function agreement(...runs: RunResult[]): string[] {
  return comparisonTable(compare(runs)!).split('\n\n').at(-1)!.split('\n')
}

describe('engines that ran the same phase', () => {
  test('agree where each says the same of every criterion', () => {
    const all = run(0).criteria.length
    expect(agreement(on('virtual', 0), on('simulated', 0), on('docker', 0))).toEqual([
      `virtual, simulated, and docker agree on ${all} of ${all} criteria`,
    ])
    expect(agreement(on('virtual', 30), on('docker', 30))).toHaveLength(1)
  })

  test('do not agree where one fails what another passes, and nothing explains that', () => {
    const [same, difference, ...others] = agreement(on('virtual', 0), on('docker', 30))
    expect(same).toMatch(/ agree on \d+ of \d+ criteria$/)
    expect(difference).toBe(
      '  mine, load, growth of tasks: passed on virtual, failed on docker (not explained)',
    )
    expect(others).toEqual([])
  })

  test('are told why one cannot measure what another does, or that nobody knows why', () => {
    const shared = agreement(
      saying('engine-tasks', true, on('simulated', 0)),
      saying('engine-tasks', null, on('docker', 0)),
    )
    expect(shared[1]).toMatch(
      /passed on simulated, not measured on docker \(on an engine that others use too,/,
    )
    const unknown = agreement(on('simulated', 0), saying('missing', null, on('docker', 0)))
    expect(unknown[1]).toMatch(
      /lines that never arrived: passed on simulated, not measured on docker \(not exp/,
    )
  })

  test('are compared over all their runs, and only in phases and of subjects that several have', () => {
    const [, difference] = agreement(on('virtual', 0), on('docker', 0), on('docker', 30))
    expect(difference).toMatch(/growth of tasks: passed on virtual, failed on docker/)
    expect(compare([on('virtual', 0), on('virtual', 30)])!.agreement).toBeNull()
    expect(compare([on('virtual', 0), { ...on('docker', 30), subject: 'other' }])!.agreement).toBeNull()
  })

  test('are on the page', () => {
    const html = htmlReport(reportOf([on('virtual', 0), on('docker', 30)]))
    expect(html).toMatch(/<p class="fail">virtual and docker agree on \d+ of \d+ criteria\.<\/p>/)
    expect(html).toContain('<li>mine, load, growth of tasks: passed on virtual, failed on docker')
  })
})

test('the page has a dot for each run of a history, and a chart of all of them', () => {
  const runs = [run(0, 'mine', 1), run(5, 'mine', 2)]
  const charts = comparedCharts(
    runs.map((each, index) => ({ run: each, lane: 0, label: ['a', 'b'][index]! })),
  )
  expect(charts.map(({ curves }) => curves.map(({ label }) => label))).toEqual([['a', 'b']])
  const html = htmlReport(reportOf(runs))
  expect(html).toContain('Side by side')
  const history = /<tr><td>growth of tasks<td>.*?<\/svg>/.exec(html)![0]
  expect(history.match(/<circle [^>]*class="(?:pass|fail)"/g)).toHaveLength(2)
  expect(history).toContain('class="limit"')
})

test('a column that several charts show is in the page once', () => {
  const tasks = steady(123_457)
  const shared = result({ series: { tasks } })
  const html = htmlReport(reportOf([shared, { ...shared, subject: 'other' }]))
  expect(html.match(/123457(?:,123457){9}/g)).toHaveLength(1)
})
