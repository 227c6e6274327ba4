import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { applyPatch } from './apply-patch.ts'
import { DEFECTS, DEFECTS_AND_SABOTAGES } from './catalogue.ts'
import { isGood, type DefectReport } from './defects-report.ts'
import { importersOf } from './importers.ts'

const root = path.join(import.meta.dirname, '..', '..')

describe('a patch', () => {
  const patch = { file: 'a.ts', find: 'one', replace: '$& two' }

  test('replaces its text, literally', () => {
    expect(applyPatch('zero one', patch)).toBe('zero $& two')
  })

  test('whose text is not there is an error', () => {
    expect(() => applyPatch('zero', patch)).toThrow(/Cannot patch a\.ts: .*found it 0 times/)
  })

  test('whose text is there twice is an error', () => {
    expect(() => applyPatch('one one', patch)).toThrow(/found it 2 times/)
  })

  for (const { id, patches } of DEFECTS_AND_SABOTAGES) {
    test(`matches the sources as they are: ${id}`, () => {
      for (const each of patches) applyPatch(readFileSync(path.join(root, each.file), 'utf8'), each)
    })
  }
})

test('marked is whatever imports what is patched, and nothing else', () => {
  const importers = importersOf(['reference/docker/stream-turn.ts'])
  expect(importers).toContain('reference/docker/container-session.ts')
  expect(importers).toContain('reference/main.ts')
  expect(importers).not.toContain('reference/docker/reading/parsing/demultiplexer.ts')
  expect(importers).not.toContain('simulators/world.ts')
})

test('each finding is in the catalogue', () => {
  const findings = new Set(DEFECTS.map(({ finding }) => finding))
  const all = [...numbered('R', 14), ...numbered('D', 18), 'V']
  expect(all.filter((finding) => !findings.has(finding))).toEqual([])
})

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${letter}${n + 1}`)
}

test('a defect that is not caught by all that should, or a false alarm, is not good', () => {
  const clean = { cases: 1, falseAlarms: 0, failures: [] }
  const caught: DefectReport = {
    id: 'B',
    finding: null,
    origin: '',
    description: '',
    caught: true,
    caughtBy: [],
    unitTests: [],
    unitOnly: false,
    missedBy: [],
    cases: 1,
    seconds: 1,
  }
  expect(isGood({ schema: 1, defects: [caught], clean })).toBe(true)
  expect(isGood({ schema: 1, defects: [{ ...caught, caught: false }], clean })).toBe(false)
  expect(isGood({ schema: 1, defects: [{ ...caught, missedBy: ['idle-stream'] }], clean })).toBe(false)
  expect(isGood({ schema: 1, defects: [], clean: { ...clean, falseAlarms: 1 } })).toBe(false)
})
