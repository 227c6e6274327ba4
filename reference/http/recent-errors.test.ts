import { expect, test } from 'vitest'
import type { Logger } from '../ports/logger.ts'
import { RecentErrors } from './recent-errors.ts'

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

test('what repeats itself takes one place, the latest is the first, and the oldest go', () => {
  let nowMs = 0
  const recent = new RecentErrors({ now: () => nowMs }, SILENT)
  recent.error({ n: 0 }, 'The first')
  for (nowMs = 1; nowMs <= 1000; nowMs++) recent.warn({ n: nowMs }, 'Again')
  recent.info({}, 'All is well')
  expect(recent.list()).toEqual([
    {
      level: 'warn',
      message: 'Again',
      fields: { n: '1000' },
      count: 1000,
      firstAt: '1970-01-01T00:00:00.001Z',
      lastAt: '1970-01-01T00:00:01.000Z',
    },
    expect.objectContaining({ level: 'error', message: 'The first', count: 1 }),
  ])
  for (let n = 0; n < 1000; n++) recent.error({}, `Message ${n}`)
  expect(recent.list().map(({ message }) => message)).toEqual(
    Array.from({ length: 50 }, (_, n) => `Message ${999 - n}`),
  )
})

test('fields are texts, few and short, whatever they were', () => {
  const recent = new RecentErrors({ now: () => 0 }, SILENT)
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`field${n}`, 'x'.repeat(10_000)]))
  recent.error(many, 'Much')
  recent.error({ err: new Error('broken'), list: ['a', { b: 1 }], nothing: null, deep: { secret: 1 } }, 'Odd')
  const [odd, much] = recent.list()
  expect(odd!.fields).toEqual({ err: 'broken', list: 'a, {...}', nothing: 'null', deep: '{...}' })
  expect(JSON.stringify(much).length).toBeLessThan(6000)
})
