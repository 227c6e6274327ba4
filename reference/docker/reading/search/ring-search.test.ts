import { expect, test } from 'vitest'
import { RingSearch } from './ring-search.ts'

/** All sequences of the keys 1 to 3 up to this length. */
function sequences(longest: number): number[][] {
  let last: number[][] = [[]]
  const all: number[][] = [[]]
  for (let length = 1; length <= longest; length++) {
    last = last.flatMap((one) => [1, 2, 3].map((key) => [...one, key]))
    all.push(...last)
  }
  return all
}

const RINGS = sequences(3).filter((ring) => ring.length > 0)
const REPLIES = sequences(5)

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

function isPlace(ring: number[], reply: number[], answer: string): boolean {
  const end = Number(answer.split(' ')[1] ?? 0)
  const length = Math.min(end, ring.length)
  const before = reply.slice(end - length, end)
  return before.join() === ring.slice(ring.length - length).join()
}

test('in the end of a log only the whole ring counts, and a reply without it is never a loss', () => {
  for (const ring of RINGS) {
    for (const reply of REPLIES) {
      const answer = search(ring, reply, 9)
      const at = reply.findIndex(
        (_, index) =>
          index >= ring.length - 1 && ring.every((key, i) => reply[index - ring.length + 1 + i] === key),
      )
      const startsWithin = reply.length > 0 && reply[0] !== ring[0] && ring.includes(reply[0]!)
      expect(answer).toBe(startsWithin ? 'more 1' : at < 0 ? 'more' : `found ${at + 1}`)
    }
  }
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
