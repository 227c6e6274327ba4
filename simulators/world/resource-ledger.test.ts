import { expect, test } from 'vitest'
import { describeEntry, ResourceLedger } from './resource-ledger.ts'

test('an entry is counted and listed until it is closed', () => {
  const ledger = new ResourceLedger(() => 5)
  const first = ledger.open('file', 'a')
  const second = ledger.open('file', 'b')
  ledger.open('timer', 'c')
  expect([ledger.count('file'), ledger.count('timer'), ledger.size]).toEqual([2, 1, 3])
  expect(ledger.oldest('file')).toBe(first)
  ledger.close(first)
  ledger.close(first)
  expect(ledger.oldest('file')).toBe(second)
  expect(ledger.list('file')).toEqual([second])
  expect(ledger.list().map(({ description }) => description)).toEqual(['c', 'b'])
})

test('an entry says where it was opened', () => {
  const entry = new ResourceLedger(() => 0).open('call', 'inspect')
  expect(entry.location).toMatch(/resource-ledger\.test\.ts:\d+:\d+$/)
  expect(describeEntry(entry)).toContain(`opened at ${entry.location}`)
})

test('locations can be switched off', () => {
  const ledger = new ResourceLedger(() => 0, { recordLocations: false })
  expect(ledger.open('call', 'inspect').location).toBeNull()
})
