import { expect, test } from 'vitest'
import { SnapshotPart } from './snapshot-part.ts'

test('of the lines that were asked for all but the last are certain, chunk by chunk, and nothing beyond them', () => {
  const part = new SnapshotPart(3)
  const trust = [true, false, true, false, true, true].map((endsLine) => part.push(endsLine, false))
  expect(trust).toEqual(['certain', 'certain', 'certain', 'unsure', 'unsure', 'beyond'])
  expect([part.asked, part.lines]).toEqual([3, 4])
})

test('of a whole log only the last message is unsure', () => {
  const part = new SnapshotPart(undefined)
  expect([part.push(true, false), part.push(true, true)]).toEqual(['certain', 'unsure'])
})
