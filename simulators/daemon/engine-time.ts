import { ApiError } from './api-error.ts'

/** Wall time in milliseconds as RFC 3339 with nine decimals: as in inspections, events and log stamps. They compare as texts. */
export function toStamp(wallMs: number): string {
  const nanoseconds = Math.floor((wallMs % 1000) * 1e6)
  return stampOf(Math.floor(wallMs / 1000), nanoseconds)
}

/** What an inspection shows for a moment that has not been. */
export const NEVER = '0001-01-01T00:00:00Z'

/** Nanoseconds since the epoch, exact to the whole microsecond or so that a double can hold. */
export function toNanoseconds(wallMs: number): bigint {
  return BigInt(Math.floor(wallMs / 1000)) * 1_000_000_000n + BigInt(Math.floor((wallMs % 1000) * 1e6))
}

/**
 * A `since` or `until` of the API, `seconds[.nanoseconds]`, as a stamp; null when it is absent, empty or 0.
 * @throws ApiError 500 in the words of the engine when it is something else
 */
export function parseEngineTime(text: string | null): string | null {
  if (text === null || text === '') return null
  const [seconds = '', fraction = ''] = text.split('.', 2)
  if (!/^-?\d+$/.test(seconds)) throw unparsable(seconds)
  if (!/^\d*$/.test(fraction)) throw unparsable(fraction)
  const whole = Number(seconds)
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'))
  return whole <= 0 && nanoseconds === 0 ? null : stampOf(whole, nanoseconds)
}

function unparsable(text: string): ApiError {
  return new ApiError(500, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
}

function stampOf(seconds: number, nanoseconds: number): string {
  const second = new Date(Math.min(seconds, LAST_SECOND) * 1000).toISOString().slice(0, 19)
  return `${second}.${String(nanoseconds).padStart(9, '0')}Z`
}

/** The end of year 9999: beyond it stamps would not compare as texts. */
const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
