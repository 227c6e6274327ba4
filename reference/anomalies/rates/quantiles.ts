/** The values, sorted. */
export function sorted(values: Float32Array): Float32Array {
  return values.toSorted()
}

/** Of sorted values, the one at this share of them; 0 without any. */
export function quantile(values: Float32Array, share: number): number {
  if (values.length === 0) return 0
  return values[Math.round((values.length - 1) * share)]!
}

/** Of sorted values. */
export function median(values: Float32Array): number {
  return quantile(values, 0.5)
}

/** A standard deviation that outliers do not move: of sorted values, their median distance from the center, as of a normal distribution. */
export function robustDeviation(values: Float32Array, center: number): number {
  return NORMAL * median(sorted(values.map((value) => Math.abs(value - center))))
}

/** A normal distribution's standard deviation, in median distances. */
const NORMAL = 1.4826
