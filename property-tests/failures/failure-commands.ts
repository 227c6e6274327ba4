import type { Command } from 'commander'
import { UsageError } from '../../reference/usage-error.ts'
import { findCause } from './find-cause.ts'
import { readFailure, type FailureFile } from './failure-file.ts'
import { replayFailure, savedCase } from './replay-failure.ts'

/** `watertight replay FILE` and `watertight cause FILE`. */
export function registerFailureCommands(program: Command): void {
  program
    .command('replay')
    .description('run a recorded failure again; status 1 when it still fails')
    .argument('<file>', 'as the campaign writes it')
    .action(async (file: string) => {
      const { steps, failure, timeline } = await replayFailure(readFailure(file))
      const told = [
        ...timeline.map(({ ms, what }) => `${ms.toFixed(3).padStart(14)} ms  ${what}`),
        failure === '' ? `It holds now, with the same ${steps.length} steps.` : failure,
      ]
      process.stdout.write(`${told.join('\n')}\n`)
      process.exitCode = failure === '' ? 0 : 1
    })
  program
    .command('cause')
    .description('after which event a recorded failure could no longer be avoided')
    .argument('<file>', 'as the campaign writes it')
    .action(async (file: string) => {
      const saved = readFailure(file)
      process.stdout.write(`${await describeCause(saved, file)}\n`)
    })
}

async function describeCause(saved: FailureFile, file: string): Promise<string> {
  const cause = await findCause(...savedCase(saved))
  if (cause === null) throw new UsageError(`Cannot look for the cause of ${file}: it does not fail any more`)
  const { event, atMs, label, step } = cause
  if (event === 0)
    return 'It fails even where nothing goes wrong: with the first event it could not be avoided.'
  return [
    `After event ${event}, ${JSON.stringify(label)} at ${atMs.toFixed(3)} ms, it could no longer be avoided:`,
    `with all faults gone from there on it fails, and with all faults gone one event earlier it does not.`,
    `Under way was: ${step ?? 'nothing yet'}`,
  ].join('\n')
}
