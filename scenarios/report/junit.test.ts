import { expect, test } from 'vitest'
import { growing, steady } from '../observations.test-support.ts'
import { junitXml } from './junit.ts'
import { result } from './report.test-support.ts'

test('a suite for each run, a case for each criterion, with what failed, what was not measured and why', () => {
  const violations = ['I1: 51 < 60 & "more"\u0000']
  const failing = result({ violations, series: { tasks: growing(10, 5) } })
  const xml = junitXml([failing, result({ series: { tasks: steady(3) } })])
  expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="watertight">\n/)
  const [, first] = xml.split('<testsuite ')
  const count = (what: RegExp): number => first!.match(what)?.length ?? 0
  const attributes =
    /^name="load" tests="(\d+)" failures="(\d+)" errors="0" skipped="(\d+)" time="2\.000" timestamp="1970-01-01T00:00:00\.000Z">/
  expect(first).toMatch(attributes)
  const [, tests, failures, skipped] = attributes.exec(first!)!.map(Number)
  expect([tests, failures, skipped]).toEqual([count(/<testcase /g), count(/<failure /g), count(/<skipped /g)])
  expect(tests).toBe(failing.criteria.length)
  expect(first).toContain('name="task-growth: growth of tasks"')
  expect(first).toContain('<failure message="measured 10, allowed &lt; 2 tasks/min">')
  expect(first).toContain('I1: 51 &lt; 60 &amp; &quot;more&quot;\uFFFD')
  expect(first).toContain('<property name="seed" value="1"/>')
})

test('an interrupted run is an error, not a success', () => {
  const xml = junitXml([result({ series: { tasks: steady(3) } }, true)])
  expect(xml).toMatch(/ errors="1" /)
  expect(xml).toContain('<error message="interrupted after 270 of 3600 phase seconds"/>')
})
