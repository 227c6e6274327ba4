import { observations } from '../observations.test-support.ts'
import { PHASES } from '../phases/phases.ts'
import { runResult, type RunResult } from './run-result.ts'

const load = PHASES.find((phase) => phase.name === 'load')!

/** A run of `load` in virtual time of which this was seen. */
export function result(
  seen: Parameters<typeof observations>[0] = {},
  interrupted = false,
  circumstances: { readonly subject?: string; readonly startedAt?: Date } = {},
): RunResult {
  const circumstance = {
    phase: load,
    engine: 'virtual',
    subject: 'reference',
    seed: 1,
    compress: 1,
    defect: null,
    startedAt: new Date(0),
    durationSeconds: 2,
    ...circumstances,
  } as const
  return runResult(circumstance, {
    observations: observations(seen),
    virtualSeconds: 3600,
    traceHash: 'abc',
    interrupted,
    faults: [
      { name: 'cut-connections', fromSeconds: 60, toSeconds: 60 },
      { name: 'restart-engine', fromSeconds: 90, toSeconds: null },
    ],
    configuration: 'state_dir: /state',
  })
}
