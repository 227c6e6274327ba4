import { expect, test } from 'vitest'
import { shareOf } from './share.ts'

test('the shares have everything, once', () => {
  const all = Array.from({ length: 11 }, (_, n) => n)
  const shares = ['1/3', '2/3', '3/3'].map((share) => shareOf(all, share))
  expect(shares.flat().toSorted((a, b) => a - b)).toEqual(all)
  expect(shareOf(all, '2/3')).toEqual([1, 4, 7, 10])
  expect(shareOf(all, '1/1')).toEqual(all)
})

test.each(['', '0/3', '4/3', '1', '1/0', 'a/b'])('%j is no share', (share) => {
  expect(() => shareOf([1], share)).toThrow(`Cannot take share "${share}"`)
})
