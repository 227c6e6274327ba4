import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { listenForAbort, NEVER } from './abort-listener.ts'

test('a signal has one listener however many wait for it, and none once the last is taken away', () => {
  const { signal } = new AbortController()
  const stops = [1, 2, 3].map(() => listenForAbort(signal, () => {}))
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  for (const stop of stops) stop()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('an abort is told to whoever still listens, in the order they began', () => {
  const controller = new AbortController()
  const told: string[] = []
  listenForAbort(controller.signal, () => told.push('first'))
  const stop = listenForAbort(controller.signal, () => told.push('gone'))
  listenForAbort(controller.signal, () => told.push('last'))
  stop()
  controller.abort()
  expect(told).toEqual(['first', 'last'])
})

test('taking a listener away twice takes no other one away', () => {
  const controller = new AbortController()
  let told = 0
  const stop = listenForAbort(controller.signal, () => {})
  stop()
  listenForAbort(controller.signal, () => (told += 1))
  stop()
  controller.abort()
  expect(told).toBe(1)
})

test('nothing is put on the list of a signal that is never aborted', () => {
  const stop = listenForAbort(NEVER, () => {})
  expect(getEventListeners(NEVER, 'abort')).toHaveLength(0)
  stop()
})
