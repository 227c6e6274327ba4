import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { judge } from './judge.ts'
import { PARTS } from './parts.ts'
import type { Mutant } from './run-part.ts'
import { SURVIVORS, type Survivor } from './survivors.ts'

const source = ['if (a > 1) {', '  go()', '}']
const mutant = (line: number, status: string, replacement = ';'): Mutant => ({
  file: 'a.ts',
  line,
  mutator: 'CallExpression',
  replacement,
  status,
})
const explanation: Survivor = {
  file: 'a.ts',
  line: 'go()',
  mutator: 'CallExpression',
  replacement: ';',
  why: 'Nobody goes anywhere',
}

test('the score is that of mutants that are programs; an explained one is not killed', () => {
  const mutants = [
    mutant(1, 'Killed'),
    mutant(1, 'Timeout'),
    mutant(2, 'Survived'),
    mutant(3, 'NoCoverage'),
    mutant(3, 'RuntimeError'),
  ]
  const verdict = judge(mutants, [explanation], () => source)
  expect(verdict).toMatchObject({ mutants: 4, killed: 2, score: 50, explained: 1, stale: [] })
  expect(verdict.unexplained).toEqual([{ ...mutant(3, 'NoCoverage'), text: '}', before: 'go()' }])
})

test('an explanation fits one change of one line, and is told when no survivor needs it any more', () => {
  for (const other of [mutant(2, 'Killed'), mutant(1, 'Survived'), mutant(2, 'Survived', 'true')])
    expect(judge([other], [explanation], () => source)).toMatchObject({ explained: 0, stale: [explanation] })
  const survived = [mutant(2, 'Survived')]
  expect(judge(survived, [{ ...explanation, file: 'another.ts' }], () => source).stale).toEqual([])
  for (const [after, explained] of [
    ['if (a > 1) {', 1],
    ['go()', 0],
  ] as const)
    expect(judge(survived, [{ ...explanation, after }], () => source).explained).toBe(explained)
})

test('survivors that are explained are in lines that exist, and each is explained once', () => {
  const gone = SURVIVORS.filter(({ file, line }) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .every((text) => text.trim() !== line),
  )
  expect(gone).toEqual([])
  const keys = SURVIVORS.map(({ file, line, mutator, replacement }) =>
    [file, line, mutator, replacement].join('|'),
  )
  expect(keys).toEqual([...new Set(keys)])
})

test('every file of tests that a part names exists', () => {
  expect(PARTS.flatMap(({ tests }) => tests).filter((file) => !existsSync(file))).toEqual([])
})
