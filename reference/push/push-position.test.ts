import { expect, test } from 'vitest'
import { parsePushPosition, PushPosition, RecentKeys } from './push-position.ts'

const MAX = 100

test('a key is known with what it stood for, until so many others came', () => {
  let keys = RecentKeys.NONE.with('one', 'body', MAX)
  expect([keys.find('one', 'body'), keys.find('one', 'other'), keys.find('two', 'body')]).toEqual([
    'same',
    'other',
    null,
  ])
  for (let n = 1; n < MAX; n++) keys = keys.with(`key ${n}`, 'body', MAX)
  expect(keys.find('one', 'body')).toBe('same')
  keys = keys.with('the last', 'body', MAX)
  expect([keys.find('one', 'body'), keys.find('key 1', 'body')]).toEqual([null, 'same'])
  expect(keys.text.length).toBe(24 * MAX)
})

test('a position is read as it was written, and nothing else is', () => {
  const position = new PushPosition({
    epoch: 1_700_000_000,
    records: 12,
    usedMs: 1_700_000_000_123,
    keys: RecentKeys.NONE.with('k', 'b', MAX).with('l', 'c', MAX),
  })
  const json: unknown = JSON.parse(JSON.stringify(position))
  expect(parsePushPosition(json)).toEqual(position)
  const good = { epoch: 1, records: 2, usedMs: 3, keys: '' }
  expect(parsePushPosition(good)).toMatchObject({ records: 2 })
  for (const wrong of [null, {}, { ...good, keys: 'short' }, { ...good, records: -1 }])
    expect(() => parsePushPosition(wrong)).toThrow('Cannot read the position of what is pushed')
})
