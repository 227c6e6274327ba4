import type { Column } from '../observations.ts'

/** Slope of a least-squares line through the samples, per minute of `t` (seconds). `null` with fewer than two samples. */
export function growthPerMinute(t: readonly number[], column: Column): number | null {
  const points = knownPoints(t, column)
  const meanT = mean(points.map((point) => point.t))
  const meanValue = mean(points.map((point) => point.value))
  const spread = sum(points.map((point) => (point.t - meanT) ** 2))
  if (points.length < 2 || spread === 0) return null
  return (60 * sum(points.map((point) => (point.t - meanT) * (point.value - meanValue)))) / spread
}

/**
 * Difference between the end and the start of a series: the median of its last part minus the median of its first part, so that one
 * sample taken in the middle of a rotation decides nothing. `null` with fewer than two samples.
 * @param parts the series is cut into so many, at least 2
 */
export function totalGrowth(column: Column, parts = 10): number | null {
  const values = known(column)
  if (values.length < 2) return null
  const length = Math.max(1, Math.floor(values.length / parts))
  return (median(values.slice(-length)) ?? 0) - (median(values.slice(0, length)) ?? 0)
}

/** The lower of the two middle values for an even number of samples; `null` without samples. */
export function median(column: Column): number | null {
  const values = known(column).toSorted((a, b) => a - b)
  return values[Math.floor((values.length - 1) / 2)] ?? null
}

/** `null` without samples. */
export function maximum(column: Column): number | null {
  const values = known(column)
  return values.length === 0 ? null : Math.max(...values)
}

/** The first value that was sampled, and the last. `null` without samples. */
export function firstAndLast(column: Column): { first: number; last: number } | null {
  const values = known(column)
  const first = values[0]
  const last = values.at(-1)
  return first === undefined || last === undefined ? null : { first, last }
}

function known(column: Column): number[] {
  return column.filter((value) => value !== null)
}

function knownPoints(t: readonly number[], column: Column): { t: number; value: number }[] {
  return t.flatMap((time, index) => {
    const value = column[index]
    return value === null || value === undefined ? [] : [{ t: time, value }]
  })
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
