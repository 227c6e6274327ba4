import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { UsageError } from '../../reference/usage-error.ts'
import { DEFECTS } from './catalogue.ts'
import { isGood, reportDefects, type DefectReport, type DefectsReport } from './defects-report.ts'
import { SUITE_NAMES } from './suites.ts'

interface DefectsOptions {
  readonly json?: true
  readonly everySuite?: true
}

/** `watertight defects`: puts each known defect back and says which suite catches it. */
export function registerDefectsCommand(program: Command): void {
  program
    .command('defects')
    .description('put each known defect back into the collector; which suite catches it, in how many cases')
    .option('--json', 'print one JSON object')
    .option(
      '--every-suite',
      'hold every suite of the whole collector against every defect, not only those that should catch it',
    )
    .action(async (options: DefectsOptions) => {
      process.exitCode = (await defects(options)) ? 0 : 1
    })
}

async function defects({ json, everySuite }: DefectsOptions): Promise<boolean> {
  if (!import.meta.filename.endsWith('.ts'))
    throw new UsageError('Cannot put defects back: run this from a checkout, it patches the sources')
  const report = await reportDefects(DEFECTS, {
    processes: availableParallelism(),
    suites: everySuite === true ? SUITE_NAMES : [],
    onDone: (what) => process.stderr.write(`${what}: done\n`),
  })
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : `${describe(report)}\n`)
  return isGood(report)
}

function describe({ defects: reports, clean }: DefectsReport): string {
  const caught = reports.filter((report) => report.caught).length
  const unitOnly = reports.filter((report) => report.unitOnly).length
  return [
    ...reports.flatMap(describeOne),
    `${caught} of ${reports.length} caught, ${unitOnly} of them by unit tests only`,
    `without a defect: ${clean.cases} cases, ${clean.falseAlarms} false alarms`,
    ...clean.failures.map((failure) => `     ${failure}`),
  ].join('\n')
}

function describeOne(report: DefectReport): string[] {
  const { id, finding, caught, caughtBy, unitOnly, cases, seconds, description, origin } = report
  const by = unitOnly ? 'unit tests only' : caughtBy.join(', ')
  return [
    `${id.padEnd(5)}${(finding ?? '').padEnd(4)} ${caught ? `caught by ${by}` : 'NOT CAUGHT'} (${cases} cases, ${seconds.toFixed(1)} s)`,
    `     ${description}`,
    `     ${origin}`,
    ...report.unitTests.map(({ file, test }) => `     ${file}: ${test}`),
    ...report.missedBy.map((missed) => `     NOT by ${missed}`),
  ]
}
