import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSimulatedArm, WAYS, type OpenArm, type Way } from './arms/simulated-arm.ts'
import { reasonAgainst, runCase } from './contract-case.ts'
import { CONTRACT_CASES } from './contract-cases.ts'
import { RELEASES, type Release } from './release.ts'

const hasDockerCommand = spawnSync('docker', ['--version']).status === 0

function hold(release: Release, way: Way): void {
  let opened: OpenArm
  beforeAll(async () => {
    opened = await openSimulatedArm(release, way)
  })
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
  })
  for (const contractCase of CONTRACT_CASES) {
    test.concurrent(contractCase.name, { timeout: 60_000 }, async ({ skip }) => {
      const reason = reasonAgainst(contractCase, opened.arm)
      skip(reason !== undefined, reason)
      await runCase(opened.arm, contractCase)
    })
  }
  test('at least 60 cases can be expressed', () => {
    const expressed = CONTRACT_CASES.filter((each) => reasonAgainst(each, opened.arm) === undefined)
    expect(expressed.length).toBeGreaterThanOrEqual(60)
  })
}

for (const release of RELEASES) {
  for (const way of WAYS) {
    // Without a docker command on PATH there is nothing to go that way.
    describe.runIf(way !== 'docker command' || hasDockerCommand)(`simulated ${release}, ${way}`, () =>
      hold(release, way),
    )
  }
}

test('every case has a name of its own', () => {
  const names = CONTRACT_CASES.map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
