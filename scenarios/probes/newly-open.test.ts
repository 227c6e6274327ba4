import { expect, test } from 'vitest'
import { newlyOpen } from './newly-open.ts'

test('what grew is named with both counts, the most first; what shrank is not', () => {
  const before = new Map([
    ['file /a', 3],
    ['socket to 10.0.0.1:80', 1],
    ['pipe', 5],
  ])
  const after = new Map([
    ['file /a', 4],
    ['pipe', 2],
    ['socket to 10.0.0.1:80', 641],
    ['eventpoll', 1],
  ])
  expect(newlyOpen(before, after)).toEqual([
    'socket to 10.0.0.1:80: 1 -> 641 (+640)',
    'eventpoll: 0 -> 1 (+1)',
    'file /a: 3 -> 4 (+1)',
  ])
})
