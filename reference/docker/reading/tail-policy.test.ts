import { expect, test } from 'vitest'
import { MARGIN, TailPolicy } from './tail-policy.ts'

const RING = 50
const SEEN = 1_000_000

type Event = 'missed' | 'found' | 'little' | 'much' | 'whole'
const EVENTS: readonly Event[] = ['missed', 'found', 'little', 'much', 'whole']

function apply(policy: TailPolicy, event: Event): void {
  if (event === 'missed') policy.missed()
  if (event === 'found') policy.found()
  if (event === 'whole') policy.failed(undefined)
  if (event === 'little' || event === 'much') policy.caughtUp(event === 'much' ? MARGIN + 1 : MARGIN)
}

test('after every short sequence of events: followed only where a snapshot brought little or the ring was found, and never with a tail that grows without end', () => {
  let sequences: Event[][] = [[]]
  for (let length = 0; length < 5; length++)
    sequences = sequences.flatMap((one) => EVENTS.map((event) => [...one, event]))
  for (const events of sequences) {
    const policy = new TailPolicy()
    let behind = false
    let enough = true
    for (const event of events) {
      policy.tail({ ring: RING, seen: SEEN, follow: policy.follows })
      apply(policy, event)
      if (event === 'little' || event === 'much') behind = event === 'much'
      enough = event !== 'missed' && event !== 'whole' && (event === 'found' || event !== 'much' || enough)
      if (event === 'much') enough = true
    }
    expect(policy.follows).toBe(enough && !behind)
    const follow = policy.tail({ ring: RING, seen: SEEN, follow: true })!
    expect(follow).toBeGreaterThanOrEqual(RING + MARGIN)
    expect(follow).toBeLessThanOrEqual(RING + 64 * MARGIN)
  }
})

test('enough misses ask for the whole log', () => {
  const policy = new TailPolicy()
  let misses = 0
  for (; policy.tail({ ring: RING, seen: 1000, follow: false }) !== undefined; misses++) policy.missed()
  expect(misses).toBeLessThan(8)
})

const tail = (policy: TailPolicy): number | undefined =>
  policy.tail({ ring: RING, seen: SEEN, follow: false })

test('a log whose end cannot be asked for is asked for as a whole until it begins with another message', () => {
  for (const fails of [
    (policy: TailPolicy): void => policy.failed(3),
    (policy: TailPolicy): void => policy.failed(undefined),
    (policy: TailPolicy): void => policy.unanswered(),
  ]) {
    const policy = new TailPolicy()
    fails(policy)
    policy.noteWhole(7)
    policy.caughtUp(0)
    expect(tail(policy)).toBeUndefined()
    expect(policy.endIsKnown).toBe(false)
    policy.noteWhole(7)
    expect(tail(policy)).toBeUndefined()
    policy.noteWhole(8)
    expect(tail(policy)).toBe(RING + MARGIN)
  }
})

test('a log that is shorter than what was asked for has an end, also when nothing is in it', () => {
  for (const first of [7, undefined]) {
    const policy = new TailPolicy()
    policy.failed(first)
    policy.noteWhole(first)
    policy.caughtUp(0)
    expect(tail(policy)).toBe(RING + MARGIN)
  }
})

test('an empty log that did not answer is asked for as a whole also when something is in it again', () => {
  const policy = new TailPolicy()
  policy.unanswered()
  policy.noteWhole(undefined)
  policy.noteWhole(7)
  policy.noteWhole(7)
  expect(policy.endIsKnown).toBe(false)
})

test('the end of a log that did not answer is asked for again, less and less often, until it answers', () => {
  const policy = new TailPolicy()
  const readsUntilTried = (): number => {
    for (let reads = 1; reads < 1000; reads++)
      if (policy.tail({ ring: RING, seen: SEEN, follow: false }) !== undefined) return reads
    throw new Error('never')
  }
  const fail = (): void => {
    policy.unanswered()
    policy.noteWhole(7)
    policy.caughtUp(0)
  }
  const tries = Array.from({ length: 4 }, () => {
    fail()
    return readsUntilTried()
  })
  expect(tries).toEqual([64, 128, 256, 512])
  policy.answered()
  fail()
  expect(readsUntilTried()).toBe(64)
})

test('a log whose end did not answer has none as far as is known, before all of it was read too', () => {
  const policy = new TailPolicy()
  policy.unanswered()
  expect(policy.endIsKnown).toBe(false)
})

test('more is asked of a log that brought many messages at once, and less again the longer that is ago', () => {
  const policy = new TailPolicy()
  const tails = [1000, 0, 1000, 200, 400].map((messages) => {
    policy.grew(messages)
    return tail(policy)! - RING - MARGIN
  })
  expect(tails).toEqual([4000, 2000, 4000, 2000, 1600])
})

test('the whole log is asked for once the end would be 200,000 messages more than were ever seen', () => {
  const policy = new TailPolicy()
  policy.grew(50_000)
  const asked = RING + 4 * 50_000 + MARGIN
  const ask = (seen: number): number | undefined => policy.tail({ ring: RING, seen, follow: false })
  expect([ask(asked - 200_000), ask(asked - 200_001)]).toEqual([asked, undefined])
})

test('a follow asks for more only where a follow missed the place, and a snapshot where either did', () => {
  for (const follow of [undefined, false, true]) {
    const policy = new TailPolicy()
    if (follow !== undefined) policy.tail({ ring: RING, seen: SEEN, follow })
    policy.missed()
    expect(tail(policy)).toBe(RING + 4 * MARGIN)
    expect(policy.tail({ ring: RING, seen: SEEN, follow: true })).toBe(
      RING + (follow === true ? 4 : 1) * MARGIN,
    )
  }
})
