import type { Column } from '../observations.ts'

/** A straight line through samples: what it says at a time, and how sure its slope is. */
export interface Growth {
  /** Slope, per minute of `t`. */
  readonly perMinute: number
  /** Bounds that hold the true slope with a confidence of 95 %; `null` with fewer than four samples, which cannot tell. */
  readonly interval: readonly [number, number] | null
  /** Of the line, at a time in seconds. */
  readonly valueAt: (seconds: number) => number
}

/**
 * The least-squares line through the samples after the warm-up, the first tenth of the time (of fewer than ten samples each counts). `null` with fewer than two samples.
 *
 * Samples that follow one another are alike, so each says less than a new one would: the interval is widened as if there were only
 * `n (1 - r) / (1 + r)` of them, `r` being how much of a deviation is left in the next sample.
 * @param t seconds
 */
export function growthOf(t: readonly number[], column: Column): Growth | null {
  const points = afterWarmUp(knownPoints(t, column))
  const meanT = mean(points.map((point) => point.t))
  const meanValue = mean(points.map((point) => point.value))
  const spread = sum(points.map((point) => (point.t - meanT) ** 2))
  if (points.length < 2 || spread === 0) return null
  const slope = sum(points.map((point) => (point.t - meanT) * (point.value - meanValue))) / spread
  const valueAt = (seconds: number): number => meanValue + slope * (seconds - meanT)
  const deviations = points.map((point) => point.value - valueAt(point.t))
  const error = slopeError(deviations, spread)
  const interval = error === null ? null : ([60 * (slope - error), 60 * (slope + error)] as const)
  return { perMinute: 60 * slope, interval, valueAt }
}

/** Half the width of the interval of a slope, per second. */
function slopeError(deviations: readonly number[], spread: number): number | null {
  const count = deviations.length
  if (count < FEWEST_FOR_INTERVAL) return null
  const squares = sum(deviations.map((deviation) => deviation ** 2))
  const products = sum(deviations.slice(1).map((deviation, index) => deviation * deviations[index]!))
  const alike = squares === 0 ? 0 : Math.min(MOST_ALIKE, Math.max(0, products / squares))
  const effective = Math.max(FEWEST_FOR_INTERVAL, (count * (1 - alike)) / (1 + alike))
  const variance = squares / (count - 2) / spread
  return studentQuantile(effective - 2) * Math.sqrt((variance * count) / effective)
}

/** Of Student's distribution, so that 95 % lie within it on both sides: the first terms of its expansion by the degrees of freedom, right to 2 % from 2 on. */
function studentQuantile(freedom: number): number {
  const z = 1.959964
  const first = (z ** 3 + z) / (4 * freedom)
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  return z + first + second + third
}

function afterWarmUp<P extends { readonly t: number }>(points: readonly P[]): readonly P[] {
  if (points.length < FEWEST_FOR_WARM_UP) return points
  const first = points[0]!.t
  const last = points.at(-1)?.t ?? 0
  return points.filter((point) => point.t >= first + (last - first) * WARM_UP)
}

const WARM_UP = 0.1
const FEWEST_FOR_WARM_UP = 10
const FEWEST_FOR_INTERVAL = 4
/** Samples that all lie on one side of the line would leave nothing of their number. */
const MOST_ALIKE = 0.95

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
