import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { cancellation, isAbortOf, linkedController, onAbort, unlessAborted } from './abort.ts'

test('what listens to a signal that is aborted already is told once, after it was given its handle', async () => {
  const told: string[] = []
  const handle = onAbort(AbortSignal.abort(), () => told.push('told'))
  expect(told).toEqual([])
  await Promise.resolve()
  expect(told).toEqual(['told'])
  handle[Symbol.dispose]()
})

test('what does not listen any more is not told', () => {
  const controller = new AbortController()
  let told = 0
  onAbort(controller.signal, () => (told += 1))[Symbol.dispose]()
  controller.abort()
  expect(told).toBe(0)
})

test('a linked controller is aborted with its parent and for its reason, but not the other way round', () => {
  const parent = new AbortController()
  const [first, second] = [linkedController(parent.signal), linkedController(parent.signal)]
  const own = new Error('own')
  first.abort(own)
  expect([first.signal.reason, second.signal.aborted, parent.signal.aborted]).toEqual([own, false, false])
  const reason = new Error('all')
  parent.abort(reason)
  expect([first.signal.reason, second.signal.reason]).toEqual([own, reason])
})

test('an operation that is over is cancelled: what it left running is told, and nothing stays on what is above it', () => {
  const parent = new AbortController()
  const controller = linkedController(parent.signal)
  expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1)
  controller[Symbol.dispose]()
  expect(getEventListeners(parent.signal, 'abort')).toEqual([])
  expect(controller.signal.reason).toMatchObject({ name: 'AbortError', message: 'The operation is over' })
})

test('a cancellation is an AbortError without a stack; errors after it have theirs', () => {
  const cancelled = cancellation('no more')
  expect(cancelled).toMatchObject({ name: 'AbortError', message: 'no more' })
  expect(cancelled.stack).not.toContain('\n')
  expect(new Error('a defect').stack).toContain('abort.test.ts')
})

test('only the reason of a signal that is aborted is its cancellation', () => {
  const controller = new AbortController()
  const reason = cancellation('enough')
  expect(isAbortOf(controller.signal, undefined)).toBe(false)
  controller.abort(reason)
  expect(isAbortOf(controller.signal, reason)).toBe(true)
  expect(isAbortOf(controller.signal, cancellation('enough'))).toBe(false)
})

test('what is waited for unless it is aborted comes or fails as it does, or is given up, and leaves no listener', async () => {
  const { signal } = new AbortController()
  expect(await unlessAborted(signal, Promise.resolve('done'))).toBe('done')
  await expect(unlessAborted(signal, Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  const controller = new AbortController()
  const waiting = unlessAborted(controller.signal, new Promise(() => {}))
  controller.abort(new Error('given up'))
  await expect(waiting).rejects.toThrow('given up')
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
