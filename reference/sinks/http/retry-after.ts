/**
 * How long an answer asks to wait, milliseconds: a `Retry-After` in seconds or as a date. Undefined when it does not say, or nothing that can be read.
 * @param nowMs wall time, for dates
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim()
  if (value === undefined || value === '') return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), WAIT_MAX_MS)
}

/** Longer nobody means. */
const WAIT_MAX_MS = 3_600_000
