import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { CONTRACT_CASES } from '../simulators/contract/contract-cases.ts'
import { CAUGHT_BY } from './contract/caught-by.ts'
import type { MutantResult } from './contract/hold-mutant.ts'
import { MUTATIONS } from './contract/mutations.ts'

const hasDockerCommand = spawnSync('docker', ['--version']).status === 0
const descriptions = new Map(MUTATIONS.map(({ id, description }) => [id, description]))

describe('a broken simulator', () => {
  let caught: ReadonlyMap<string, string | null>

  beforeAll(async () => {
    const check = fileURLToPath(new URL('./contract/check.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [check], { maxBuffer: 2 ** 24 })
    const results: readonly MutantResult[] = JSON.parse(stdout)
    caught = new Map(results.map((result) => [result.case, result.caughtBy]))
  })

  for (const { name, needs = [] } of CONTRACT_CASES) {
    const mutation = CAUGHT_BY[name] ?? 'nothing'
    const canRun = hasDockerCommand || !needs.includes('docker')
    test.runIf(canRun)(`in which ${descriptions.get(mutation)} fails "${name}"`, () => {
      expect(caught.get(name)).toMatch(/^simulated/)
    })
  }
})

test('every case has a mutation that it must catch, and every mutation a case', () => {
  expect(Object.keys(CAUGHT_BY).toSorted()).toEqual(CONTRACT_CASES.map(({ name }) => name).toSorted())
  const used = new Set(Object.values(CAUGHT_BY))
  expect(MUTATIONS.map(({ id }) => id).filter((id) => !used.has(id))).toEqual([])
})
