import { expect, test } from 'vitest'
import { answer } from './answer.ts'
import { InProcessArm } from './arms/in-process-arm.ts'
import { comparable } from './comparable.ts'
import { log } from './log-seen.ts'

const arm = new InProcessArm('26')
const shown = (value: unknown): unknown => comparable(value, arm, 'ct1234-')

test('ids, stamps, ages and the word of the case are no difference', () => {
  const id = '0123456789ab'.padEnd(64, '0')
  expect(shown([`${id} ct1234-web`, id.slice(0, 12), id.slice(0, 11)])).toEqual([
    'ID web',
    'ID',
    '0123456789a',
  ])
  expect(shown('Up 3 seconds')).toBe(shown('Up About a minute'))
  expect(shown({ at: '2026-01-01T00:00:00Z' })).toEqual(shown({ at: '2026-01-01T01:00:00.5+01:00' }))
})

test('words, texts and members are a difference', () => {
  expect(shown(log('out a'))).not.toEqual(shown(log('err a')))
  expect(shown({ a: [answer(404, 'none')] })).not.toEqual(shown({ a: [answer(404, 'gone')] }))
  expect(shown({ a: 1 })).not.toEqual(shown({ a: 1, b: null }))
})

test('an arm leaves out what its client does not see', () => {
  expect(shown(answer(204))).toEqual(shown(answer(304)))
})
