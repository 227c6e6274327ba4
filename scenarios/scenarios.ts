/** `npm run phases`: the phases that show the same on real Docker as in virtual time, compressed. Options of `run` may follow. */
import { Command } from 'commander'
import { UsageError } from '../reference/usage-error.ts'
import { registerRunCommand } from './run-command.ts'

const PHASES = ['rotation-continuity', 'idle-stream', 'regression', 'load']

const program = new Command('scenarios')
registerRunCommand(program)
try {
  await program.parseAsync(['run', ...PHASES, '--engine', 'docker', ...process.argv.slice(2)], {
    from: 'user',
  })
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
