import type { FuzzTarget } from './fuzz-target.ts'
import { API_TARGETS } from './api-targets.ts'
import { LOG_TARGETS } from './log-targets.ts'
import { STATE_TARGETS } from './state-targets.ts'
import { TEXT_TARGETS } from './text-targets.ts'

/** Every parser of what comes from outside. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...LOG_TARGETS,
  ...STATE_TARGETS,
  ...TEXT_TARGETS,
  ...API_TARGETS,
]
