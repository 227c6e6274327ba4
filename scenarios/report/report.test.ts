import { expect, test } from 'vitest'
import { growing, observations, steady } from '../observations.test-support.ts'
import { PHASES } from '../phases/phases.ts'
import { htmlReport } from './html-report.ts'
import { Progress } from './progress.ts'
import { runResult, type RunResult } from './run-result.ts'
import { svgPlot } from './svg-plot.ts'
import { verdictTable } from './verdict-table.ts'
import { jsonText } from './write-report.ts'

const load = PHASES.find((phase) => phase.name === 'load')!

function result(parts: Parameters<typeof observations>[0] = {}): RunResult {
  const circumstances = {
    phase: load,
    engine: 'virtual',
    subject: 'reference',
    seed: 1,
    compress: 1,
    defect: null,
    startedAt: new Date(0),
    durationSeconds: 2,
  } as const
  return runResult(circumstances, {
    observations: observations(parts),
    virtualSeconds: 3600,
    traceHash: 'abc',
  })
}

test('the table says phase, criterion, measured, limit and verdict, and ends with a sentence', () => {
  const table = verdictTable([result({ series: { tasks: growing(10, 5) } })])
  expect(table).toMatch(/^load +growth of tasks +10 +< 2 tasks\/min +FAIL$/m)
  expect(table).toMatch(/^load +health checks that were not good +not measured .* -$/m)
  expect(table).toMatch(/1 of 1 phases failed: load; 10 lines written, 0 missing, 0 repeated$/)
})

test('runs of one phase on several engines are told apart', () => {
  const violations = ['I1: 51 streams']
  const table = verdictTable([result(), { ...result({ violations }), engine: 'docker' }])
  expect(table).toMatch(/^load on virtual +time to stop /m)
  expect(table).toContain('load on docker, invariants broken:\n  I1: 51 streams')
  expect(table).toContain('1 of 2 phases failed: load on docker;')
})

test('the table and the page say what each subject is good for', () => {
  const sentence = 'reference: leaks no, hangs not shown, loses not shown, repeats not shown'
  const runs = [result({ series: { tasks: steady(3) } })]
  expect(verdictTable(runs)).toContain(`\n${sentence}\n1 of 1 phases passed;`)
  expect(htmlReport({ schema: 1, conclusions: [], runs })).toContain(`<p>${sentence}</p>`)
})

test('the table shows what stands behind a failure', () => {
  const table = verdictTable([result({ violations: ['I1: 51 streams\nsecond line'] })])
  expect(table).toContain('load, invariants broken:\n  I1: 51 streams\n  second line')
})

test('the JSON has the shape the command line promises', () => {
  const { runs, schema } = JSON.parse(
    jsonText({ schema: 1, conclusions: [], runs: [result({ series: { tasks: steady(3) } })] }),
  )
  expect(schema).toBe(1)
  expect(runs[0]).toMatchObject({
    phase: 'load',
    engine: 'virtual',
    subject: 'reference',
    seed: 1,
    compress: 1,
    startedAt: '1970-01-01T00:00:00.000Z',
    durationSeconds: 2,
    virtualSeconds: 3600,
    traceHash: 'abc',
    pass: true,
    lines: { emitted: 10, delivered: 10, missing: 0, duplicated: 0, outOfOrder: 0 },
    series: { tasks: steady(3), fds: null, rssBytes: null, engineFds: null, engineTasks: null },
  })
  expect(runs[0].criteria[0]).toMatchObject({
    id: 'task-growth',
    measured: 0,
    unit: 'tasks/min',
    comparator: '<',
    limit: 2,
    pass: true,
  })
})

test('the HTML report is one page that loads nothing, with a plot for every series there is', () => {
  const series = { tasks: steady(3), fdsByKind: { '<socket>': steady(1) } }
  const html = htmlReport({ schema: 1, conclusions: [], runs: [result({ series })] })
  expect(html).not.toMatch(/(src|href)=|@import|url\(/)
  expect(html.match(/<svg/g)).toHaveLength(2)
  expect(html).toContain('descriptors: &lt;socket&gt;')
})

test('a plot is interrupted where a sample is missing', () => {
  const svg = svgPlot('tasks', [0, 30, 60, 90], [1, null, 2, 2])
  expect(svg.match(/ d="([^"]*)"/)?.[1]).toMatch(/^M[\d. ]+M[\d. ]+L[\d. ]+$/)
})

test('on a terminal progress is one line, otherwise a line now and then', () => {
  let now = 0
  const show = (isTTY: boolean): string[] => {
    const written: string[] = []
    const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => now)
    const phase = progress.of('load')
    phase.step('starting')
    for (let second = 0; second <= 20; second++) {
      now += 1000
      phase.clock(second, 60)
    }
    progress.clear()
    return written
  }
  const terminal = show(true)
  expect(terminal.every((text) => text.startsWith('\r'))).toBe(true)
  expect(terminal.at(-1)).toBe('\r\u001B[K')
  const plain = show(false)
  expect(plain).toHaveLength(3)
  expect(plain.every((text) => text.endsWith('\n'))).toBe(true)
})
