import { expect, test } from 'vitest'
import { checkRunOptions, type TypedRunOptions } from './run-options.ts'

const typed = (parts: Partial<TypedRunOptions>): TypedRunOptions => ({
  engine: 'virtual',
  subject: 'reference',
  seed: '1',
  ...parts,
})

test('the default compression depends on the engine', () => {
  expect(checkRunOptions(typed({})).compress).toBe(1)
  expect(checkRunOptions(typed({ engine: 'simulated' })).compress).toBe(60)
  expect(checkRunOptions(typed({ engine: 'docker' })).compress).toBe(60)
})

test.each([
  [{ engine: 'moon' }, /"moon".*expected "virtual" or "simulated" or "docker"/],
  [{ subject: 'mine.yaml' }, /mine\.yaml.*--engine simulated or docker/],
  [{ engine: 'docker', subject: 'mine.yaml', defect: 'B8' }, /B8.*--subject reference/],
  [{ scenario: 'faults.yaml' }, /faults\.yaml on engine virtual: use --engine simulated/],
  [{ compress: '0' }, /--compress 0: expected/],
  [{ compress: 'fast' }, /--compress fast: expected/],
  [{ seed: '1.5' }, /--seed 1\.5: expected/],
])('%j is refused in one sentence', (parts, message) => {
  expect(() => checkRunOptions(typed(parts))).toThrow(message)
})
