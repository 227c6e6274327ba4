import { expect, test } from 'vitest'
import { Delivered } from './delivered.ts'

const stampOf = (second: number): string => `2026-01-01T00:00:0${second}.000000000Z`

/** Adds a message with this key, its stamp behind two other bytes. */
function add(delivered: Delivered, key: number, second: number): void {
  delivered.add(key, Buffer.from(`..${stampOf(second)}`), 2)
}

function isNewer(delivered: Delivered, second: number): boolean {
  return delivered.isNewer(Buffer.from(`.${stampOf(second)}`), 1)
}

test('it knows the last messages and the newest stamp, also where the clock was set back', () => {
  const delivered = new Delivered()
  expect([delivered.newest, delivered.ring.length, isNewer(delivered, 0)]).toEqual(['', 0, true])
  add(delivered, 1, 5)
  expect(delivered.newest).toBe(stampOf(5))
  add(delivered, 2, 3)
  expect([delivered.newest, isNewer(delivered, 5), isNewer(delivered, 6)]).toEqual([stampOf(5), false, true])
  add(delivered, 3, 7)
  expect(delivered.newest).toBe(stampOf(7))
  expect([...delivered.ring]).toEqual([1, 2, 3])
  expect(delivered.history.find(2)).toBe(1)
})

test('what it was is restored, and stays what it was when more is delivered', () => {
  const before = new Delivered()
  for (let key = 1; key <= 60; key++) add(before, key, 4)
  const { state } = before
  add(before, 61, 5)
  expect(state).toMatchObject({ messages: 60, newest: stampOf(4), counted: undefined })
  expect([...state.ring]).toEqual(Array.from({ length: 50 }, (_, n) => n + 11))
  const delivered = new Delivered(state)
  expect([delivered.history.next, delivered.history.oldest]).toEqual([60, 10])
  expect([delivered.history.find(11), delivered.newest, isNewer(delivered, 4)]).toEqual([
    10,
    stampOf(4),
    false,
  ])
  expect(delivered.ring).toEqual(state.ring)
  add(delivered, 99, 1)
  expect([delivered.history.find(99), delivered.ring.at(-1)]).toEqual([60, 99])
})

test('one that was restored before it delivered anything has no stamp', () => {
  const { state } = new Delivered()
  expect(new Delivered(state).newest).toBe('')
})

test('it may go on behind the end of the log as it is: of that as many keys as were delivered, at most fifty', () => {
  const delivered = new Delivered()
  add(delivered, 1, 1)
  add(delivered, 2, 1)
  delivered.resumeBehind([7, 8, 9])
  expect([...delivered.ring]).toEqual([8, 9])
  for (let key = 3; key <= 70; key++) add(delivered, key, 1)
  delivered.resumeBehind(Array.from({ length: 100 }, (_, key) => key))
  expect([...delivered.ring]).toEqual(Array.from({ length: 50 }, (_, n) => n + 50))
})

test('how often the key of all the ring came right before it is kept', () => {
  const delivered = new Delivered()
  for (let n = 0; n < 53; n++) add(delivered, 7, 1)
  const restored = new Delivered(delivered.state)
  add(restored, 7, 1)
  expect([delivered.state.repeats, restored.repeats, restored.state.repeats]).toEqual([3, 4, 4])
  add(restored, 8, 1)
  expect(restored.repeats).toBe(0)
})

test('the newest stamp is restored byte by byte, also one that is no text', () => {
  const newest = `${'\u00e9'.repeat(19)}.000000001Z`
  expect(new Delivered({ messages: 0, ring: new Float64Array(0), newest }).newest).toBe(newest)
})
