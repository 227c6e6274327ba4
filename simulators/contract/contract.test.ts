import { expect, test } from 'vitest'
import { CONTRACT_CASES } from './contract-cases.ts'
import { holdToContract } from './contract.test-helper.ts'
import { RELEASES } from './release.ts'

for (const release of RELEASES) {
  holdToContract(release, 'in process')
  holdToContract(release, 'dockerode')
}

test('every case has a name of its own', () => {
  const names = CONTRACT_CASES.map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
