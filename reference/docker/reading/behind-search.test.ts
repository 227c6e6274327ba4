import { expect, test } from 'vitest'
import { BehindSearch } from './behind-search.ts'

test('the largest tail that comes whole is found, however many messages lie behind the unreadable one', () => {
  for (const known of [false, true]) {
    for (let behind = 0; behind <= 300; behind++) {
      const search = new BehindSearch(known ? 301 : Infinity)
      let asks = 0
      for (; !search.done; asks++) search.answer(search.ask <= behind ? search.ask : 7 % search.ask)
      expect(search.whole).toBe(behind)
      expect(asks).toBeLessThan(14)
    }
  }
})
