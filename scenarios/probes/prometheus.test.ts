import { expect, test } from 'vitest'
import { parseExposition, sumByLabel, sumOf } from './prometheus.ts'
import { readMetrics } from './subject-probe.ts'

const TEXT = `# HELP tasks Live tasks
# TYPE tasks gauge
tasks{kind="reader"} 3
tasks{kind="heartbeat"} 4
rotations_total{container_name="a",reason="planned"} 2
rotations_total{container_name="a",reason="yield"} 5
rotations_total{container_name="b \\"x\\"",reason="planned"} 1
errors_total{type="open"} 7
errors_total{type="timeout"} 1
plain 1.5e2 1700000000000
endless +Inf
`

test('a sum takes every series of the name', () => {
  expect(sumOf(parseExposition(TEXT), 'tasks')).toBe(7)
})

test('a selector takes the series that have its labels', () => {
  expect(sumOf(parseExposition(TEXT), 'errors_total{type="timeout"}')).toBe(1)
})

test('a name that begins like another is not that other', () => {
  expect(sumOf(parseExposition(TEXT), 'task')).toBeNull()
})

test('exponents, stamps and infinity are read', () => {
  expect(sumOf(parseExposition(TEXT), 'plain')).toBe(150)
  expect(sumOf(parseExposition(TEXT), 'endless')).toBe(Infinity)
})

test('sums by label keep escaped names apart', () => {
  expect(sumByLabel(parseExposition(TEXT), 'rotations_total', 'container_name')).toEqual(
    new Map([
      ['a', 7],
      ['b "x"', 1],
    ]),
  )
})

test('what a subject does not declare is null, a counter without a sample is 0', () => {
  const sample = readMetrics(TEXT, {
    tasks: 'tasks',
    streams: null,
    utilization: 'absent',
    rotations: null,
    sinkFiles: null,
    containerLabel: 'container_name',
    deadlineErrors: ['errors_total{type="timeout"}', 'errors_total{type="never seen"}'],
  })
  expect(sample).toEqual({
    tasks: 7,
    streams: null,
    utilization: null,
    rotationsByContainer: null,
    deadlineErrors: 1,
    sinkFiles: null,
  })
})
