import { parseEngineTime, toStamp } from '../engine-time.ts'

/**
 * A moment as Podman reads it: a date with or without a time, seconds since the epoch with or without a fraction, or a span of time such as `1h30m`
 * from now. As a stamp; null when it is before 1970, as the zero time is that clients send for no time at all.
 * @param now wall time, milliseconds
 * @param direction in which a span of time leads
 * @returns undefined when it is none of them
 */
export function parseInputTime(
  text: string,
  now: number,
  direction: 'back' | 'forth',
): string | null | undefined {
  const date = DATE.exec(text)
  if (date !== null) return ofDate(date.groups!)
  if (SECONDS.test(text)) return parseEngineTime(text)
  if (!SPAN.test(text)) return undefined
  const spanMs = toMilliseconds(text)
  return toStamp(direction === 'back' ? now - spanMs : now + spanMs)
}

/** What is wrong with a time that cannot be read. */
export const UNREADABLE_TIME = 'unable to interpret time value'

function ofDate({
  day,
  time,
  fraction,
  zone,
}: Readonly<Record<string, string | undefined>>): string | null | undefined {
  const seconds = Date.parse(`${day}T${time ?? '00:00:00'}${zone ?? 'Z'}`) / 1000
  return Number.isNaN(seconds) ? undefined : parseEngineTime(`${seconds}.${fraction ?? ''}`)
}

function toMilliseconds(span: string): number {
  const sign = span.startsWith('-') ? -1 : 1
  const parts = [...span.matchAll(PART)].map(([, amount, unit]) => Number(amount) * UNITS_MS[unit!]!)
  return sign * parts.reduce((sum, part) => sum + part, 0)
}

const DATE =
  /^(?<day>\d{4}-\d\d-\d\d)(?:T(?<time>\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?)?(?<zone>Z|[+-]\d\d:\d\d)?$/
const SECONDS = /^-?\d+(?:\.\d*)?$/
const SPAN = /^[+-]?(?:\d+(?:\.\d+)?(?:ns|us|ms|h|m|s))+$/
const PART = /(\d+(?:\.\d+)?)(ns|us|ms|h|m|s)/g
const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
