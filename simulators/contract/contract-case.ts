import assert from 'node:assert/strict'
import type { ContractArm, Need } from './arm.ts'
import { comparable } from './comparable.ts'
import type { Release } from './release.ts'
import { Stage } from './stage.ts'

/** One thing that holds for every engine, simulated or real. */
export interface ContractCase {
  /** A claim. */
  readonly name: string
  readonly needs?: readonly Need[]
  observe(stage: Stage): Promise<unknown>
  /** What is to be observed; a function where releases differ. */
  readonly expected: unknown
}

/** Why a case cannot be expressed on an arm; undefined when it can. */
export function reasonAgainst({ needs = [] }: ContractCase, { lacks }: ContractArm): string | undefined {
  return needs.map((need) => lacks[need]).find((reason) => reason !== undefined)
}

/**
 * @param patienceMs how long it waits for anything at most
 * @throws AssertionError that shows what was observed against what was expected
 */
export async function runCase(
  arm: ContractArm,
  contractCase: ContractCase,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  await arm.run(async () => {
    await using stage = new Stage(arm, patienceMs)
    const observed = comparable(await contractCase.observe(stage), arm, stage.scope)
    const expected = comparable(expectedOf(contractCase, arm.release), arm, stage.scope)
    assert.deepEqual(observed, expected, undefined)
  })
}

function expectedOf({ expected }: ContractCase, release: Release): unknown {
  return typeof expected === 'function' ? expected(release) : expected
}

/** A busy machine takes its time. */
const PATIENCE_MS = 10_000
