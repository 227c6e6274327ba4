import { expect, test } from 'vitest'
import { MARGIN, TailPolicy } from './tail-policy.ts'

const RING = 50
const SEEN = 1_000_000

type Event = 'missed' | 'found' | 'little' | 'much' | 'whole'
const EVENTS: readonly Event[] = ['missed', 'found', 'little', 'much', 'whole']

function apply(policy: TailPolicy, event: Event): void {
  if (event === 'missed') policy.missed()
  if (event === 'found') policy.found()
  if (event === 'whole') policy.needsWhole()
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

test('a log whose end cannot be asked for is asked for as a whole until it begins with another message', () => {
  const policy = new TailPolicy()
  policy.noteWhole(7, { tailFailed: true })
  expect(policy.tail({ ring: RING, seen: SEEN, follow: true })).toBeUndefined()
  policy.noteWhole(7, { tailFailed: false })
  expect(policy.tail({ ring: RING, seen: SEEN, follow: true })).toBeUndefined()
  policy.noteWhole(8, { tailFailed: false })
  expect(policy.tail({ ring: RING, seen: SEEN, follow: true })).toBe(RING + MARGIN)
})
