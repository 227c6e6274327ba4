import * as catalogue from '../faults/engine-catalogue.ts'
import type { EngineMachine } from '../faults/streams/stream-fault-kind.ts'
import type { AnyFaultKind } from '../faults/fault.ts'

/** The faults a simulated daemon can play. */
export const ENGINE_FAULTS: readonly AnyFaultKind<EngineMachine>[] = Object.values(catalogue)
