import { messageOf } from '../../reference/errors.ts'
import type { ContractArm } from '../../simulators/contract/arm.ts'
import { reasonAgainst, runCase, type ContractCase } from '../../simulators/contract/contract-case.ts'

export interface CaseResult {
  readonly arm: string
  readonly case: string
  readonly outcome: 'passed' | 'failed' | 'not expressible'
  /** What was observed against what was expected, or why it cannot be expressed. */
  readonly reason: string | null
}

/** Holds an arm to the contract, a few cases at a time. */
export async function runContract(
  arm: ContractArm,
  cases: readonly ContractCase[],
  say: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const waiting = [...cases]
  const results: CaseResult[] = []
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- each worker does one after the other
      const result = await resultOf(arm, next)
      results.push(result)
      say(result)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  return results
}

async function resultOf(arm: ContractArm, contractCase: ContractCase): Promise<CaseResult> {
  const about = { arm: arm.name, case: contractCase.name }
  const reason = reasonAgainst(contractCase, arm)
  if (reason !== undefined) return { ...about, outcome: 'not expressible', reason }
  try {
    await runCase(arm, contractCase)
    return { ...about, outcome: 'passed', reason: null }
  } catch (error) {
    return { ...about, outcome: 'failed', reason: messageOf(error) }
  }
}

/** Most of a case is waiting for containers to start and to end. */
const WORKERS = 4
