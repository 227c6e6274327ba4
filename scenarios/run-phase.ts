import type { PhaseEngine, RunOptions } from './engines/phase-engine.ts'
import type { Phase } from './phase.ts'
import { runResult, type RunResult } from './report/run-result.ts'

/** Runs a phase and judges it. */
export async function runPhase(engine: PhaseEngine, phase: Phase, options: RunOptions): Promise<RunResult> {
  const startedAt = new Date()
  const started = performance.now()
  const run = await engine.run(phase, options)
  const circumstances = {
    phase,
    engine: engine.name,
    subject: engine.subject,
    seed: options.seed,
    compress: options.compress,
    defect: engine.defect,
    startedAt,
    durationSeconds: (performance.now() - started) / 1000,
  }
  return runResult(circumstances, run)
}
