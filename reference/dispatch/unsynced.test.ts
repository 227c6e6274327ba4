import { expect, test } from 'vitest'
import type { NotDurable } from './sink.ts'
import { Unsynced } from './unsynced.ts'

const ALL: NotDurable = new Map()

test('what was set before a flush is applied after its sync, what is set during it with the next', async () => {
  const unsynced = new Unsynced<number>()
  const applied: [string, number][] = []
  const apply = (durable: ReadonlyMap<string, number>): void => void applied.push(...durable)
  unsynced.set('a', 1)
  const { promise, resolve } = Promise.withResolvers<NotDurable>()
  const flush = unsynced.flush(() => promise, apply)
  unsynced.set('a', 2)
  unsynced.set('b', 1)
  expect([unsynced.get('a'), applied.length]).toEqual([2, 0])
  resolve(ALL)
  await flush
  expect(applied).toEqual([['a', 1]])
  expect(unsynced.isEmpty).toBe(false)
  await unsynced.flush(async () => ALL, apply)
  expect(applied).toEqual([
    ['a', 1],
    ['a', 2],
    ['b', 1],
  ])
  expect(unsynced.isEmpty).toBe(true)
})

test('a sync that fails leaves everything to be applied, the later value where there is one', async () => {
  const unsynced = new Unsynced<number>()
  unsynced.set('a', 1)
  unsynced.set('b', 1)
  const failing = async (): Promise<NotDurable> => {
    unsynced.set('a', 2)
    throw new Error('EIO')
  }
  await expect(unsynced.flush(failing, () => expect.unreachable())).rejects.toThrow('EIO')
  const applied = new Map<string, number>()
  await unsynced.flush(
    async () => ALL,
    (durable) => durable.forEach((value, key) => applied.set(key, value)),
  )
  expect([...applied]).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})

test('keys that are not durable are not applied and stay; the others are', async () => {
  const unsynced = new Unsynced<number>()
  unsynced.set('bad', 1)
  unsynced.set('good', 1)
  let seen: string[] = []
  await unsynced.flush(
    async () => new Map([['bad', 'EIO']]),
    (durable) => (seen = [...durable.keys()]),
  )
  expect(seen).toEqual(['good'])
  expect(unsynced.get('bad')).toBe(1)
  expect(unsynced.get('good')).toBeUndefined()
})

test('a flush joins one that hangs, and does not sync twice', async () => {
  const unsynced = new Unsynced<number>()
  unsynced.set('a', 1)
  let syncs = 0
  const { promise, resolve } = Promise.withResolvers<NotDurable>()
  const sync = (): Promise<NotDurable> => {
    syncs += 1
    return promise
  }
  const flushes = [unsynced.flush(sync, () => {}), unsynced.flush(sync, () => {})]
  resolve(ALL)
  await Promise.all(flushes)
  expect(syncs).toBe(1)
})

test('a flush that comes behind another one takes with it what that one began without', async () => {
  const unsynced = new Unsynced<number>()
  const { promise, resolve } = Promise.withResolvers<NotDurable>()
  unsynced.set('a', 1)
  const first = unsynced.flush(
    () => promise,
    () => {},
  )
  unsynced.set('b', 2)
  const second = unsynced.flush(
    async () => ALL,
    () => {},
  )
  resolve(ALL)
  await Promise.all([first, second])
  expect(unsynced.isEmpty).toBe(true)
})
