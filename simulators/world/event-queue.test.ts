import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventQueue } from './event-queue.ts'

const nothing = (): void => {}

function drain(queue: EventQueue): string[] {
  const labels: string[] = []
  for (let event = queue.take(); event !== undefined; event = queue.take()) labels.push(event.label)
  return labels
}

test('events come in the order of time and tie, without those that were cancelled', () => {
  const events = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 20 }), tie: fc.nat(), cancelled: fc.boolean() }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(events, (list) => {
      const queue = new EventQueue()
      const handles = list.map(({ at, tie }) => queue.add(at, tie, `${at} ${tie}`, false, nothing))
      list.forEach(({ cancelled }, index) => cancelled && handles[index]!.cancel())
      const kept = list.filter(({ cancelled }) => !cancelled)
      expect(queue.size).toBe(kept.length)
      const expected = kept.toSorted((a, b) => a.at - b.at || a.tie - b.tie)
      expect(drain(queue)).toEqual(expected.map(({ at, tie }) => `${at} ${tie}`))
    }),
  )
})

test('cancelled events do not pile up', () => {
  const queue = new EventQueue()
  queue.add(1e9, 0, 'last', false, nothing)
  for (let i = 0; i < 100_000; i++) queue.add(1e6 + i, 0, 'timer', false, nothing).cancel()
  expect(queue.list()).toHaveLength(1)
  expect(drain(queue)).toEqual(['last'])
})

test('cancelling twice, or after the event was taken, changes no count', () => {
  const queue = new EventQueue()
  const first = queue.add(1, 0, 'first', false, nothing)
  const second = queue.add(2, 0, 'second', true, nothing)
  first.cancel()
  first.cancel()
  expect([queue.size, queue.hasForeground]).toEqual([1, false])
  queue.take()
  second.cancel()
  expect([queue.size, queue.hasForeground]).toEqual([0, false])
})

test('an event may be in the background until something has come', () => {
  const queue = new EventQueue()
  let hasCome = false
  queue.add(1, 0, 'delivery', () => !hasCome, nothing)
  expect(queue.hasForeground).toBe(false)
  hasCome = true
  expect(queue.hasForeground).toBe(true)
  queue.take()
  expect(queue.hasForeground).toBe(false)
})
