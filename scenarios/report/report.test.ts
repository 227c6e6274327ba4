import { expect, test } from 'vitest'
import { growing, steady } from '../observations.test-support.ts'
import { htmlReport } from './page/html-report.ts'
import { Progress } from './progress.ts'
import { result } from './report.test-support.ts'
import { jsonText, parseReport, reportOf } from './run-report.ts'
import { verdictTable } from './verdict-table.ts'

test('the table says phase, criterion, measured, limit and verdict, and ends with a sentence', () => {
  const table = verdictTable([result({ series: { tasks: growing(10, 5) } })])
  expect(table).toMatch(/^load +growth of tasks +10 \(10 to 10\) +< 2 tasks\/min +FAIL$/m)
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
  expect(htmlReport(reportOf(runs))).toMatch(/reference<td class="pass">no<td class="open">not shown/)
})

test('the table shows what stands behind a failure', () => {
  const table = verdictTable([result({ violations: ['I1: 51 streams\nsecond line'] })])
  expect(table).toContain('load, invariants broken:\n  I1: 51 streams\n  second line')
})

test('the JSON has the shape the command line promises', () => {
  const { runs, schema, left } = JSON.parse(jsonText(reportOf([result({ series: { tasks: steady(3) } })])))
  expect(left).toEqual([])
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

test('what is written is what is read again', () => {
  const report = reportOf(
    [result({ series: { tasks: growing(10, 5), fdsByKind: { socket: steady(1) } } })],
    [
      {
        phase: 'load',
        engine: 'docker',
        subject: 'mine.yaml',
        scenario: null,
        compress: 60,
        seed: 1,
        defect: null,
      },
    ],
  )
  expect(parseReport(jsonText(report), 'report.json')).toEqual(JSON.parse(jsonText(report)))
})

test('a report from before some of its keys were there is read', () => {
  const { left: _left, runs, ...old } = JSON.parse(jsonText(reportOf([result()])))
  const { setup: _setup, delays: _delays, faults: _faults, interrupted: _interrupted, ...run } = runs[0]
  const [read] = parseReport(JSON.stringify({ ...old, runs: [run] }), 'old.json').runs
  expect(read).toMatchObject({ phase: 'load', interrupted: false, delays: null, faults: [] })
  expect(htmlReport(reportOf([read!]))).toContain('load')
})

test.each([
  ['nothing', /^Cannot read a\.json: no JSON: /],
  [
    '{"schema": 2, "runs": []}',
    /^Cannot read a\.json: no report of watertight run --json or --out: schema: /,
  ],
  ['{"schema": 1, "runs": [{"phase": 1}]}', /^Cannot read a\.json: no report .*: runs\.0\.phase: /],
])('what is no report is named: %s', (text, message) => {
  expect(() => parseReport(text, 'a.json')).toThrow(message)
})

test('the HTML report is one page that loads nothing, with a place for every chart there is', () => {
  const series = { tasks: steady(3), fds: steady(1), fdsByKind: { '</script>': steady(1) } }
  const html = htmlReport(reportOf([result({ series })]))
  expect(html).not.toMatch(/<(?:link|img|script)[^>]*(?:src|href)=|@import|url\(/)
  expect(html.match(/class="chart"/g)).toHaveLength(2)
  expect(html.match(/<\/script>/g)).toHaveLength(3)
})

test('an interrupted run is neither passed nor failed, in the table, on the page and in its parts', () => {
  const cut = result({ series: { tasks: steady(3) }, rotationsByContainer: new Map([['wt-01', 0]]) }, true)
  expect(cut).toMatchObject({ pass: false, interrupted: true })
  expect(verdictTable([cut])).toMatch(/1 of 1 phases interrupted: load; /)
  expect(htmlReport(reportOf([cut]))).toContain('<span class="badge open">interrupted</span>')
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
