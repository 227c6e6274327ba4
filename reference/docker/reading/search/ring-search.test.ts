import { expect, test } from 'vitest'
import { RingSearch } from './ring-search.ts'

/** All sequences of these keys up to this length. */
function sequences(longest: number, keys: readonly number[] = [1, 2, 3]): number[][] {
  let last: number[][] = [[]]
  const all: number[][] = [[]]
  for (let length = 1; length <= longest; length++) {
    last = last.flatMap((one) => keys.map((key) => [...one, key]))
    all.push(...last)
  }
  return all
}

const RINGS = sequences(3).filter((ring) => ring.length > 0)
const REPLIES = sequences(5)
/** Of two keys, so that a part of the ring comes again within it. */
const LONG_RINGS = sequences(5, [1, 2]).filter((ring) => ring.length > 3)

/** What a search makes of a reply: at which message it ends, and how. */
function search(ring: number[], reply: number[], asked: number | undefined): string {
  const tested = new RingSearch(Float64Array.from(ring), { asked, limit: Infinity })
  for (const [index, key] of reply.entries()) {
    const answer = tested.push(key, { known: ring.includes(key), newer: false })
    if (answer !== 'search') return `${answer} ${index + 1}`
  }
  return tested.end()
}

/** The first place behind the ring as a whole; where the log may begin within it, behind the longest end that it begins with. */
function modelOfWhole(ring: number[], reply: number[]): string {
  for (let end = 1; end <= reply.length; end++) {
    if (end >= ring.length && ring.every((key, index) => reply[end - ring.length + index] === key))
      return `found ${end}`
    const begins = (length: number): boolean =>
      length < ring.length && ring.slice(-length).every((key, index) => reply[index] === key)
    const longer = ring.some((_, length) => length > end && reply.length >= length && begins(length))
    if (begins(end) && !longer) return `found ${end}`
  }
  return reply.length === 0 ? 'empty' : 'lost'
}

test('in a reply that is the whole log the ring, or the end of it with which the log begins, is found, and otherwise it is lost', () => {
  for (const ring of RINGS) {
    for (const reply of REPLIES) {
      const model = modelOfWhole(ring, reply)
      const found = search(ring, reply, undefined)
      const place = found === 'found' ? `found ${reply.length}` : found
      const label = `${ring.join('')} in ${reply.join('')}`
      // Where keys of the ring are equal there may be several places, and a loss may be told; but a place is a place.
      const unique = new Set(ring).size === ring.length
      if (unique ? place !== model : !isPlace(ring, reply, place)) expect(`${label}: ${place}`).toBe(model)
    }
  }
})

test('a log that begins with the whole ring goes on behind it, whatever ends of it the log begins with too', () => {
  for (const ring of RINGS)
    for (const rest of REPLIES)
      expect(search(ring, [...ring, ...rest], undefined)).toBe(`found ${ring.length}`)
})

function isPlace(ring: number[], reply: number[], answer: string): boolean {
  const end = Number(answer.split(' ')[1] ?? 0)
  const length = Math.min(end, ring.length)
  const before = reply.slice(end - length, end)
  return before.join() === ring.slice(ring.length - length).join()
}

test('in the end of a log only the whole ring counts, and a reply without it is never a loss', () => {
  for (const ring of [...RINGS, ...LONG_RINGS]) {
    for (const reply of REPLIES) {
      const answer = search(ring, reply, 9)
      const at = reply.findIndex(
        (_, index) =>
          index >= ring.length - 1 && ring.every((key, i) => reply[index - ring.length + 1 + i] === key),
      )
      const within = beganWithin(ring, reply)
      const found = at < 0 ? Infinity : at + 1
      const expected = found < within ? `found ${found}` : within < Infinity ? `more ${within}` : 'more'
      const label = `${ring.join('')} in ${reply.join('')}`
      expect(`${label}: ${answer}`).toBe(`${label}: ${expected}`)
    }
  }
})

/**
 * At which message it is clear that a reply may have begun within the ring: at the first, if that is there once, and otherwise where the longest end of the ring that it
 * begins with is over; of a ring of equal keys there may be more before it.
 */
function beganWithin(ring: number[], reply: number[]): number {
  const first = reply[0]
  if (ring.length > 1 && ring.every((key, at) => key === ring[0] && key === reply[at])) return ring.length
  const times = ring.filter((key) => key === first).length
  if (first === undefined || first === ring[0] || times === 0) return Infinity
  if (times === 1) return 1
  for (let end = 1; end <= reply.length; end++) {
    const begins = (length: number): boolean =>
      ring.slice(-length).every((key, index) => index >= end || reply[index] === key)
    const possible = ring
      .slice(1)
      .map((_, index) => index + 1)
      .filter((length) => length >= end && begins(length))
    if (possible.at(-1) === end) return end
  }
  return Infinity
}

test('a long line whose pieces repeat themselves is found again where its end differs', () => {
  const ring = Float64Array.from([...Array.from({ length: 49 }, (_, n) => (n + 4) % 5), 9])
  const reply = [...Array.from({ length: 63 }, (_, n) => n % 5), 9]
  const tested = new RingSearch(ring, { asked: 306, limit: 306 })
  const answers = reply.map((key) => tested.push(key, { known: true, newer: false }))
  expect(answers.indexOf('found')).toBe(63)
  expect(answers.slice(0, 63).every((answer) => answer === 'search')).toBe(true)
})

test('a followed reply is given up once all that was asked for has passed', () => {
  const tested = new RingSearch(Float64Array.of(1, 2), { asked: 3, limit: 3 })
  const answers = [7, 7, 7].map((key) => tested.push(key, { known: false, newer: false }))
  expect(answers).toEqual(['search', 'search', 'more'])
})

test('of a loss it is known behind which message the log is new', () => {
  const tested = new RingSearch(Float64Array.of(1, 2, 3), { asked: undefined, limit: Infinity })
  for (const key of [9, 1, 8, 2, 7]) tested.push(key, { known: key < 4, newer: true })
  expect(tested.end()).toBe('lost')
  expect(tested.lastKnown).toBe(2)
})

test('the ring is found where it comes first, also where a part of it comes before', () => {
  for (const ring of LONG_RINGS) {
    for (const rest of sequences(8, [1, 2])) {
      const reply = [9, ...rest]
      const at = reply.findIndex((_, index) => ring.every((key, n) => reply[index + n] === key))
      const found = at < 0 ? 'lost' : `found ${at + ring.length}`
      const label = `${ring.join('')} in ${reply.join('')}`
      expect(`${label}: ${search(ring, reply, undefined)}`).toBe(`${label}: ${found}`)
    }
  }
})

test('a whole log that is over while it may be one of several ends of the ring holds nothing new', () => {
  expect(search([7, 7, 7], [7], undefined)).toBe('found')
  expect(search([7, 7, 7], [7, 7], undefined)).toBe('found')
  expect(search([2, 7, 7], [7], undefined)).toBe('found')
  expect(search([7, 7, 7], [7, 8], undefined)).toBe('lost')
})

/** The stamp of the last message is newer than all that was delivered. */
function answersWithNewer(asked: number | undefined, keys: readonly number[]): string[] {
  const tested = new RingSearch(Float64Array.of(1, 2), { asked, limit: Infinity })
  return keys.map((key, n) => tested.push(key, { known: false, newer: n === keys.length - 1 }))
}

test('the end of a log that begins with a newer message begins behind the ring; of a whole log, and of later messages, a stamp tells nothing', () => {
  expect(answersWithNewer(5, [9])).toEqual(['more'])
  expect(answersWithNewer(undefined, [9])).toEqual(['search'])
  expect(answersWithNewer(5, [1])).toEqual(['search'])
  expect(answersWithNewer(5, [9, 9])).toEqual(['search', 'search'])
})

test('of a ring of one key the place is behind as many messages with that key as were delivered', () => {
  for (const asked of [undefined, 20]) {
    const tested = new RingSearch(Float64Array.of(7, 7, 7), { asked, limit: Infinity, repeats: 2 })
    const answers = [6, 7, 7, 7, 8, 7, 7, 7, 7, 7].map((key) =>
      tested.push(key, { known: true, newer: false }),
    )
    expect(answers).toEqual([...Array.from({ length: 9 }, () => 'search'), 'found'])
  }
})
