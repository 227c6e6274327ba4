/** A figure for people: at most two decimals, and `not measured` for `null`. */
export function formatMeasured(value: number | null): string {
  return value === null ? 'not measured' : formatNumber(value)
}

/** At most two decimals. */
export function formatNumber(value: number): string {
  return String(Math.round(value * 100) / 100)
}
