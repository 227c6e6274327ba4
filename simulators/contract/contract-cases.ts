import { LOG_OPTION_CASES } from './cases/log-option-cases.ts'
import { VERB_CASES } from './cases/verb-cases.ts'
import type { ContractCase } from './contract-case.ts'

/** Everything that simulated and real engines have in common. */
export const CONTRACT_CASES: readonly ContractCase[] = [...LOG_OPTION_CASES, ...VERB_CASES]
