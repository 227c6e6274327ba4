import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { SimulatedDaemonArm, type ClientName } from './arms/simulated-daemon-arm.ts'
import { CONTRACT_CASES } from './contract-cases.ts'
import { reasonAgainst, runCase } from './contract-case.ts'
import type { Release } from './release.ts'

const hasDockerCommand = spawnSync('docker', ['--version']).status === 0

function holdContract(release: Release, client: ClientName): void {
  let opened: SimulatedDaemonArm
  beforeAll(async () => {
    opened = await SimulatedDaemonArm.open(release, client)
  })
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
  })
  for (const contractCase of CONTRACT_CASES) {
    test.concurrent(contractCase.name, async ({ skip }) => {
      skip(reasonAgainst(contractCase, opened.arm) !== undefined, reasonAgainst(contractCase, opened.arm))
      await runCase(opened.arm, contractCase)
    })
  }
}

for (const release of ['20.10', '26'] as const) {
  describe(`simulated daemon ${release} through dockerode`, () => {
    holdContract(release, 'dockerode')
  })
  describe.runIf(hasDockerCommand)(`simulated daemon ${release} through the docker command`, () => {
    holdContract(release, 'docker command')
  })
}
