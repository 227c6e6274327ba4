import { expect, test } from 'vitest'
import { HISTORY_KEYS, KeyHistory } from './key-history.ts'
import { ReplayFilter } from './replay-filter.ts'

/** What comes over a followed stream: the next message of the store, or a run of those before sent again. */
type Step = 'next' | 1 | 2 | 3
const STEPS: readonly Step[] = ['next', 1, 2, 3]
/** Chunks of one line are equal, so that keys alone tell nothing. */
const STORES = [
  [1, 2, 3, 4, 5, 6],
  [1, 1, 1, 1, 1, 1],
  [1, 2, 2, 2, 3, 3],
  [1, 2, 1, 2, 1, 2],
] as const

/** Delivers what a stream brings, settling every doubt with the store as it is then. */
function deliver(store: readonly number[], steps: readonly Step[]): { delivered: number[]; sent: number } {
  const history = new KeyHistory(0)
  const filter = new ReplayFilter(history)
  const delivered: number[] = []
  const add = (key: number): void => {
    history.add(key)
    delivered.push(key)
  }
  let sent = 0
  const receive = (key: number): void => {
    const answer = filter.push(key, true)
    if (answer === 'new') add(key)
    if (answer !== 'doubt') return
    const from = delivered.length
    for (const stored of store.slice(from, sent)) add(stored)
    filter.settled(from)
    expect(filter.settle(key)).toBe(true)
  }
  for (const step of steps) {
    if (step === 'next' && sent < store.length) receive(store[sent++]!)
    else if (step !== 'next') for (const key of store.slice(Math.max(0, sent - step), sent)) receive(key)
  }
  return { delivered, sent }
}

test('over every short sequence of new messages and replays, equal ones included, the store is delivered once, in order', () => {
  let steps: Step[][] = [[]]
  for (let length = 0; length < 6; length++)
    steps = steps.flatMap((one) => STEPS.map((step): Step[] => [...one, step]))
  for (const store of STORES) {
    for (const one of steps) {
      const { delivered, sent } = deliver(store, one)
      const expected = store.slice(0, sent)
      // A replay of equal messages may end with some that are new: they come with the next doubt or snapshot, never twice.
      if (delivered.join() !== expected.join())
        expect({ one, delivered }).toEqual({ one, delivered: expected })
    }
  }
})

/** A filter behind these delivered messages. */
function filterBehind(keys: readonly number[]): { history: KeyHistory; filter: ReplayFilter } {
  const history = new KeyHistory(0)
  for (const key of keys) history.add(key)
  return { history, filter: new ReplayFilter(history) }
}

/** What becomes of messages that may all be old. */
const pushAll = (filter: ReplayFilter, keys: readonly number[]): string[] =>
  keys.map((key) => filter.push(key, true))

test('only a message that was delivered and may be old is in doubt', () => {
  const { filter } = filterBehind([11, 12, 13])
  expect([filter.push(12, true), filter.push(12, false)]).toEqual(['doubt', 'new'])
  expect([filter.push(19, true), filter.push(19, false)]).toEqual(['new', 'new'])
  expect(filter.takeReplayed()).toBe(0)
})

test('once the first message of a replay is settled, the rest of it is skipped without a doubt, and counted once', () => {
  const { filter } = filterBehind([11, 12, 13, 14, 15])
  expect(filter.push(12, true)).toBe('doubt')
  filter.settled(5)
  expect(filter.settle(12)).toBe(true)
  expect(pushAll(filter, [13, 14, 15, 16])).toEqual(['replay', 'replay', 'replay', 'new'])
  expect([filter.takeReplayed(), filter.takeReplayed()]).toEqual([4, 0])
})

test('a replay that leaves its order is over, and the next one is in doubt again', () => {
  const { filter } = filterBehind([11, 12, 13, 14])
  filter.settled(4)
  filter.settle(11)
  expect(pushAll(filter, [12, 14, 13])).toEqual(['replay', 'doubt', 'doubt'])
})

test('a replay that comes to the end of what was delivered is over, though it begins again with the oldest', () => {
  const keys = Array.from({ length: 64 }, (_, key) => key + 1)
  const { filter } = filterBehind(keys)
  filter.settled(64)
  filter.settle(64)
  expect(filter.push(1, true)).toBe('doubt')
})

test('what a snapshot brought before the follower came to it is no replay', () => {
  const { filter, history } = filterBehind([11, 12, 13])
  for (const key of [14, 15]) history.add(key)
  filter.settled(3)
  history.add(16)
  expect([12, 13, 14, 15, 16].map((key) => filter.settle(key))).toEqual([true, true, true, true, true])
  expect(filter.takeReplayed()).toBe(3)
})

test('among equal messages the oldest that the snapshot brought comes first, else the newest of all', () => {
  const { filter, history } = filterBehind([7, 7])
  for (const key of [7, 7]) history.add(key)
  filter.settled(2)
  expect([filter.settle(7), filter.takeReplayed()]).toEqual([true, 0])
  expect(pushAll(filter, [7, 7])).toEqual(['replay', 'doubt'])
  const whole = filterBehind([7, 7]).filter
  whole.settled(0)
  whole.settle(7)
  expect(pushAll(whole, [7, 7])).toEqual(['replay', 'doubt'])
  const old = filterBehind([7, 7, 8]).filter
  old.settled(3)
  old.settle(7)
  expect(pushAll(old, [8])).toEqual(['replay'])
})

test('a replay that is being settled goes on in its order, also where a newer message is equal', () => {
  const { filter } = filterBehind([1, 2, 3, 2])
  filter.settled(4)
  expect([filter.settle(1), filter.settle(2)]).toEqual([true, true])
  expect(pushAll(filter, [3, 2])).toEqual(['replay', 'replay'])
})

test('a message that is nowhere among what was delivered is not settled, also within a replay', () => {
  const { filter } = filterBehind([11, 12, 13])
  filter.settled(3)
  expect([filter.settle(19), filter.settle(11), filter.settle(19), filter.takeReplayed()]).toEqual([
    false,
    true,
    false,
    1,
  ])
})

test('a replay of what is not remembered any more is over', () => {
  for (const [added, answer] of [
    [HISTORY_KEYS - 1, 'replay'],
    [HISTORY_KEYS, 'doubt'],
  ] as const) {
    const { filter, history } = filterBehind([1, 2])
    filter.settled(2)
    filter.settle(1)
    for (let n = 0; n < added; n++) history.add(1000 + n)
    // The message with ordinal 1, or the one that took its place.
    expect(filter.push(history.at(1), true)).toBe(answer)
  }
})
