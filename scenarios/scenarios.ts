/** `npm run phases`: phases in real time, compressed, on the simulated daemon and on real Docker. Options of `run` may follow. */
import { Command } from 'commander'
import { UsageError } from '../reference/usage-error.ts'
import type { EngineName } from './engines/phase-engine.ts'
import { selectPhases } from './phases/select-phases.ts'
import { addRunOptions, run } from './run-command.ts'
import { checkRunOptions, type TypedRunOptions } from './run-options.ts'
import { phasePlan } from './run-plan.ts'

const ON_SIMULATED = ['idle-stream', 'reconnects']
/** Those that show the same as in virtual time. */
const ON_DOCKER = ['rotation-continuity', 'idle-stream', 'regression', 'load', 'reconnects']

const program = addRunOptions(new Command('phases')).action(
  async (typed: Omit<TypedRunOptions, 'engine'>) => {
    const on = (engine: EngineName) => checkRunOptions({ ...typed, engine })
    const plans = [
      phasePlan(selectPhases(ON_SIMULATED), on('simulated')),
      phasePlan(selectPhases(ON_DOCKER), on('docker')),
    ]
    process.exitCode = (await run(plans, on('docker'))) ? 0 : 1
  },
)
try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
