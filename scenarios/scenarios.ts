/** `npm run phases`: phases in real time, compressed, on real Docker and some on the simulated daemon. Options of `run` may follow. */
import { Command } from 'commander'
import { UsageError } from '../reference/usage-error.ts'
import type { EngineName } from './engines/phase-engine.ts'
import { PHASES } from './phases/phases.ts'
import { offeredPhases } from './phases/offered-phases.ts'
import { selectPhases } from './phases/select-phases.ts'
import { addRunOptions, run } from './run-command.ts'
import { checkRunOptions, type TypedRunOptions } from './run-options.ts'
import { phasePlan } from './run-plan.ts'

/** What a real engine cannot be made to do, and one that shows that the two are the same. All others: `run all --engine simulated`. */
const ON_SIMULATED = ['reconnects', 'clock-steps']
/** Compressed like the others these would write 6,600 lines and open some hundred streams a second, which says more of the machine than of a collector. */
const SLOWER_ON_DOCKER = ['crowd']
const SLOWER_COMPRESSION = 20
/** Every other phase but the day, which compressed like the others would still take half an hour. */
const ON_DOCKER = PHASES.map(({ name }) => name).filter(
  (name) => !['soak', 'clock-steps', ...SLOWER_ON_DOCKER].includes(name),
)
/** For CI: without those that show the same as in virtual time. */
const QUICK_ON_SIMULATED = ['reconnects']
const QUICK_ON_DOCKER = [
  'idle-stream',
  'load',
  'many-files',
  'connection-churn',
  'graceful-shutdown',
  'reconnects',
]

function leave(why: string): void {
  process.stderr.write(`${why}\n`)
}

const program = addRunOptions(new Command('phases'))
  .option('--quick', 'only those that differ from phases in virtual time')
  .action(async ({ quick, ...typed }: Omit<TypedRunOptions, 'engine'> & { readonly quick?: true }) => {
    const on = (engine: EngineName) => checkRunOptions({ ...typed, engine })
    const plan = (names: readonly string[], engine: EngineName, compressMax = Infinity) => {
      const options = on(engine)
      const compress = Math.min(options.compress, compressMax)
      return phasePlan(offeredPhases(selectPhases(names), engine, leave), { ...options, compress })
    }
    const plans = [
      plan(quick === true ? QUICK_ON_SIMULATED : ON_SIMULATED, 'simulated'),
      plan(quick === true ? QUICK_ON_DOCKER : ON_DOCKER, 'docker'),
      plan(quick === true ? [] : SLOWER_ON_DOCKER, 'docker', SLOWER_COMPRESSION),
    ].filter(({ runs }) => runs.length > 0)
    process.exitCode = (await run(plans, on('docker'))) ? 0 : 1
  })
try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
