/**
 * How long an answer asks to wait, milliseconds: a `Retry-After` in seconds or as a date. Undefined when it does not say, or nothing that can be read.
 * @param nowMs wall time, for dates
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim()
  if (value === undefined || value === '') return undefined
  const isDate = /\d\d:\d\d:\d\d/.test(value)
  const ms = isDate ? Date.parse(value) - nowMs : /^\d+$/.test(value) ? Number(value) * 1000 : Number.NaN
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), WAIT_MAX_MS)
}

/** Longer nobody means. */
const WAIT_MAX_MS = 3_600_000
