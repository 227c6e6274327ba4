/** Length of a stamp: RFC 3339 with nine decimals in UTC. */
export const STAMP_BYTES = 30

/**
 * A moment as 30 bytes of ASCII, such as `2026-01-01T00:00:00.000000001Z`. Good until the next call: all are written over one another, and of
 * most only the digits behind the date change.
 * @param second whole seconds since the epoch
 */
export function formatStamp(second: number, nanoseconds: number): Uint8Array {
  if (second !== written.second) writeSecond(second)
  const microseconds = Math.floor(nanoseconds / 1000)
  writeThree(20, Math.floor(microseconds / 1000))
  writeThree(23, microseconds % 1000)
  writeThree(26, nanoseconds % 1000)
  return STAMP
}

function writeSecond(second: number): void {
  written.second = second
  const day = Math.floor(second / DAY_SECONDS)
  if (day !== written.day) writeDay(day)
  const ofDay = second - day * DAY_SECONDS
  writeTwo(11, Math.floor(ofDay / 3600))
  writeTwo(14, Math.floor(ofDay / 60) % 60)
  writeTwo(17, ofDay % 60)
}

function writeDay(day: number): void {
  written.day = day
  const date = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)
  for (let at = 0; at < date.length; at++) STAMP[at] = date.charCodeAt(at)
}

function writeThree(at: number, number: number): void {
  STAMP[at] = ASCII_ZERO + Math.floor(number / 100)
  writeTwo(at + 1, number % 100)
}

function writeTwo(at: number, number: number): void {
  STAMP[at] = ASCII_ZERO + Math.floor(number / 10)
  STAMP[at + 1] = ASCII_ZERO + (number % 10)
}

const STAMP = Uint8Array.from(Buffer.from('0000-00-00T00:00:00.000000000Z'))
/** What stands in {@link STAMP}. */
const written = { day: NaN, second: NaN }
const DAY_SECONDS = 86_400
const ASCII_ZERO = 0x30
