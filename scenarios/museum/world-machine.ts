import type { FileMachine } from '../../simulators/index.ts'
import type { EngineMachine } from '../../simulators/faults/streams/stream-fault-kind.ts'

/** What the faults of an exhibit act on. */
export type WorldMachine = EngineMachine & FileMachine
