import type { Command } from 'commander'
import { availableParallelism } from 'node:os'
import { UsageError } from '../../reference/usage-error.ts'
import { DEFECTS } from './catalogue.ts'
import { isGood, reportDefects, type DefectsReport } from './defects-report.ts'

/** `watertight defects`: puts each known defect back and says which suite catches it. */
export function registerDefectsCommand(program: Command): void {
  program
    .command('defects')
    .description('put each known defect back into the collector; which suite catches it, in how many cases')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: true }) => {
      process.exitCode = (await defects(json === true)) ? 0 : 1
    })
}

async function defects(json: boolean): Promise<boolean> {
  if (!import.meta.filename.endsWith('.ts'))
    throw new UsageError('Cannot put defects back: run this from a checkout, it patches the sources')
  const report = await reportDefects(DEFECTS, {
    processes: availableParallelism(),
    onDone: (what) => process.stderr.write(`${what}: done\n`),
  })
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${describe(report)}\n`)
  return isGood(report)
}

function describe({ defects: reports, clean }: DefectsReport): string {
  const lines = reports.flatMap(({ id, origin, finding, description, caught, caughtBy, cases, seconds }) => [
    `${id.padEnd(5)}${(finding ?? '').padEnd(4)} ${caught ? `caught by ${caughtBy.join(', ')}` : 'NOT CAUGHT'} (${cases} cases, ${seconds.toFixed(1)} s)`,
    `     ${description}`,
    `     ${origin}`,
  ])
  return [...lines, `without a defect: ${clean.cases} cases, ${clean.falseAlarms} false alarms`].join('\n')
}
