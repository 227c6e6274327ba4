/**
 * What to say of an operation on the disk that takes too long: one without an answer for ten seconds is taken for one that hangs.
 * @param what such as `a write to it`. @param sinceMs when it began, null for none; both times of the monotonic clock, milliseconds
 * @returns a phrase, null while nothing is to be said
 */
export function hungText(what: string, sinceMs: number | null, nowMs: number): string | null {
  if (sinceMs === null || nowMs - sinceMs < HUNG_MS) return null
  return `${what} is not done after ${Math.round((nowMs - sinceMs) / 1000)} s`
}

const HUNG_MS = 10_000
