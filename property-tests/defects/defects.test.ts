import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { applyPatch } from './apply-patch.ts'
import { PHASES } from '../../scenarios/phases/phases.ts'
import { CollectorRig, MOMENTARY_CHECKS } from '../collector/collector-rig.ts'
import { ALONE_AMONG_CHECKS, ALONE_AMONG_CRITERIA, ALONE_AMONG_PROPERTIES, ALONE_IN_A_TEST } from './alone.ts'
import { DEFECTS, DEFECTS_AND_SABOTAGES } from './catalogue.ts'
import { isGood, type DefectReport } from './defects-report.ts'
import { FIELD_KINDS } from './field-kinds.ts'
import { importersOf } from './importers.ts'
import { propertyFiles } from './properties-that-see.ts'

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

test('each defect is in the catalogue once', () => {
  const ids = DEFECTS.map(({ id }) => id)
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
})

test('each kind of bug from the field is in the catalogue', () => {
  const known = new Set(DEFECTS.map(({ id }) => id))
  expect(
    Object.values(FIELD_KINDS)
      .flat()
      .filter((id) => !known.has(id)),
  ).toEqual([])
})

test('each defect of the Go collector, whose leaks began this project, is in the catalogue by its number', () => {
  const known = new Set(DEFECTS.map(({ id }) => id))
  expect(numbered('B', 21).filter((id) => !known.has(id))).toEqual([])
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

describe('a defect that it alone catches is named for', () => {
  test('each invariant, and whatever else a rig checks', () => {
    const rig = new CollectorRig({ seed: 1, slots: 1, rotationIntervalMs: 300_000, engine: '26' })
    const checks = [...rig.world.invariants, ...MOMENTARY_CHECKS]
    const named = ALONE_AMONG_CHECKS.map(({ check }) => check)
    const unnamed = checks.filter((name) => !named.some((beginning) => name.startsWith(beginning)))
    // That start and stop equal some order the property of the life cycle says, of every short sequence.
    expect(unnamed).toEqual(['the last call wins'])
    expect(named.filter((beginning) => !checks.some((name) => name.startsWith(beginning)))).toEqual([])
  })

  test('each criterion of each phase', () => {
    const ids = new Set(PHASES.flatMap(({ criteria }) => criteria.map(({ id }) => id)))
    const named = [...ALONE_AMONG_CRITERIA, ...ALONE_IN_A_TEST].map(({ check }) => check)
    expect(named.toSorted()).toEqual([...ids].toSorted())
    for (const { check, phase } of ALONE_AMONG_CRITERIA)
      expect(PHASES.find(({ name }) => name === phase)?.criteria.map(({ id }) => id)).toContain(check)
  })

  test('each property', () => {
    const named = ALONE_AMONG_PROPERTIES.map(({ file }) => file)
    expect(named.toSorted()).toEqual(propertyFiles())
  })

  test('and is in the catalogue', () => {
    const known = new Set(DEFECTS_AND_SABOTAGES.map(({ id }) => id))
    const named = [...ALONE_AMONG_CHECKS, ...ALONE_AMONG_CRITERIA, ...ALONE_AMONG_PROPERTIES]
    expect(named.filter(({ defect }) => !known.has(defect))).toEqual([])
    for (const { in: where } of ALONE_IN_A_TEST)
      expect(readFileSync(path.join(root, where.file), 'utf8')).toContain(
        where.test.replace(/ fails on \S+ alone/, ' fails on %s alone'),
      )
  })
})
