import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openSimulatedArm, type OpenArm, type Way } from './arms/simulated-arm.ts'
import { reasonAgainst, runCase } from './contract-case.ts'
import { CONTRACT_CASES } from './contract-cases.ts'
import type { Release } from './release.ts'

/** Tests that hold a simulated engine to every case that can be expressed this way. */
export function holdToContract(release: Release, way: Way): void {
  // Most of a case is waiting.
  vi.setConfig({ maxConcurrency: CASES_AT_ONCE })
  describe(`simulated ${release}, ${way}`, () => {
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
  })
}

const CASES_AT_ONCE = 16
