import { expect, test } from 'vitest'
import { KeyHistory } from './key-history.ts'
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
