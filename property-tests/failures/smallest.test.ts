import { expect, test } from 'vitest'
import { smallest } from './smallest.ts'

test('of many things those few are left that are needed, in their order, with fewer tries than there are things', async () => {
  const all = Array.from({ length: 100 }, (_, index) => index)
  let tries = 0
  const kept = await smallest(all, async (some) => {
    tries += 1
    return [3, 58, 59].every((needed) => some.includes(needed))
  })
  expect(kept).toEqual([3, 58, 59])
  expect(tries).toBeLessThan(all.length)
})

test('nothing is left where nothing is needed, and everything where all of it is', async () => {
  expect(await smallest([1, 2, 3], async () => true)).toEqual([])
  expect(await smallest([1, 2, 3], async (some) => some.length === 3)).toEqual([1, 2, 3])
})
