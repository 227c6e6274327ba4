import { expect, test } from 'vitest'
import { RestSearch } from './rest-search.ts'

/** Which messages of a reply are new, and whether the place was found in it. */
function search(lastKnown: number | undefined, reply: readonly number[]): unknown {
  const rest = new RestSearch(lastKnown)
  return [reply.filter((key) => rest.push(key)), rest.found]
}

test('what lies behind the last known message is new, behind the last of equal ones', () => {
  expect(search(5, [1, 5, 7, 5, 8])).toEqual([[7, 5, 8], true])
  expect(search(5, [5, 5, 5, 8])).toEqual([[8], true])
  expect(search(5, [1, 5])).toEqual([[], true])
})

test('everything is new where none is known, nothing where it does not come', () => {
  expect(search(undefined, [1, 2])).toEqual([[1, 2], true])
  expect(search(undefined, [])).toEqual([[], true])
  expect(search(5, [1, 2])).toEqual([[], false])
  expect(search(5, [])).toEqual([[], false])
})
