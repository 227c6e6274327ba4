import { expect, test } from 'vitest'
import { DailyProfile } from './daily-profile.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS

function daysOf(count: number, level: (minute: number, day: number) => number | null): DailyProfile {
  const profile = new DailyProfile(MINUTE_MS)
  for (let minute = 0; minute <= count * 1440; minute++) {
    const found = level(minute % 1440, Math.floor(minute / 1440))
    if (found !== null) profile.add(minute * MINUTE_MS, found)
  }
  return profile
}

function busyHour(minute: number): number {
  return minute < 60 ? 30 : 10
}

test('a day is known once all of it was seen twice', () => {
  expect(daysOf(1.9, busyHour).isKnown).toBe(false)
  expect(daysOf(2, busyHour).at(30 * MINUTE_MS)).toEqual({ low: 20, middle: 20, high: 20 })
  expect(daysOf(2, busyHour).at(DAY_MS + 600 * MINUTE_MS)).toEqual({ low: 0, middle: 0, high: 0 })
})

test('one odd day among four changes nothing', () => {
  const profile = daysOf(4, (minute, day) => (day === 1 && minute < 15 ? 90 : 10))
  expect(profile.at(0)).toEqual({ low: 0, middle: 0, high: 0 })
})

test('what has changed for three days is usual', () => {
  const profile = daysOf(8, (minute, day) => (day >= 5 && minute < 15 ? 90 : 10))
  expect(profile.at(0).high).toBe(80)
})

test('a quarter of an hour that was hardly seen does not count', () => {
  expect(daysOf(2, (minute) => (minute >= 15 || minute < 7 ? 10 : null)).isKnown).toBe(false)
  expect(daysOf(2, (minute) => (minute >= 15 || minute < 8 ? 10 : null)).isKnown).toBe(true)
})

test('after 300 days it still learns', () => {
  const profile = new DailyProfile(60 * MINUTE_MS)
  for (let hour = 0; hour <= 300 * 24; hour++) profile.add(hour * 60 * MINUTE_MS, 10)
  for (let hour = 300 * 24 + 1; hour <= 303 * 24; hour++)
    profile.add(hour * 60 * MINUTE_MS, hour % 24 === 5 ? 70 : 10)
  expect(profile.at(5 * 60 * MINUTE_MS).high).toBe(60)
})

test('it goes on from what was stored, and not from what another window left', () => {
  const profile = daysOf(2, (minute) => minute % 7)
  const other = new DailyProfile(MINUTE_MS)
  other.restore(profile.stored())
  expect(other.stored()).toEqual(profile.stored())
  expect(other.at(33 * MINUTE_MS)).toEqual(profile.at(33 * MINUTE_MS))
  expect(() => new DailyProfile(60 * MINUTE_MS).restore(profile.stored())).toThrow(
    'a profile of 96 slots, not 24',
  )
})
