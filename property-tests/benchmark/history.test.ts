import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compared, readHistory, record, type Measured } from './history.ts'
import { unitOfWork } from './unit-of-work.ts'

const entry: Measured = {
  at: '2026-01-01T00:00:00.000Z',
  commit: '0123abc',
  node: 'v24.0.0',
  processor: 'some',
  benchmark: 'collector',
  casesPerSecond: 100,
  unitsPerCase: 2,
}

describe('a measurement is compared', () => {
  test.for([
    [1.5, '25 % less than at 0123abc (2026-01-01)'],
    [2, 'as much as at 0123abc (2026-01-01)'],
    [3, '50 % more than at 0123abc (2026-01-01)'],
  ] as const)('by what a case costs in units: %d', ([unitsPerCase, told]) => {
    const older = { ...entry, commit: 'fedcba9', unitsPerCase: 9 }
    expect(compared({ ...entry, unitsPerCase }, [older, entry])).toBe(
      `collector: 100.0 cases a second of one core; a case costs ${unitsPerCase.toFixed(2)} units, ${told}`,
    )
  })

  test('with none of another benchmark', () => {
    expect(compared(entry, [{ ...entry, benchmark: 'crash' }])).toMatch(/; none is on record$/)
  })
})

describe('a history', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'watertight-history-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test('holds what was recorded, in its order', () => {
    const file = path.join(folder, 'recorded.jsonl')
    const second = { ...entry, commit: '0123abc+' }
    record(entry, file)
    record(second, file)
    expect(readHistory(file)).toEqual([entry, second])
  })

  test.for([
    ['{', /wrong\.jsonl, line 2: .*JSON/s],
    [JSON.stringify({ ...entry, unitsPerCase: 0 }), /wrong\.jsonl, line 2: .*unitsPerCase/s],
  ] as const)('that cannot be read names the line: %s', ([line, told]) => {
    const file = path.join(folder, 'wrong.jsonl')
    writeFileSync(file, `${JSON.stringify(entry)}\n${line}\n`)
    expect(() => readHistory(file)).toThrow(told)
  })

  test('is kept of this project, and can be read', () => {
    expect(readHistory().length).toBeGreaterThan(0)
  })
})

test('a unit of work is the same work each time', async () => {
  expect(await unitOfWork()).toBe(await unitOfWork())
})
