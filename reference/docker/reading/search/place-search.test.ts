import { expect, test } from 'vitest'
import { KeyRing } from './key-ring.ts'
import { PlaceSearch } from './place-search.ts'

/** Orders of a reply: `-` is older than the newest stamp, `=` has it, `+` is newer. @returns the messages behind which the place is, and its count */
function places(reply: string, keys: string, sinceNewest: number | undefined, ring: string): number[][] {
  const search = new PlaceSearch({ sinceNewest, ring: new KeyRing(keysOf(ring)) })
  return Array.from(reply, (order, n) => {
    const found = search.push(keysOf(keys)[n]!, '-=+'.indexOf(order) - 1)
    return found ? [search.passed, search.sinceNewest] : []
  }).filter((place) => place.length > 0)
}

function keysOf(letters: string): number[] {
  return Array.from(letters, (letter) => letter.charCodeAt(0))
}

test('the place is counted from the first message with the newest stamp, and the keys before it agree', () => {
  expect(places('--===+', 'abccce', 2, 'cc')).toEqual([[4, 2]])
  expect(places('--===+', 'abccce', 2, 'bc')).toEqual([])
  expect(places('===', 'ccc', 1, 'c')).toEqual([[1, 1]])
})

test('where the clock was set back, there are several places to count from, and each is tried', () => {
  expect(places('=-=-==', 'abcdee', 2, 'ee')).toEqual([[6, 2]])
  expect(places('=-=-==', 'abcdee', 4, 'dee')).toEqual([[6, 4]])
  expect(places('=-=-==', 'abcdee', 6, 'cdee')).toEqual([[6, 6]])
  expect(places('=-=-==', 'abcdee', 5, 'de')).toEqual([[5, 5]])
})

test('messages that are newer count as well, and do not begin anything', () => {
  expect(places('-=+=', 'abcd', 3, 'bcd')).toEqual([[4, 3]])
  expect(places('-+=', 'abc', 1, 'c')).toEqual([])
})

test('where nobody counted, the keys tell the place behind any message with the newest stamp', () => {
  expect(places('-=-==', 'abcbb', undefined, 'b')).toEqual([
    [2, 1],
    [4, 3],
    [5, 4],
  ])
  expect(places('--', 'ab', undefined, 'b')).toEqual([])
})

test('the last keys are fifty, and compared from the end', () => {
  const ring = new KeyRing()
  for (let key = 0; key < 50; key++) ring.add(key)
  expect(ring.length).toBe(50)
  ring.add(50)
  expect([ring.length, ring.has(0), ring.has(1), ring.has(50)]).toEqual([50, false, true, true])
  expect([...ring.keys].slice(0, 2)).toEqual([1, 2])
  const other = (...keys: number[]): boolean => ring.endsWith(new KeyRing(keys))
  expect([other(49, 50), other(50), other(49), other(50, 49), other()]).toEqual([
    true,
    true,
    false,
    false,
    true,
  ])
  expect(new KeyRing([50]).endsWith(ring)).toBe(false)
})
