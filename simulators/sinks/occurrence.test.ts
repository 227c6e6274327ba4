import { expect, test } from 'vitest'
import { Occurrence } from './occurrence.ts'

test('it happens once, and tells everyone who listens once', () => {
  const occurrence = new Occurrence()
  const told: string[] = []
  occurrence.listen(() => told.push('first'))
  occurrence.listen(() => told.push('forgotten'))[Symbol.dispose]()
  expect([occurrence.happened, occurrence.happen(), occurrence.happen(), occurrence.happened]).toEqual([
    false,
    true,
    false,
    true,
  ])
  occurrence.listen(() => told.push('late'))
  expect(told).toEqual(['first', 'late'])
})
