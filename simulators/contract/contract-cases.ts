import { COMMAND_LINE_CASES } from './cases/command-line-cases.ts'
import { EVENT_CASES } from './cases/event-cases.ts'
import { FOLLOW_CASES } from './cases/follow-cases.ts'
import { INSPECT_CASES } from './cases/inspect-cases.ts'
import { LIST_CASES } from './cases/list-cases.ts'
import { LOG_COMBINATION_CASES } from './cases/log-combination-cases.ts'
import { LOG_DRIVER_CASES } from './cases/log-driver-cases.ts'
import { LOG_LINE_CASES } from './cases/log-line-cases.ts'
import { LOG_OPTION_CASES } from './cases/log-option-cases.ts'
import { LOG_QUERY_CASES } from './cases/log-query-cases.ts'
import { RENAME_CASES } from './cases/rename-cases.ts'
import { STORED_LOG_CASES } from './cases/stored-log-cases.ts'
import { SYSTEM_CASES } from './cases/system-cases.ts'
import { TTY_CASES } from './cases/tty-cases.ts'
import { VERB_CASES } from './cases/verb-cases.ts'
import { WAIT_CASES } from './cases/wait-cases.ts'
import type { ContractCase } from './contract-case.ts'

/** Everything that simulated and real engines have in common. */
export const CONTRACT_CASES: readonly ContractCase[] = [
  ...LIST_CASES,
  ...INSPECT_CASES,
  ...VERB_CASES,
  ...RENAME_CASES,
  ...WAIT_CASES,
  ...EVENT_CASES,
  ...LOG_OPTION_CASES,
  ...LOG_COMBINATION_CASES,
  ...LOG_QUERY_CASES,
  ...LOG_LINE_CASES,
  ...FOLLOW_CASES,
  ...TTY_CASES,
  ...LOG_DRIVER_CASES,
  ...STORED_LOG_CASES,
  ...SYSTEM_CASES,
  ...COMMAND_LINE_CASES,
]
