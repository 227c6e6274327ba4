import { LogSeen } from './log-seen.ts'

/** The stamps in a log that was read with timestamps, oldest first. */
export function stampsOf(seen: LogSeen): string[] {
  return seen.pieces.flatMap(([, text]) => text.match(STAMP) ?? []).toSorted()
}

/** A log that was read with timestamps as it would have been without. */
export function withoutStamps(seen: LogSeen): LogSeen {
  return new LogSeen(seen.pieces.map(([stream, text]) => [stream, text.replaceAll(STAMP_AND_SPACE, '')]))
}

/** A stamp as the API takes it for `since` and `until`: seconds and nanoseconds. */
export function stampSeconds(stamp: string): string {
  return `${Date.parse(`${stamp.slice(0, SECOND_LENGTH)}Z`) / 1000}.${nanosecondsOf(stamp)}`
}

/** The stamp so many nanoseconds later; earlier, when they are negative. */
export function shiftStamp(stamp: string, nanoseconds: number): string {
  const seconds = Date.parse(`${stamp.slice(0, SECOND_LENGTH)}Z`) / 1000
  return stampAt(BigInt(seconds) * BILLION + BigInt(nanosecondsOf(stamp)) + BigInt(nanoseconds))
}

/** The stamp of a moment in milliseconds since the epoch. */
export function stampOfMs(ms: number): string {
  return stampAt(BigInt(Math.floor(ms)) * 1_000_000n)
}

function stampAt(nanoseconds: bigint): string {
  const second = new Date(Number(nanoseconds / BILLION) * 1000).toISOString().slice(0, SECOND_LENGTH)
  return `${second}.${String(nanoseconds % BILLION).padStart(9, '0')}Z`
}

function nanosecondsOf(stamp: string): string {
  return stamp.slice(SECOND_LENGTH + 1, -1).padEnd(9, '0')
}

const STAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z/g
const STAMP_AND_SPACE = new RegExp(`${STAMP.source} `, 'g')
const SECOND_LENGTH = '2026-01-01T00:00:00'.length
const BILLION = 1_000_000_000n
