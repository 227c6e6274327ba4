import { LOG_LINE_CASES } from './cases/log-line-cases.ts'
import { LOG_OPTION_CASES } from './cases/log-option-cases.ts'
import { LOG_QUERY_CASES } from './cases/log-query-cases.ts'
import { VERB_CASES } from './cases/verb-cases.ts'
import type { ContractCase } from './contract-case.ts'

/** Everything that simulated and real engines have in common. */
export const CONTRACT_CASES: readonly ContractCase[] = [
  ...LOG_OPTION_CASES,
  ...LOG_QUERY_CASES,
  ...LOG_LINE_CASES,
  ...VERB_CASES,
]
