import { expect, test } from 'vitest'
import { growing, steady } from '../observations.test-support.ts'
import { chartsOf, type Chart } from './charts.ts'
import { result } from './report.test-support.ts'

function chart(title: string, seen: Parameters<typeof result>[0]): Chart {
  return chartsOf(result(seen)).find((each) => each.title === title)!
}

test('a figure that was not seen has no chart', () => {
  expect(chartsOf(result({ series: { tasks: steady(3) } })).map(({ title }) => title)).toEqual(['tasks'])
})

test('the limit of a growth is a line from where the growth begins', () => {
  const { limits } = chart('tasks', { series: { tasks: growing(10, 5) } })
  expect(limits).toEqual([
    { label: '+2 tasks/min', from: [0, expect.closeTo(10)], to: [270, expect.closeTo(19)] },
  ])
})

test('the limit of what it grows in all lies so much above its start', () => {
  const { limits, curves } = chart('descriptors', {
    series: { fds: steady(60), fdsByKind: { socket: steady(55), pipe: steady(0) } },
  })
  expect(limits).toEqual([{ label: '+100 descriptors', from: [0, 160], to: [270, 160] }])
  expect(curves.map(({ label }) => label)).toEqual(['all', 'socket'])
})

test('faults are bands to their end, or to that of the run; so is the time in which it said it was not well', () => {
  const { bands } = chart('open streams', {
    series: { streams: steady(50), healthy: [1, 1, 0, 0, 1, 1, 0, 1, 1, 1] },
  })
  expect(bands).toEqual([
    { label: 'cut-connections', from: 60, to: 60, kind: 'fault' },
    { label: 'restart-engine', from: 90, to: 270, kind: 'fault' },
    { label: 'not healthy', from: 60, to: 90, kind: 'unhealthy' },
    { label: 'not healthy', from: 180, to: 180, kind: 'unhealthy' },
  ])
})

test('processor time is a share of one processor, also over a restart', () => {
  const { curves } = chart('processor', { series: { cpuSeconds: [0, 3, 6, 1, 4, 4, 4, 4, 4, 19] } })
  expect(curves[0]!.values).toEqual([null, 10, 10, null, 10, 0, 0, 0, 0, 50])
})
