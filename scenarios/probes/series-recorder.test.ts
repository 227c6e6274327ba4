import { expect, test } from 'vitest'
import { SeriesRecorder } from './series-recorder.ts'

test('rows become columns of equal length, with null where a sample is missing', () => {
  const recorder = new SeriesRecorder()
  recorder.add({ t: 0, tasks: 3, fdsByKind: { socket: 1 } })
  recorder.add({ t: 30, tasks: null, fdsByKind: { file: 2 } })
  recorder.add({ t: 60, fdsByKind: null })
  const series = recorder.series()
  expect(series.t).toEqual([0, 30, 60])
  expect(series.tasks).toEqual([3, null, null])
  expect(series.fdsByKind).toEqual({ socket: [1, 0, null], file: [0, 2, null] })
})

test('a series that is never known is null, not a column of zeros', () => {
  const recorder = new SeriesRecorder()
  recorder.add({ t: 0, tasks: null })
  expect(recorder.series()).toMatchObject({ tasks: null, rssBytes: null, fdsByKind: null })
})
