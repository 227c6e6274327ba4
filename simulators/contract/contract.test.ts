import { expect, test } from 'vitest'
import { InProcessArm } from './arms/in-process-arm.ts'
import { runCase } from './contract-case.ts'
import { CONTRACT_CASES } from './contract-cases.ts'
import { holdToContract } from './contract.test-helper.ts'
import { RELEASES } from './release.ts'
import type { Stage } from './stage.ts'

for (const release of RELEASES) {
  holdToContract(release, 'in process')
  holdToContract(release, 'dockerode')
}

test('every case has a name of its own', () => {
  const names = CONTRACT_CASES.map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('a case fails that observes something else, and one that waits in vain', async () => {
  const arm = new InProcessArm('26')
  const observing = { name: 'x', observe: () => Promise.resolve([1]), expected: [2] }
  await expect(runCase(arm, observing)).rejects.toThrow('strictly deep-equal')
  const waiting = { ...observing, observe: async (stage: Stage) => await stage.until('it', () => false) }
  await expect(runCase(arm, waiting)).rejects.toThrow('Waited in vain for it')
})
